"""Guests of the last weeks who were brought by others, invented like all of it: some have bought, some only joined.

Their purchases are booked as tills do, each at its own moment: what history brings in bulk gives nothing for friends.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import structs

from plushka.demo.access import TillAccess
from plushka.demo.cafe import menu
from plushka.demo.cafe.cashiers import on_shift
from plushka.demo.cafe.guests import guest
from plushka.demo.cafe.year import SATURDAY, TIME_ZONE
from plushka.demo.people import name
from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member_ids
from plushka.domain.programs.operations import enroll, publish
from plushka.domain.programs.queries import find_latest_version, get_program_id
from plushka.domain.purchases.commit import commit_batch
from plushka.domain.purchases.model import Caller, Purchase
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item
from plushka.domain.referrals.binding import bind
from plushka.domain.referrals.settling import list_due, settle
from plushka.engine.program import PointsReward, Referral
from plushka.engine.referral_parts import BaseShare, ReferralCaps
from plushka.platform.database import Tx

BRANCH = "1"
REFERRERS = 5
FRIENDS = 30
BEGAN_DAYS_AGO = 45
_FIRST_NAME = 5_000
_BUYS_SHARE = 0.7
_OF_A_FRIEND_SHARE = 0.35
"""How many were brought by one who was brought themselves."""
RULES = Referral(
    (BaseShare(10_00), BaseShare(2_00), BaseShare(1_00)),
    purchases_max=3,
    paid_min_minor=200_00,
    friend=PointsReward(50),
    caps=ReferralCaps(points_per_month=300),
)


async def bring_friends(tx: Tx, yesterday: date, tills: Mapping[str, TillAccess]) -> None:
    """Begin to reward friends some weeks ago, and let some come since. Done before, it does nothing."""
    program_id = await get_program_id(tx)
    latest = await find_latest_version(tx, program_id)
    if latest is None or latest.program.referral is not None:
        return
    began_at = _at(yesterday - timedelta(days=BEGAN_DAYS_AGO), 8)
    rules = structs.replace(latest.program, referral=RULES)
    await publish(replace(tx, at=began_at), program_id=program_id, program=rules, valid_from=began_at)
    cards = [Identity("card", guest(number).card) for number in range(REFERRERS)]
    known = [*(await find_member_ids(tx, cards)).values()]
    draw, reference, friends = Random("cafe friends"), Reference(), list[UUID]()  # noqa: S311
    for number in range(FRIENDS):
        on = yesterday - timedelta(days=BEGAN_DAYS_AGO - 1 - number * (BEGAN_DAYS_AGO - 1) // FRIENDS)
        card = Identity("card", f"PARF{number:04}")
        joined = replace(tx, at=_at(on, 9))
        member = await enroll(joined, name=name(_FIRST_NAME + number), identities=[card])
        is_of_friend = bool(friends) and draw.random() < _OF_A_FRIEND_SHARE
        referrer = draw.choice(friends if is_of_friend else known)
        await bind(joined, member.id, way="app", referrer_id=referrer)
        friends.append(member.id)
        if draw.random() < _BUYS_SHARE:
            till = Caller(tenant_id=tx.tenant_id, till_id=tills[BRANCH].till_id, branch=BRANCH)
            bought = replace(tx, at=_at(on, 10 + number % 8))
            await commit_batch(bought, reference, [Item(till, _purchase(draw, number, card, bought.at))])
    # A guest who came long ago is nobody's new friend: the office shows who was refused.
    await bind(tx, known[0], way="till", referrer_id=friends[0])
    for key in await list_due(tx):
        await settle(tx, reference.versions, key)


def _purchase(draw: Random, number: int, card: Identity, at: datetime) -> Purchase:
    local = at.astimezone(ZoneInfo(TIME_ZONE))
    lines = menu.basket(draw, hour=local.hour, month=local.month, is_weekend=local.weekday() >= SATURDAY)
    return Purchase(
        external_id=f"F-{number:03}",
        lines=lines,
        occurred_at=at,
        currency=menu.CURRENCY,
        member=card,
        cashier=on_shift(BRANCH, local.date()),
    )


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(TIME_ZONE))
