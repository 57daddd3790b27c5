"""A preset, and what a typical receipt comes to by its rules. Texts are messages, to be translated when shown."""

from collections.abc import Mapping

from msgspec import Struct

from plushka.engine.program import Program
from plushka.engine.specs.format import ExampleFile
from plushka.platform.errors import Invalid


class Preset(Struct, frozen=True):
    """A programme to begin from.

    ``categories`` are those that its rules name, by code: a till reports them, or the catalog has them.
    ``later`` is what this trade also wants and the engine does not do yet.
    """

    id: str
    trade: str
    pitch: str
    later: tuple[str, ...]
    categories: Mapping[str, str]
    program: Program
    examples: ExampleFile


class Typical(Struct, frozen=True):
    """A typical receipt of a tier's member, in a currency.

    ``cost_bp`` is what its discount and its points are worth, of its amount: what it costs if all points are spent.
    ``redeemable_minor`` is the most that points could have paid of it.
    """

    it: str
    tier: str | None
    amount_minor: int
    discount_minor: int
    earned_points: int
    cost_bp: int
    redeemable_minor: int


class UnknownPreset(Invalid):
    code = "preset_unknown"


class PresetWithoutCurrency(Invalid):
    """The preset's amounts are not rounded for this currency."""

    code = "preset_currency"
