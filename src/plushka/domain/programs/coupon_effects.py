"""What a coupon gives: written into a draft with the coupon, and told from what is in force or being written."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct, structs

from plushka.domain.coupons.model import Coupon as OwnCoupon
from plushka.domain.programs.drafts import get_draft, save_draft
from plushka.domain.programs.names import load_names
from plushka.domain.programs.queries import get_version, list_programs
from plushka.domain.programs.telling.program import describe_program
from plushka.domain.programs.versions import list_in_force
from plushka.engine.conditions import Coupon
from plushka.engine.price_effects import AmountOff, PercentOff
from plushka.engine.program import EarningRule, Fixed, Program, Promotion
from plushka.engine.promotion_plans import coupons_by_part
from plushka.platform.database import Tx
from plushka.platform.i18n import Language
from plushka.platform.ids import new_id

GROUP = "coupons"


class Given(Struct, frozen=True):
    """A promotion, a rule or a card that asks for a coupon, in words."""

    name: str
    sentence: str


async def write_effect(
    tx: Tx,
    program_id: UUID,
    coupon: OwnCoupon,
    effect: PercentOff | AmountOff | Fixed,
    *,
    for_anonymous: bool = False,
) -> None:
    """Add to a programme's draft what a coupon gives: a promotion, or for points a rule. It has no days of its own.

    :raises UnknownProgram: the business has no such programme
    """
    draft = await get_draft(tx, program_id)
    program, when = draft.program, Coupon((coupon.key,))
    part_id = new_id().hex[-8:]
    if isinstance(effect, Fixed):
        rule = EarningRule(f"rule-{part_id}", coupon.name, effect, when=when, group=GROUP, policy="stack")
        program = structs.replace(program, earning=(*program.earning, rule))
    else:
        promotion = Promotion(
            f"promotion-{part_id}",
            coupon.name,
            effect,
            when=when,
            group=GROUP,
            policy="stack",
            for_anonymous=for_anonymous,
        )
        program = structs.replace(program, promotions=(*program.promotions, promotion))
    await save_draft(tx, program_id, program, mark=draft.mark)


async def list_given(tx: Tx, coupon_key: str, language: Language) -> Sequence[Given]:
    """Return what programmes that are in force give for a coupon."""
    programs = [(await get_version(tx, mark.id)).program for mark in await list_in_force(tx)]
    return [given for program in programs for given in await _given(tx, program, coupon_key, language)]


async def find_written(tx: Tx, coupon_key: str) -> UUID | None:
    """Return the programme in whose draft something asks for a coupon; None: there is none."""
    for card in await list_programs(tx):
        draft = await get_draft(tx, card.id)
        if draft.revision is not None and _asking(draft.program, coupon_key):
            return card.id
    return None


async def _given(tx: Tx, program: Program, coupon_key: str, language: Language) -> Sequence[Given]:
    asking = _asking(program, coupon_key)
    if not asking:
        return []
    told = describe_program(program, language=language, names=await load_names(tx, programs=[program]))
    return [
        Given(each.name, each.sentence)
        for each in (*told.promotions, *told.earning, *told.cards)
        if each.rule in asking
    ]


def _asking(program: Program, coupon_key: str) -> set[str]:
    return {part for part, coupons in coupons_by_part(program).items() if coupon_key in coupons}
