"""What a member can have now: promotions that are on, and codes that are theirs alone."""

from dataclasses import replace
from datetime import date

from msgspec import Struct

from plushka.delivery.app.account import Account
from plushka.delivery.app.visit import Visit
from plushka.domain.coupons.model import OwnCode
from plushka.domain.coupons.queries import list_own_codes
from plushka.domain.programs.names import load_names
from plushka.domain.programs.telling.promotions import tell_promotion
from plushka.domain.programs.telling.rules import tell_rule
from plushka.domain.programs.telling.voice import Voice, as_sentence
from plushka.engine.conditions import Condition
from plushka.engine.program import EarningRule, Promotion
from plushka.engine.promotion_plans import coupons_of
from plushka.platform.database import Tx

NAMES_MAX = 3
"""Of the goods of an offer, where there is little room."""


class Offer(Struct, frozen=True):
    """A promotion, or a rule that gives points for a code, in words; ``whole`` names all that ``sentence`` does not.

    ``codes`` are those that wait for the member and unlock it, none for one that needs none.
    """

    name: str
    sentence: str
    whole: str
    codes: tuple[str, ...]


async def list_offers(tx: Tx, account: Account, visit: Visit) -> list[Offer]:
    """Return what the member can have today: promotions, and rules that ask for a code; what asks for one, with one."""
    if account.version is None:
        return []
    program, today = account.version.program, visit.today
    running = [each for each in program.promotions if _is_on(each, today)]
    rules = [rule for rule in program.earning if coupons_of(rule.when)]
    if not running and not rules:
        return []
    own = await list_own_codes(tx, visit.member.member_id, on=today)
    voice = Voice(program, visit.look.language, await load_names(tx, programs=[program]))
    brief = replace(voice, names_max=NAMES_MAX)
    parts: list[Promotion | EarningRule] = [*running, *rules]
    return [
        Offer(part.name, _tell(part, brief), _tell(part, voice), codes)
        for part in parts
        if (codes := _codes_for(part.when, own)) is not None
    ]


def _tell(part: Promotion | EarningRule, voice: Voice) -> str:
    return tell_promotion(part, voice) if isinstance(part, Promotion) else as_sentence(tell_rule(part, voice))


def _is_on(promotion: Promotion, today: date) -> bool:
    first_on, last_on = promotion.first_on or date.min, promotion.last_on or date.max
    return not promotion.is_paused and first_on <= today <= last_on


def _codes_for(when: Condition | None, own: list[OwnCode]) -> tuple[str, ...] | None:
    """Return the member's codes that a condition asks for; None: it asks for one that the member has not."""
    asked = coupons_of(when)
    codes = tuple(code.code for code in own if str(code.coupon_id) in asked)
    return codes if codes or not asked else None
