"""What a member has to show at a till, and what their points could be now, as a bot tells it."""

from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.businesses.model import Business
from plushka.domain.coupons.queries import list_own_codes
from plushka.domain.messages.contents import OwnReward, RewardsTold, RewardToGet
from plushka.domain.messages.holdings import Holdings
from plushka.domain.programs.versions import Versions
from plushka.domain.rewards.buying import list_chances
from plushka.domain.rewards.queries import list_rewards
from plushka.engine.expiry import last_day
from plushka.platform.database import Tx

LINES_MAX = 10
"""Of each kind; the app shows all of them."""
_versions = Versions()


async def tell_rewards(tx: Tx, member_id: UUID, held: Holdings | None, business: Business) -> RewardsTold:
    """Return the gifts and codes that wait for the member, and the rewards that they have the points for."""
    if held is None:
        return RewardsTold()
    program_id = held.program_id
    rewards = await list_rewards(tx, member_id, program_id=program_id)
    own = [
        OwnReward(
            reward.name,
            reward.shown_code,
            last_day(reward.expires_at, business.time_zone) if reward.expires_at else None,
        )
        for reward in rewards
        if reward.is_open(tx.at)
    ]
    codes = await list_own_codes(tx, member_id, on=tx.at.astimezone(ZoneInfo(business.time_zone)).date())
    own += [OwnReward(code.coupon, code.code) for code in codes]
    chances = await list_chances(tx, member_id, program_id=program_id, versions=_versions)
    to_get = [
        RewardToGet(chance.offer.terms.name, chance.offer.terms.price_points)
        for chance in chances
        if chance.reason is None
    ]
    short = [chance.points_missing for chance in chances if chance.reason == "points_missing"]
    return RewardsTold(
        own=tuple(own[:LINES_MAX]),
        to_get=tuple(to_get[:LINES_MAX]),
        missing=0 if to_get else min(short, default=0),
        scale=held.scale,
    )
