"""What ready journeys give by a code: a coupon of their own, and the promotion that takes its codes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct, structs

from plushka.domain.businesses.queries import get_business
from plushka.domain.coupons.operations import create_coupon
from plushka.domain.coupons.queries import list_coupons
from plushka.domain.programs.drafts import get_draft, save_draft
from plushka.domain.programs.queries import get_program_id
from plushka.engine.conditions import Coupon
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Program, Promotion
from plushka.engine.promotion_plans import coupons_by_part
from plushka.platform.database import Tx
from plushka.platform.i18n import Language, marked, translator

Key = Literal["win_back_60", "win_back_90"]


class Offer(Struct, frozen=True):
    """A discount for whoever shows a code, by its name in our catalogue."""

    name: str
    rate_bp: int


OFFERS: Mapping[Key, Offer] = MappingProxyType(
    {
        "win_back_60": Offer(marked("15 % to come back"), 15_00),
        "win_back_90": Offer(marked("25 % for you alone"), 25_00),
    }
)


async def find_offers(tx: Tx) -> dict[Key, str]:
    """Return the coupons of ready journeys that there are, by their names in the business's language."""
    language = (await get_business(tx)).language
    named = {coupon.name: coupon.key for coupon in await list_coupons(tx) if not coupon.is_stopped}
    return {key: named[name] for key in OFFERS if (name := _name(key, language)) in named}


async def make_coupons(tx: Tx) -> dict[Key, str]:
    """Make those coupons of ready journeys that there are not yet; return all of them."""
    language = (await get_business(tx)).language
    known = await find_offers(tx)
    for key in OFFERS:
        if key not in known:
            known[key] = (await create_coupon(tx, name=_name(key, language))).key
    return known


async def make_offers(tx: Tx) -> dict[Key, str]:
    """Make the coupons, and put into the draft of the first programme what takes their codes and is not there yet.

    Until that is published the codes give nothing. Whoever has the draft open is told that it has changed.
    """
    known = await make_coupons(tx)
    draft = await get_draft(tx, await get_program_id(tx))
    program = with_offers(draft.program, known, (await get_business(tx)).language)
    if program != draft.program:
        await save_draft(tx, draft.program_id, program, mark=draft.mark)
    return known


def with_offers(program: Program, coupons: Mapping[Key, str], language: Language) -> Program:
    """Return a programme with a promotion for each of the coupons of whose codes it knows nothing."""
    taken = frozenset[str]().union(*coupons_by_part(program).values())
    ids = {promotion.id for promotion in program.promotions}
    new = tuple(
        Promotion(
            _free(key.replace("_", "-"), ids),
            _name(key, language),
            PercentOff(OFFERS[key].rate_bp),
            when=Coupon((coupon,)),
            group="coupons",
        )
        for key, coupon in coupons.items()
        if coupon not in taken
    )
    return structs.replace(program, promotions=(*program.promotions, *new))


def _name(key: Key, language: Language) -> str:
    return translator(language).gettext(OFFERS[key].name)


def _free(wanted: str, ids: set[str]) -> str:
    return next(
        name
        for number in range(1, len(ids) + 2)
        if (name := f"{wanted}-{number}" if number > 1 else wanted) not in ids
    )
