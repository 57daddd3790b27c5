"""What a member can have now: promotions that are on, and codes that are theirs alone."""

from datetime import date

from msgspec import Struct

from plushka.delivery.app.account import Account
from plushka.delivery.app.visit import Visit
from plushka.domain.coupons.model import OwnCode
from plushka.domain.coupons.queries import list_own_codes
from plushka.domain.programs.names import load_names
from plushka.domain.programs.telling.promotions import tell_promotion
from plushka.domain.programs.telling.voice import Voice
from plushka.engine.program import Promotion
from plushka.engine.promotion_plans import coupons_of
from plushka.platform.database import Tx


class Offer(Struct, frozen=True):
    """A promotion in words; ``codes`` are those of the member that unlock it, none for one that needs none."""

    name: str
    sentence: str
    codes: tuple[str, ...]


async def list_offers(tx: Tx, account: Account, visit: Visit) -> list[Offer]:
    """Return the promotions of the programme that the member can have today; one that asks for a code, with a code."""
    if account.version is None:
        return []
    program, today = account.version.program, visit.today
    running = [each for each in program.promotions if _is_on(each, today)]
    if not running:
        return []
    own = await list_own_codes(tx, visit.member.member_id, on=today)
    voice = Voice(program, visit.look.language, await load_names(tx, programs=[program]))
    return [
        Offer(promotion.name, tell_promotion(promotion, voice), codes)
        for promotion in running
        if (codes := _codes_for(promotion, own)) is not None
    ]


def _is_on(promotion: Promotion, today: date) -> bool:
    first_on, last_on = promotion.first_on or date.min, promotion.last_on or date.max
    return not promotion.is_paused and first_on <= today <= last_on


def _codes_for(promotion: Promotion, own: list[OwnCode]) -> tuple[str, ...] | None:
    """Return the member's codes that unlock a promotion; None: it asks for one that the member has not."""
    asked = coupons_of(promotion.when)
    codes = tuple(code.code for code in own if str(code.coupon_id) in asked)
    return codes if codes or not asked else None
