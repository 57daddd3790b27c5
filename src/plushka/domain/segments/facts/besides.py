"""Facts of what members agreed to, hold, have done, and of where they are counted."""

from collections.abc import Collection
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from plushka.domain.segments.lifetime.model import WHOLE_BP
from plushka.engine.audience_facts import CloseDay, Event, Forecast
from plushka.engine.field_tests import Value
from plushka.platform.database import Tx

_CHANNEL_OF = {"phone": "sms", "email": "email"}
_decode_said = msgspec.json.Decoder(dict[str, Value]).decode


Consents = tuple[set[str], set[str]]
"""The kinds of consents that hold, and those that were taken back."""
_SAID_LAST = """
    select distinct on (member_id, kind) member_id, kind, is_given from consents
    where tenant_id = $1 and member_id = any($2)
    order by member_id, kind, id desc
"""


async def read_ways(tx: Tx, ids: list[UUID]) -> tuple[dict[UUID, frozenset[str]], dict[UUID, Consents]]:
    """Return the channels that are open, and with them the consents, as ``read_consents`` does."""
    channels: dict[UUID, frozenset[str]] = {}
    said: dict[UUID, Consents] = {}
    for row in await tx.fetch(
        f"""
        -- segments.facts_of_ways
        select member_id, messenger as name, null::boolean as is_given from channel_addresses
        where tenant_id = $1 and member_id = any($2) and state = 'open' and messenger in (
            select messenger from bots where tenant_id = $1 and disconnected_at is null
        )
        union
        select member_id, kind, null from identities i
        left join dead_addresses d using (tenant_id, kind, value)
        where i.tenant_id = $1 and i.member_id = any($2) and (d.died_at is null or d.died_at < i.created_at)
          and case i.kind when 'phone' then 'sms' else i.kind end in (
              select kind from gateways where tenant_id = $1 and disconnected_at is null
          )
        union
        select coalesce(m.merged_into, m.id), 'push', null from push_subscriptions s
        join members m on m.tenant_id = $1 and m.id = s.member_id
        where s.tenant_id = $1 and (m.id = any($2) or m.merged_into = any($2)) and s.gateway_id in (
            select id from gateways where tenant_id = $1 and disconnected_at is null
        )
        union all
        ({_SAID_LAST})
        """,  # noqa: S608  a constant
        tx.tenant_id,
        ids,
    ):
        if row["is_given"] is None:
            name = _CHANNEL_OF.get(row["name"], row["name"])
            channels[row["member_id"]] = channels.get(row["member_id"], frozenset()) | {name}
        else:
            _note(said, row["member_id"], row["name"], is_given=row["is_given"])
    return channels, said


async def read_consents(tx: Tx, ids: list[UUID]) -> dict[UUID, Consents]:
    said: dict[UUID, Consents] = {}
    for row in await tx.fetch(
        f"-- segments.facts_of_consents\n{_SAID_LAST}",
        tx.tenant_id,
        ids,
    ):
        _note(said, row["member_id"], row["kind"], is_given=row["is_given"])
    return said


def _note(said: dict[UUID, Consents], member_id: UUID, kind: str, *, is_given: bool) -> None:
    holds, taken_back = said.setdefault(member_id, (set(), set()))
    (holds if is_given else taken_back).add(kind)


async def read_coupons(tx: Tx, ids: list[UUID], without: Collection[str] = ()) -> dict[UUID, frozenset[UUID]]:
    """Return the coupons of which members have a code, other than those ``without``, that they have not used."""
    held: dict[UUID, frozenset[UUID]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_coupons
        with own as (
            select id, coalesce(merged_into, id) as member_id from members
            where tenant_id = $1 and (id = any($2) or merged_into = any($2))
        )
        select held.member_id, c.coupon_id
        from (
            select o.member_id, key from coupon_codes c join own o on o.id = c.member_id where tenant_id = $1
            union
            select o.member_id, key from kept_codes k join own o on o.id = k.member_id where tenant_id = $1
            except
            select o.member_id, key from coupon_uses u join own o on o.id = u.member_id
            where tenant_id = $1 and undone_at is null
        ) as held
        join coupon_codes c on c.tenant_id = $1 and c.key = held.key and c.uses_max is distinct from 0
        where c.key <> all($3::text[])
        """,
        tx.tenant_id,
        ids,
        list(without),
    ):
        held[row["member_id"]] = held.get(row["member_id"], frozenset()) | {row["coupon_id"]}
    return held


async def read_events(tx: Tx, ids: list[UUID], zone: ZoneInfo) -> dict[UUID, tuple[Event, ...]]:
    events: dict[UUID, tuple[Event, ...]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_events
        select coalesce(m.merged_into, m.id) as member_id, e.kind, e.occurred_at, e.data::text
        from member_events e join members m on m.tenant_id = $1 and m.id = e.member_id
        where e.tenant_id = $1 and (m.id = any($2) or m.merged_into = any($2)) and e.cancelled_at is null
        """,
        tx.tenant_id,
        ids,
    ):
        event = Event(row["kind"], row["occurred_at"].astimezone(zone).date(), _decode_said(row["data"]))
        events[row["member_id"]] = (*events.get(row["member_id"], ()), event)
    return events


async def read_dates(tx: Tx, ids: list[UUID]) -> dict[UUID, tuple[CloseDay, ...]]:
    """Return the days of people close to members."""
    dates: dict[UUID, tuple[CloseDay, ...]] = {}
    for row in await tx.fetch(
        """
        -- segments.facts_of_dates
        select member_id, kind, month, day from member_dates where tenant_id = $1 and member_id = any($2)
        """,
        tx.tenant_id,
        ids,
    ):
        day = CloseDay(row["kind"], row["month"], row["day"])
        dates[row["member_id"]] = (*dates.get(row["member_id"], ()), day)
    return dates


async def read_friends(tx: Tx, ids: list[UUID]) -> dict[UUID, int]:
    """Return how many members came by each one's invitation, by whichever of their cards."""
    rows = await tx.fetch(
        """
        -- segments.facts_of_friends
        select coalesce(i.merged_into, i.id) as member_id, count(*) as friends
        from members i
        join members f on f.tenant_id = $1 and f.invited_by = i.id and f.merged_into is null
        where i.tenant_id = $1 and (i.id = any($2) or i.merged_into = any($2))
        group by 1
        """,
        tx.tenant_id,
        ids,
    )
    return {row["member_id"]: row["friends"] for row in rows}


async def read_lists(tx: Tx, ids: list[UUID]) -> dict[UUID, frozenset[str]]:
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


async def read_scores(tx: Tx, ids: list[UUID]) -> dict[UUID, tuple[str, tuple[int, int, int]]]:
    """Return each member's group by purchases and scores, as they were worked out last."""
    rows = await tx.fetch(
        """
        -- segments.facts_of_scores
        select member_id, "group", r, f, m from member_groups where tenant_id = $1 and member_id = any($2)
        """,
        tx.tenant_id,
        ids,
    )
    return {row["member_id"]: (row["group"], (row["r"], row["f"], row["m"])) for row in rows}


async def read_forecasts(tx: Tx, ids: list[UUID]) -> dict[UUID, Forecast]:
    """Return what is expected of members, as it was worked out last."""
    rows = await tx.fetch(
        """
        -- segments.facts_of_forecasts
        select member_id, alive_bp, soon_minor, year_minor from member_lifetimes
        where tenant_id = $1 and member_id = any($2)
        """,
        tx.tenant_id,
        ids,
    )
    return {
        row["member_id"]: Forecast(
            None if row["alive_bp"] is None else (WHOLE_BP - row["alive_bp"]) // 100,
            row["soon_minor"],
            row["year_minor"],
        )
        for row in rows
    }
