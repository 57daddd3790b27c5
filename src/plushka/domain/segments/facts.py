"""What is known of some members, as ``engine/audience_facts`` has it: tells why somebody is in an audience or not.

Read from the journal's tables and from receipts as they are, without the shortcuts of the SQL in ``conditions``; a test
holds both to the same answers.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
from msgspec import structs

from plushka.domain.businesses.queries import get_business
from plushka.domain.ledger.burning import BURNS_AT
from plushka.domain.programs.queries import list_programs
from plushka.domain.purchases.model import ReturnLine
from plushka.domain.purchases.store import decision_inputs
from plushka.domain.segments.definitions import Definitions, read_definitions
from plushka.engine.audience import Audience
from plushka.engine.audience_facts import Account, Burn, Day, Event, MemberFacts, Receipt
from plushka.engine.audience_holds import holds
from plushka.engine.purchase import Basket
from plushka.platform.database import Tx

MEMBERS_MAX = 1000
_decode_lines = msgspec.json.Decoder(tuple[ReturnLine, ...]).decode
_CHANNEL_OF = {"phone": "sms", "email": "email"}
_NO_PROGRAM = UUID(int=0)


async def read_facts(tx: Tx, audience: Audience, member_ids: Collection[UUID]) -> dict[UUID, MemberFacts]:
    """Return what ``audience`` may ask of each of ``member_ids``; who is merged or erased is left out."""
    business = await get_business(tx)
    zone = ZoneInfo(business.time_zone)
    programs = await list_programs(tx)
    ids = list(member_ids)[:MEMBERS_MAX]
    found: dict[UUID, dict[str, Any]] = {
        row["id"]: {
            "enrolled_on": row["enrolled_at"].astimezone(zone).date(),
            "main_program": programs[0].id if programs else _NO_PROGRAM,
            "sex": row["sex"],
            "birthday": row["birthday"],
            "tags": frozenset(row["tags"]),
            "source": row["source"],
            "link": row["link_id"],
            "language": row["language"] or business.language,
            "is_blocked": row["blocked_at"] is not None,
            "came_by_friend": row["invited_by"] is not None,
            "friends": row["friends"],
        }
        for row in await tx.fetch(
            """
            -- segments.facts_of_members
            select id, enrolled_at, sex, birthday, tags, source, link_id, language, blocked_at, invited_by, (
                select count(*) from members f
                where f.tenant_id = $1 and f.invited_by = m.id and f.merged_into is null
            ) as friends
            from members m where tenant_id = $1 and id = any($2) and merged_into is null and erased_at is null
            """,
            tx.tenant_id,
            ids,
        )
    }
    parts: tuple[tuple[str, Mapping[UUID, Any]], ...] = (
        ("accounts", await _accounts(tx, ids, zone)),
        ("days", await _days(tx, ids)),
        ("receipts", await _receipts(tx, ids)),
        ("open_channels", await _open_channels(tx, ids)),
        ("consents", await _consents(tx, ids)),
        ("coupons", await _coupons(tx, ids)),
        ("events", await _events(tx, ids, zone)),
    )
    for name, by_member in parts:
        for member_id, value in by_member.items():
            if member_id in found:
                found[member_id][name] = value
    definitions = await read_definitions(tx, audience)
    lists = await _lists(tx, ids)
    today = tx.at.astimezone(zone).date()
    return {
        member_id: _with_segments(
            MemberFacts(**values), definitions, lists.get(member_id, frozenset()), today
        )
        for member_id, values in found.items()
    }


def _with_segments(
    facts: MemberFacts, definitions: Definitions, lists: frozenset[str], today: date
) -> MemberFacts:
    """Return the facts with the segments that the member is in; those that stand on others are found after them."""
    known = structs.replace(facts, segments=lists)
    for _ in definitions:
        found = {one for one, each in definitions.items() if each is not None and holds(each, known, today)}
        known = structs.replace(facts, segments=lists | found)
    return known


async def _accounts(tx: Tx, ids: list[UUID], zone: ZoneInfo) -> dict[UUID, dict[UUID, Account]]:
    accounts: dict[UUID, dict[UUID, Account]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_accounts
        select member_id, program_id, w.available, w.pending, w.debt, s.tier
        from (select * from wallets where tenant_id = $1 and member_id = any($2)) as w
        full join (select * from standings where tenant_id = $1 and member_id = any($2)) as s
            using (member_id, program_id)
        """,
        tx.tenant_id,
        ids,
    ):
        accounts.setdefault(row["member_id"], {})[row["program_id"]] = Account(
            row["available"] or 0, row["pending"] or 0, row["debt"] or 0, row["tier"]
        )
    for row in await tx.fetch(
        f"""
        -- segments.facts_of_lots
        select w.member_id, w.program_id, {BURNS_AT} as burns_at, l.pending + l.available + l.held as points
        from wallets w join lots l on l.tenant_id = $1 and l.wallet_id = w.id
        where w.tenant_id = $1 and w.member_id = any($2)
        """,  # noqa: S608  a constant
        tx.tenant_id,
        ids,
    ):
        burns_at = row["burns_at"]
        if burns_at is None or burns_at <= tx.at or not row["points"]:
            continue
        of_member = accounts[row["member_id"]]
        account = of_member[row["program_id"]]
        burn = Burn(_last_day(burns_at, zone), row["points"])
        of_member[row["program_id"]] = structs.replace(account, burns=(*account.burns, burn))
    return accounts


def _last_day(burns_at: datetime, zone: ZoneInfo) -> date:
    """Return the last day on which points can be had that are no more from ``burns_at`` on."""
    return (burns_at - timedelta(microseconds=1)).astimezone(zone).date()


async def _days(tx: Tx, ids: list[UUID]) -> dict[UUID, tuple[Day, ...]]:
    days: dict[UUID, tuple[Day, ...]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_days
        select member_id, business_date, purchases, spend_minor
        from standing_days where tenant_id = $1 and member_id = any($2)
        """,
        tx.tenant_id,
        ids,
    ):
        day = Day(row["business_date"], row["purchases"], row["spend_minor"])
        days[row["member_id"]] = (*days.get(row["member_id"], ()), day)
    return days


async def _receipts(tx: Tx, ids: list[UUID]) -> dict[UUID, tuple[Receipt, ...]]:
    receipts: dict[UUID, tuple[Receipt, ...]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_receipts
        select r.member_id, r.business_date, r.basket, r.member_state, b.code, array(
            select lines::text from returns where tenant_id = $1 and receipt_id = r.id
        ) as returned
        from receipts r join branches b on b.tenant_id = $1 and b.id = r.branch_id
        where r.tenant_id = $1 and r.member_id = any($2)
          and not exists (select from returns f where f.tenant_id = $1 and f.receipt_id = r.id and f.is_full)
        """,
        tx.tenant_id,
        ids,
    ):
        receipts[row["member_id"]] = (*receipts.get(row["member_id"], ()), _receipt(row))
    return receipts


def _receipt(row: asyncpg.Record) -> Receipt:
    basket: Basket = decision_inputs(row)[0]
    left = {index: line.quantity_milli for index, line in enumerate(basket.lines)}
    for returned in row["returned"]:
        for line in _decode_lines(returned):
            left[line.index] -= line.quantity_milli
    lines = [line for index, line in enumerate(basket.lines) if left[index] > 0]
    return Receipt(
        on=row["business_date"],
        branch=row["code"],
        skus=frozenset(line.product for line in lines),
        categories=frozenset(code for line in lines for code in line.look.categories),
        brands=frozenset(line.look.brand for line in lines if line.look.brand is not None),
    )


async def _open_channels(tx: Tx, ids: list[UUID]) -> dict[UUID, frozenset[str]]:
    channels: dict[UUID, frozenset[str]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_channels
        select member_id, messenger as name from channel_addresses
        where tenant_id = $1 and member_id = any($2) and state = 'open'
        union
        select member_id, kind from identities where tenant_id = $1 and member_id = any($2)
        """,
        tx.tenant_id,
        ids,
    ):
        name = _CHANNEL_OF.get(row["name"], row["name"])
        channels[row["member_id"]] = channels.get(row["member_id"], frozenset()) | {name}
    return channels


async def _consents(tx: Tx, ids: list[UUID]) -> dict[UUID, frozenset[str]]:
    given: dict[UUID, frozenset[str]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_consents
        select member_id, kind, is_given from consents where tenant_id = $1 and member_id = any($2) order by id
        """,
        tx.tenant_id,
        ids,
    ):
        known = given.get(row["member_id"], frozenset())
        given[row["member_id"]] = known | {row["kind"]} if row["is_given"] else known - {row["kind"]}
    return given


async def _coupons(tx: Tx, ids: list[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Return the coupons of which members have a code that they have not used."""
    held: dict[UUID, frozenset[UUID]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_coupons
        select held.member_id, c.coupon_id
        from (
            select member_id, key from coupon_codes where tenant_id = $1 and member_id = any($2)
            union
            select member_id, key from kept_codes where tenant_id = $1 and member_id = any($2)
            except
            select member_id, key from coupon_uses
            where tenant_id = $1 and member_id = any($2) and undone_at is null
        ) as held
        join coupon_codes c on c.tenant_id = $1 and c.key = held.key and c.uses_max is distinct from 0
        """,
        tx.tenant_id,
        ids,
    ):
        held[row["member_id"]] = held.get(row["member_id"], frozenset()) | {row["coupon_id"]}
    return held


async def _events(tx: Tx, ids: list[UUID], zone: ZoneInfo) -> dict[UUID, tuple[Event, ...]]:
    events: dict[UUID, tuple[Event, ...]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_events
        select member_id, kind, occurred_at from member_events
        where tenant_id = $1 and member_id = any($2) and cancelled_at is null
        """,
        tx.tenant_id,
        ids,
    ):
        event = Event(row["kind"], row["occurred_at"].astimezone(zone).date())
        events[row["member_id"]] = (*events.get(row["member_id"], ()), event)
    return events


async def _lists(tx: Tx, ids: list[UUID]) -> dict[UUID, frozenset[str]]:
    """Return the lists that members are in, those of members who became part of them as well."""
    lists: dict[UUID, frozenset[str]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_lists
        select coalesce(m.merged_into, m.id) as member_id, i.segment_id
        from segment_members i
        join segments s on s.tenant_id = $1 and s.id = i.segment_id and s.audience is null
        join members m on m.tenant_id = $1 and m.id = i.member_id
        where i.tenant_id = $1 and (m.id = any($2) or m.merged_into = any($2))
        """,
        tx.tenant_id,
        ids,
    ):
        lists[row["member_id"]] = lists.get(row["member_id"], frozenset()) | {str(row["segment_id"])}
    return lists
