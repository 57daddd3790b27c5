"""Presets as they are shown to be chosen: in sentences, and by what typical receipts give and cost."""

from msgspec import Struct

from plushka.domain.programs.presets import amounts
from plushka.domain.programs.presets.model import Preset, Typical
from plushka.domain.programs.presets.shelf import list_presets
from plushka.domain.programs.presets.typical import typical_receipts
from plushka.domain.programs.presets.writing import write_program
from plushka.domain.programs.telling.model import RuleTelling
from plushka.domain.programs.telling.program import describe_program
from plushka.domain.programs.telling.voice import Names
from plushka.engine.program import Program
from plushka.platform.i18n import (
    Language,
    Translator,
    format_money,
    format_percent,
    format_points_number,
    translator,
)


class TypicalRow(Struct, frozen=True):
    """A typical receipt in a table; ``at_the_top`` tells what the highest tier makes of it, empty without tiers."""

    title: str
    amount: str
    gains: str
    cost: str
    payable: str
    at_the_top: str


class PresetCard(Struct, frozen=True):
    """A preset with all that there is to know before choosing it."""

    id: str
    trade: str
    pitch: str
    summary: str
    rules: tuple[RuleTelling, ...]
    terms: tuple[str, ...]
    tiers: tuple[str, ...]
    later: tuple[str, ...]
    receipts: tuple[TypicalRow, ...]
    has_discounts: bool


def preset_cards(*, currency: str, language: Language) -> tuple[PresetCard, ...]:
    """Return all presets for a business in ``currency``; none for one that their amounts are not rounded for."""
    if currency not in amounts.CURRENCIES:
        return ()
    return tuple(_card(preset, currency, language) for preset in list_presets())


def _card(preset: Preset, currency: str, language: Language) -> PresetCard:
    words = translator(language)
    program = write_program(preset, currency=currency, language=language)
    names = Names(categories={code: words.gettext(name) for code, name in preset.categories.items()})
    told = describe_program(program, language=language, names=names)
    return PresetCard(
        id=preset.id,
        trade=words.gettext(preset.trade),
        pitch=words.gettext(preset.pitch),
        summary=told.summary,
        rules=(*told.earning, *told.cards),
        terms=(*told.redemption, told.life[0], *_welcome(program, told.earning_terms))
        if program.earning
        else (),
        tiers=told.tiers,
        later=tuple(map(words.gettext, preset.later)),
        receipts=_rows(typical_receipts(preset, program), program, words),
        has_discounts=any(tier.discount_bp for tier in program.tiers.tiers) if program.tiers else False,
    )


def _welcome(program: Program, terms: tuple[str, ...]) -> tuple[str, ...]:
    # The rounding of fractions closes the terms, and decides nothing between presets.
    return terms[:-1] if program.earning else terms


def _rows(typical: tuple[Typical, ...], program: Program, words: Translator) -> tuple[TypicalRow, ...]:
    tiers = program.tiers.tiers if program.tiers else ()
    lowest, highest = (tiers[0].id, tiers[-1]) if tiers else (None, None)
    top = {receipt.it: receipt for receipt in typical if highest and receipt.tier == highest.id}
    return tuple(
        TypicalRow(
            title=words.gettext(receipt.it),
            amount=format_money(receipt.amount_minor, program.currency, words.language, trim=True),
            gains=_gains(receipt, program, words),
            cost=_cost(receipt, words),
            payable=_payable(receipt, program, words),
            at_the_top=words.gettext(
                "“{tier}”: {points} · {cost}",
                tier=highest.name,
                points=_gains(top[receipt.it], program, words),
                cost=_cost(top[receipt.it], words),
            )
            if highest
            else "",
        )
        for receipt in typical
        if receipt.tier == lowest
    )


def _gains(receipt: Typical, program: Program, words: Translator) -> str:
    """Return the discount and the points: «−45 ₽ +43»; 0 for neither."""
    gains = []
    if receipt.discount_minor:
        gains.append(format_money(-receipt.discount_minor, program.currency, words.language, trim=True))
    if receipt.earned_points:
        gains.append("+" + format_points_number(receipt.earned_points, 0, words.language))
    return " ".join(gains) or "0"


def _cost(receipt: Typical, words: Translator) -> str:
    # A tenth of a per cent is as fine as a typical receipt can be.
    return format_percent((receipt.cost_bp + 5) // 10 * 10, words.language)


def _payable(receipt: Typical, program: Program, words: Translator) -> str:
    if not receipt.redeemable_minor:
        return words.gettext("not with points")
    amount = format_money(receipt.redeemable_minor, program.currency, words.language, trim=True)
    return words.gettext("up to {amount}", amount=amount)
