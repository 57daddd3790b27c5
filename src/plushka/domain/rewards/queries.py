"""A member's cards and gifts, to be shown."""

from collections.abc import Collection, Mapping
from itertools import groupby
from typing import Literal, assert_never
from uuid import UUID

from asyncpg import Record

from plushka.domain.businesses.queries import get_business
from plushka.domain.coupons.queries import load_names
from plushka.domain.programs.versions import Versions, list_in_force
from plushka.domain.rewards.model import MemberCard, Reward, UnknownReward
from plushka.domain.rewards.stamps import list_stamps, state_of
from plushka.engine.local_time import moment
from plushka.engine.program import PointsReward, StampCard
from plushka.engine.purchase import CardState, Place
from plushka.engine.stamp_parts import Gift, OwnCoupon, Spend, Units
from plushka.engine.stamps import Filled, on_day
from plushka.platform.database import Tx

SHOWN_MAX = 50
"""Gifts of a member that are shown, the latest."""
_SELECT = """
    select id, member_id, program_id, card_id, promotion_id, offer_id, price_points, returns_points, name, code, state,
           issued_at, expires_at, taken_at, taken_till_id, receipt_id
    from rewards where tenant_id = $1
"""


async def list_cards(tx: Tx, member_id: UUID, *, versions: Versions, program_id: UUID) -> list[MemberCard]:
    """Return the cards of the version in force as a member has filled them by now, in the programme's order."""
    mark = next((mark for mark in await list_in_force(tx) if mark.program_id == program_id), None)
    version = await versions.get(tx, mark.id) if mark is not None else None
    if version is None or not version.cards:
        return []
    business = await get_business(tx)
    today = moment(tx.at, Place(branch="", time_zone=business.time_zone)).business_date
    rows = await list_stamps(tx, [member_id], program_id=program_id)
    states = {
        card: state_of(list(of_card), today) for card, of_card in groupby(rows, key=lambda row: row.card)
    }
    gives_coupons = any(isinstance(plan.card.reward, OwnCoupon) for plan in version.cards)
    names = await load_names(tx) if gives_coupons else {}
    cards = []
    for plan in version.cards:
        state = states.get(plan.card.id, CardState())
        filled = on_day(Filled(have=state.have, ends_on=state.ends_on), today)
        cards.append(_shown(plan.card, filled, ahead=max(0, -state.due), names=names))
    return cards


async def list_rewards(tx: Tx, member_id: UUID, *, program_id: UUID) -> list[Reward]:
    """Return a member's gifts that were neither withdrawn nor cancelled.

    Those that can be taken come first, each kind the latest first.
    """
    rows = await tx.fetch(
        f"""
        -- rewards.list_rewards
        {_SELECT} and member_id = $2 and program_id = $3 and state not in ('withdrawn', 'cancelled')
        order by (state = 'open' and (expires_at is null or expires_at > $4)) desc, id desc
        limit {SHOWN_MAX}
        """,
        tx.tenant_id,
        member_id,
        program_id,
        tx.at,
    )
    return [_reward(row) for row in rows]


async def list_all_rewards(tx: Tx, member_id: UUID, *, limit: int) -> list[Reward]:
    """Return all that a member ever won or bought, in every programme, the latest first."""
    rows = await tx.fetch(
        f"""
        -- rewards.list_all_rewards
        {_SELECT} and member_id = $2 order by id desc limit $3
        """,
        tx.tenant_id,
        member_id,
        limit,
    )
    return [_reward(row) for row in rows]


async def list_won(tx: Tx, receipt_ids: Collection[UUID]) -> list[Reward]:
    """Return the gifts that receipts have won."""
    rows = await tx.fetch(
        f"""
        -- rewards.list_won
        {_SELECT} and receipt_id = any($2::uuid[]) order by id
        """,
        tx.tenant_id,
        list(receipt_ids),
    )
    return [_reward(row) for row in rows]


async def list_named(tx: Tx, reward_ids: Collection[UUID]) -> list[Reward]:
    """Return the gifts of these ids, the oldest first."""
    rows = await tx.fetch(
        f"""
        -- rewards.list_named
        {_SELECT} and id = any($2::uuid[]) order by id
        """,
        tx.tenant_id,
        list(reward_ids),
    )
    return [_reward(row) for row in rows]


async def get_reward(tx: Tx, reward_id: UUID) -> Reward:
    """:raises UnknownReward: the business has none of this id"""
    row = await tx.fetchrow(
        f"""
        -- rewards.get_reward
        {_SELECT} and id = $2
        """,
        tx.tenant_id,
        reward_id,
    )
    if row is None:
        raise UnknownReward(field="id")
    return _reward(row)


async def find_till_of(tx: Tx, reward_id: UUID) -> UUID | None:
    """Return the till at which a gift was bought; None: in the app."""
    till_id: UUID | None = await tx.fetchval(
        """
        -- rewards.find_till_of
        select till_id from reward_acts where tenant_id = $1 and reward_id = $2 and act = 'buy'
        """,
        tx.tenant_id,
        reward_id,
    )
    return till_id


async def find_by_code(tx: Tx, typed: str) -> Reward | None:
    """Return the gift of a code as it was typed, in any spelling."""
    row = await tx.fetchrow(
        f"""
        -- rewards.find_by_code
        {_SELECT} and code = $2
        """,
        tx.tenant_id,
        "".join(typed.split()).replace("-", "").upper(),
    )
    return None if row is None else _reward(row)


def _name(reward: Gift | PointsReward | OwnCoupon, names: Mapping[str, str]) -> str:
    match reward:
        case Gift(name=name):
            return name
        case OwnCoupon(coupon=coupon):
            return names.get(coupon, coupon)
        case PointsReward():
            return ""
        case _:
            assert_never(reward)


def _shown(card: StampCard, filled: Filled, *, ahead: int, names: Mapping[str, str]) -> MemberCard:
    counts: Literal["visits", "units", "spend"] = "visits"
    if isinstance(card.counts, Spend | Units):
        counts = "spend" if isinstance(card.counts, Spend) else "units"
    reward = card.reward
    return MemberCard(
        id=card.id,
        name=card.name,
        counts=counts,
        have=filled.have,
        needed=card.needed,
        ends_on=filled.ends_on,
        gift=_name(reward, names),
        points=reward.points if isinstance(reward, PointsReward) else 0,
        ahead=ahead,
    )


def _reward(row: Record) -> Reward:
    return Reward(
        id=row["id"],
        member_id=row["member_id"],
        program_id=row["program_id"],
        card=row["card_id"],
        promotion=row["promotion_id"],
        offer_id=row["offer_id"],
        price_points=row["price_points"],
        returns_points=row["returns_points"],
        name=row["name"],
        code=row["code"],
        state=row["state"],
        issued_at=row["issued_at"],
        expires_at=row["expires_at"],
        taken_at=row["taken_at"],
        taken_till_id=row["taken_till_id"],
        receipt_id=row["receipt_id"],
    )
