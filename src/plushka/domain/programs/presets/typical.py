"""What typical receipts give and cost by a preset, decided by the engine as a till's would be."""

from uuid import UUID

from msgspec.structs import replace

from plushka.domain.programs.presets import amounts
from plushka.domain.programs.presets.model import Preset, Typical
from plushka.engine.evaluate import evaluate
from plushka.engine.program import Program
from plushka.engine.purchase import Basket, Lot
from plushka.engine.specs.format import Case
from plushka.engine.specs.units import LONG_AGO, Units
from plushka.engine.version import BP, Version, compile_version

RECEIPTS = 3
"""The first cases of a preset's file: a small receipt, a usual one, a large one."""
PLENTY = 10**12
"""Points of a member who could pay whatever the rules let them."""


def typical_receipts(preset: Preset, program: Program) -> tuple[Typical, ...]:
    """Return each typical receipt by ``program``, which ``write_program`` made of ``preset``, for each of its tiers."""
    version = compile_version(UUID(int=0), program)
    units = Units(preset.examples, compile_version(UUID(int=0), preset.program))
    return tuple(
        _typical(case, tier.id, version, units)
        for case in preset.examples.cases[:RECEIPTS]
        for tier in version.tiers
    )


def _typical(case: Case, tier: str | None, version: Version, units: Units) -> Typical:
    assert case.member is not None  # noqa: S101 - receipts of nobody earn nothing and are not typical
    currency = version.program.currency
    basket = _in_currency(units.basket(case), currency)
    at = units.instant(case.at)
    member = replace(units.member(case.member), tier=tier, totals=())
    rich = replace(member, available=PLENTY, lots=(Lot(UUID(int=0), PLENTY, LONG_AGO),))
    earning = evaluate(version, member, basket, at)
    paying = evaluate(version, rich, replace(basket, redeem="max"), at)
    worth_minor = earning.earned_points * version.program.point.value_minor + earning.discount_minor
    return Typical(
        it=case.it,
        tier=tier,
        amount_minor=earning.amount_minor,
        discount_minor=earning.discount_minor,
        earned_points=earning.earned_points,
        cost_bp=(2 * worth_minor * BP + earning.amount_minor) // (2 * earning.amount_minor),
        redeemable_minor=paying.redeemed_minor,
    )


def _in_currency(basket: Basket, currency: str) -> Basket:
    lines = tuple(
        replace(line, amount_minor=amounts.money(line.amount_minor, currency)) for line in basket.lines
    )
    return replace(basket, lines=lines)
