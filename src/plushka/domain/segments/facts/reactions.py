"""Facts of what came of campaigns for members."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from plushka.engine.audience import Reaction
from plushka.engine.audience_facts import Reacted
from plushka.platform.database import Tx

Found = tuple[UUID, Reacted]
_OWN = """
    with own as (
        select id, coalesce(merged_into, id) as member_id from members
        where tenant_id = $1 and (id = any($2) or merged_into = any($2))
    )
"""
"""Both cards of a member who was merged: what is told of either is told of the one who stays."""
_WENT_OUT = ("sent", "delivered", "unknown")
_OF_LETTERS = frozenset[Reaction](
    ("sent", "delivered", "read", "undelivered", "skipped", "bought", "nothing")
)
_OF_RECIPIENTS = frozenset[Reaction](("skipped", "control"))


async def read_reactions(
    tx: Tx, ids: list[UUID], zone: ZoneInfo, asked: Collection[Reaction]
) -> dict[UUID, tuple[Reacted, ...]]:
    """Return what came of all campaigns for members, of the kinds ``asked`` and perhaps of others."""
    found: list[Found] = []
    if not _OF_LETTERS.isdisjoint(asked):
        letters = await _list_letters(tx, ids)
        found += _of_letters(letters, zone)
        if "bought" in asked:
            found += _bought(letters, await _list_purchases(tx, ids))
    if not _OF_RECIPIENTS.isdisjoint(asked):
        found += _of_recipients(await _list_recipients(tx, ids), zone)
    if "code_used" in asked:
        found += await _list_used(tx, ids)
    if "goal" in asked:
        found += await _list_goals(tx, ids, zone)
    reactions: dict[UUID, tuple[Reacted, ...]] = {}
    for member_id, one in found:
        reactions[member_id] = (*reactions.get(member_id, ()), one)
    return reactions


def _of_letters(letters: Collection[asyncpg.Record], zone: ZoneInfo) -> Iterator[Found]:
    for row in letters:
        state = row["state"]
        moments: Mapping[Reaction, datetime | None] = {
            "sent": row["finished_at"] if state in _WENT_OUT else None,
            "delivered": row["delivered_at"],
            "read": row["read_at"],
            "undelivered": row["finished_at"] if state in {"failed", "blocked"} else None,
            "skipped": row["finished_at"] if state == "skipped" else None,
        }
        for reaction, at in moments.items():
            if at is not None:
                yield row["member_id"], Reacted(row["campaign_id"], reaction, at.astimezone(zone).date())


def _bought(
    letters: Collection[asyncpg.Record], purchases: Mapping[UUID, list[asyncpg.Record]]
) -> Iterator[Found]:
    """Return the purchases that are counted as a campaign's: the first after its letter, within its window.

    Whichever letter went out last before a purchase has it, if it was not followed by one already.
    """
    gone = sorted(
        (row for row in letters if row["state"] in _WENT_OUT),
        key=itemgetter("member_id", "finished_at", "id"),
    )
    for member_id, of_member in groupby(gone, key=itemgetter("member_id")):
        happened: list[tuple[datetime, int, Any]] = [(row["finished_at"], 0, row) for row in of_member]
        happened += [(row["occurred_at"], 1, row) for row in purchases.get(member_id, ())]
        last = None
        for at, is_purchase, row in sorted(happened, key=itemgetter(0, 1)):
            if not is_purchase:
                last = row
                continue
            if last is not None and at < last["finished_at"] + timedelta(days=last["window_days"] or 0):
                yield member_id, Reacted(last["campaign_id"], "bought", row["business_date"])
            last = None


def _of_recipients(rows: Collection[asyncpg.Record], zone: ZoneInfo) -> Iterator[Found]:
    """Return who was left alone, and who was not even written to.

    Of two cards that were joined the group of the one who stays counts.
    """
    chosen = {(row["campaign_id"], row["id"]) for row in rows}
    for row in rows:
        member_id, campaign_id, on = (
            row["member_id"],
            row["campaign_id"],
            row["planned_at"].astimezone(zone).date(),
        )
        if row["is_control"] and (row["id"] == member_id or (campaign_id, member_id) not in chosen):
            yield member_id, Reacted(campaign_id, "control", on)
        if row["skipped"] not in {"", "merged"}:
            yield member_id, Reacted(campaign_id, "skipped", on)


async def _list_letters(tx: Tx, ids: list[UUID]) -> list[asyncpg.Record]:
    return await tx.fetch(
        f"""
        -- segments.facts_of_letters
        {_OWN}
        select own.member_id, o.id, o.campaign_id, o.state, o.finished_at, o.delivered_at, o.read_at, c.window_days
        from outgoing o join own on own.id = o.member_id
        left join campaigns c on c.tenant_id = $1 and c.id = o.campaign_id
        where o.tenant_id = $1 and o.campaign_id is not null and o.finished_at is not null
        """,  # noqa: S608  a constant
        tx.tenant_id,
        ids,
    )


async def _list_purchases(tx: Tx, ids: list[UUID]) -> dict[UUID, list[asyncpg.Record]]:
    """Return the purchases that were not wholly returned, in their order."""
    purchases: dict[UUID, list[asyncpg.Record]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_purchases
        select member_id, occurred_at, business_date from receipts
        where tenant_id = $1 and member_id = any($2) and (refunded_minor < payable_minor or payable_minor = 0)
        order by occurred_at, id
        """,
        tx.tenant_id,
        ids,
    ):
        purchases.setdefault(row["member_id"], []).append(row)
    return purchases


async def _list_recipients(tx: Tx, ids: list[UUID]) -> list[asyncpg.Record]:
    return await tx.fetch(
        f"""
        -- segments.facts_of_recipients
        {_OWN}
        select own.id, own.member_id, r.campaign_id, r.is_control, r.skipped, r.planned_at
        from campaign_recipients r join own on own.id = r.member_id
        where r.tenant_id = $1
        """,  # noqa: S608  a constant
        tx.tenant_id,
        ids,
    )


async def _list_used(tx: Tx, ids: list[UUID]) -> list[Found]:
    rows = await tx.fetch(
        f"""
        -- segments.facts_of_codes
        {_OWN}, given as (
            select own.member_id, r.campaign_id, r.coupon_key from campaign_recipients r
            join own on own.id = r.member_id
            where r.tenant_id = $1
            union all
            select own.member_id, r.journey_id, p.coupon_key from journey_runs r
            join own on own.id = r.member_id
            join journey_passes p on p.tenant_id = $1 and p.run_id = r.id
            where r.tenant_id = $1
        )
        select given.member_id, given.campaign_id, u.business_date from given
        join coupon_uses u on u.tenant_id = $1 and u.key = given.coupon_key and u.undone_at is null
        """,  # noqa: S608  a constant
        tx.tenant_id,
        ids,
    )
    return [
        (row["member_id"], Reacted(row["campaign_id"], "code_used", row["business_date"])) for row in rows
    ]


async def _list_goals(tx: Tx, ids: list[UUID], zone: ZoneInfo) -> list[Found]:
    rows = await tx.fetch(
        f"""
        -- segments.facts_of_goals
        {_OWN}
        select own.member_id, r.journey_id, r.ended_at from journey_runs r join own on own.id = r.member_id
        where r.tenant_id = $1 and r.state = 'goal'
        """,  # noqa: S608  a constant
        tx.tenant_id,
        ids,
    )

    def on(at: datetime) -> date:
        return at.astimezone(zone).date()

    return [(row["member_id"], Reacted(row["journey_id"], "goal", on(row["ended_at"]))) for row in rows]
