"""Whether a letter that advertises may go now: asked again of each before it is sent."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Record
from msgspec import Struct

from plushka.domain.members.suppressions import list_suppressed
from plushka.domain.messages.audiences import list_outside
from plushka.domain.messages.gateways.dead import LIVE_SQL
from plushka.domain.messages.model import Channel, Facts, Outgoing, Reason
from plushka.domain.messages.push_devices import HAS_DEVICE_SQL
from plushka.domain.messages.reaching import CONSENT_OF
from plushka.domain.messages.rules import Rules
from plushka.platform.database import Tx

QUIET: frozenset[Channel] = frozenset({"inbox"})
"""Channels that wake nobody: neither quiet hours nor a cap are asked of them, nor do they count towards it."""
COUNTED = ("sending", "sent", "delivered", "unknown")


FACTS_SQL = f"""
    left join lateral (
        select m.id is null or m.erased_at is not null or m.merged_into is not null as is_gone,
               m.blocked_at is not null as is_blocked, said.has_agreed, said.refused,
               exists (
                   select from channel_addresses a
                   where a.tenant_id = $1 and a.messenger = letter.channel and a.external_id = letter.address
                     and a.member_id = letter.member_id and a.state = 'open'
               ) or exists (
                   select from identities i
                   where i.tenant_id = $1 and i.value = letter.address and i.member_id = letter.member_id
                     and i.kind = case letter.channel when 'sms' then 'phone' when 'email' then 'email' end
                     and {LIVE_SQL}
               ) or letter.channel = 'push' and {HAS_DEVICE_SQL} or letter.channel = 'inbox' as is_open,
               coalesce((
                   select w.last_purchase_zone from wallets w
                   where w.tenant_id = $1 and w.member_id = letter.member_id and w.last_purchase_on is not null
                   order by w.last_purchase_on desc, w.id
                   limit 1
               ), '') as zone,
               exists (select from suppressions where tenant_id = $1) as may_be_suppressed
        from (
            select coalesce(bool_or(k.kind = 'marketing' and k.is_given), false) as has_agreed,
                   coalesce(array_agg(k.kind) filter (where not k.is_given), '{{}}') as refused
            from (
                select distinct on (kind) kind, is_given from consents
                where tenant_id = $1 and member_id = letter.member_id
                order by kind, id desc
            ) as k
        ) as said
        left join members m on m.tenant_id = $1 and m.id = letter.member_id
        where letter.purpose = 'marketing'
    ) as facts on true
"""  # noqa: S608  constants
"""To be joined to ``letter (channel, address, member_id, purpose)``; ``facts_by`` reads it. ``$1`` is the tenant."""
_NOBODY = Facts(is_gone=True, is_blocked=False, has_agreed=False, refused=frozenset(), is_open=False, zone="")


def facts_by(row: Record) -> Facts | None:
    """Return the facts of a row with the columns of ``FACTS_SQL``; None: it advertises nothing."""
    if row["is_gone"] is None:
        return None
    return Facts(
        is_gone=row["is_gone"],
        is_blocked=row["is_blocked"],
        has_agreed=row["has_agreed"],
        refused=frozenset(row["refused"]),
        is_open=row["is_open"],
        zone=row["zone"],
        may_be_suppressed=row["may_be_suppressed"],
    )


class Go(Struct, frozen=True):
    """It may be sent."""


class Skip(Struct, frozen=True):
    """It is not sent at all; ``by_channel``: not by this one, another of its route may do."""

    reason: Reason
    by_channel: bool = False


class Later(Struct, frozen=True):
    """It waits until ``at``."""

    at: datetime


Verdict = Go | Skip | Later


def verdict(  # noqa: PLR0911  one answer a rule
    letter: Outgoing, facts: Facts, rules: Rules, *, at: datetime, zone: str, sent: int
) -> Verdict:
    """Return what becomes of a letter at ``at``; ``zone`` is the business's, for who has bought nowhere.

    ``sent`` are the letters that advertised to its member within the days of the cap.
    """
    if facts.is_gone:
        return Skip("member_gone")
    if not facts.has_agreed:
        return Skip("no_consent")
    if facts.is_blocked:
        return Skip("member_blocked")
    if not rules.may_carry(letter.channel, "marketing"):
        return Skip("transactional_only", by_channel=True)
    if CONSENT_OF.get(letter.channel) in facts.refused:
        return Skip("no_channel_consent", by_channel=True)
    if not facts.is_open:
        return Skip("address_closed", by_channel=True)
    if letter.channel in QUIET:
        return Go()
    if rules.cap_letters is not None and sent >= rules.cap_letters:
        return Skip("cap")
    wakes_at = end_of_quiet(at, facts.zone or zone, rules)
    return Go() if wakes_at is None else Later(wakes_at)


def end_of_quiet(at: datetime, zone: str, rules: Rules) -> datetime | None:
    """Return when the quiet hours end in which ``at`` falls by the clock of ``zone``; None: it falls in none.

    The clock's own hours count, so a night with a changed clock is an hour shorter or longer.
    """
    begins, ends = rules.quiet_from_minutes, rules.quiet_until_minutes
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    is_quiet = begins <= minute < ends if begins <= ends else minute >= begins or minute < ends
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1) if minute >= ends else local.date()
    return datetime.combine(day, time(*divmod(ends, 60)), local.tzinfo).astimezone(at.tzinfo)


async def judge(tx: Tx, letters: Sequence[Outgoing], rules: Rules, *, zone: str) -> Mapping[UUID, Verdict]:
    """Return what becomes of letters that advertise.

    Two to one member in one call are counted one after the other.
    """
    facts = {letter.id: letter.facts or _NOBODY for letter in letters}
    members = {letter.member_id for letter in letters if letter.member_id is not None}
    sent = await count_sent(tx, members, rules)
    asked = [
        letter.member_id
        for letter in letters
        if letter.member_id is not None and facts[letter.id].may_be_suppressed
    ]
    suppressed = await list_suppressed(tx, asked) if asked else frozenset()
    outside = await list_outside(tx, letters)
    going: dict[UUID | None, int] = {}
    verdicts: dict[UUID, Verdict] = {}
    for letter in letters:
        count = sent.get(letter.member_id, 0) + going.get(letter.member_id, 0)
        told = verdict(letter, facts[letter.id], rules, at=tx.at, zone=zone, sent=count)
        if isinstance(told, Go | Later) and letter.member_id in suppressed:
            told = Skip("suppressed")
        if isinstance(told, Go | Later) and letter.id in outside:
            told = Skip(outside[letter.id])
        if isinstance(told, Go) and letter.channel not in QUIET:
            going[letter.member_id] = going.get(letter.member_id, 0) + 1
        verdicts[letter.id] = told
    return verdicts


async def count_sent(tx: Tx, member_ids: Collection[UUID], rules: Rules) -> Mapping[UUID | None, int]:
    """Return how many letters that advertise have gone to members within the days of the cap; none without a cap."""
    if rules.cap_letters is None:
        return {}
    rows = await tx.fetch(
        """
        -- messages.count_sent
        select asked.member_id, (
            select count(*) from outgoing o
            where o.tenant_id = $1 and o.member_id = asked.member_id and o.purpose = 'marketing'
              and o.state = any($4::text[]) and o.channel <> all($5::text[]) and o.taken_at > $3
        ) as sent
        from unnest($2::uuid[]) as asked (member_id)
        """,
        tx.tenant_id,
        list(member_ids),
        tx.at - timedelta(days=rules.cap_days),
        list(COUNTED),
        list(QUIET),
    )
    return {row["member_id"]: row["sent"] for row in rows}
