"""Whether a letter that advertises may go now: asked again of each before it is sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from plushka.domain.members.suppressions import list_suppressed
from plushka.domain.messages.audiences import list_outside
from plushka.domain.messages.gateways.dead import LIVE_SQL
from plushka.domain.messages.model import Channel, Outgoing, Reason
from plushka.domain.messages.push_devices import HAS_DEVICE_SQL
from plushka.domain.messages.reaching import CONSENT_OF
from plushka.domain.messages.rules import Rules
from plushka.platform.database import Tx

QUIET: frozenset[Channel] = frozenset({"inbox"})
"""Channels that wake nobody: neither quiet hours nor a cap are asked of them, nor do they count towards it."""
COUNTED = ("sending", "sent", "delivered", "unknown")


class Facts(Struct, frozen=True):
    """What is known of a letter's member now.

    ``refused`` are kinds of consent that they took back, ``sent`` the letters that advertised to them within the days
    of the cap; ``zone`` is where they bought last, empty: nowhere. ``may_be_suppressed``: it is to be asked besides
    whether they had asked to be deleted.
    """

    is_gone: bool
    is_blocked: bool
    has_agreed: bool
    refused: frozenset[str]
    is_open: bool
    sent: int
    zone: str
    may_be_suppressed: bool = True


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
    letter: Outgoing, facts: Facts, rules: Rules, *, at: datetime, zone: str
) -> Verdict:
    """Return what becomes of a letter at ``at``; ``zone`` is the business's, for who has bought nowhere."""
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
    if rules.cap_letters is not None and facts.sent >= rules.cap_letters:
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
    facts = await _read_facts(tx, letters, rules)
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
        known = facts[letter.id]
        known = structs.replace(known, sent=known.sent + going.get(letter.member_id, 0))
        told = verdict(letter, known, rules, at=tx.at, zone=zone)
        if isinstance(told, Go | Later) and letter.member_id in suppressed:
            told = Skip("suppressed")
        if isinstance(told, Go | Later) and letter.id in outside:
            told = Skip(outside[letter.id])
        if isinstance(told, Go) and letter.channel not in QUIET:
            going[letter.member_id] = going.get(letter.member_id, 0) + 1
        verdicts[letter.id] = told
    return verdicts


async def _read_facts(tx: Tx, letters: Sequence[Outgoing], rules: Rules) -> Mapping[UUID, Facts]:
    rows = await tx.fetch(
        f"""
        -- messages.read_facts
        select letter.id, m.id is null or m.erased_at is not null or m.merged_into is not null as is_gone,
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
               case when $5::timestamptz is null then 0 else (
                   select count(*) from outgoing o
                   where o.tenant_id = $1 and o.member_id = letter.member_id and o.purpose = 'marketing'
                     and o.state = any($6::text[]) and o.channel <> all($7::text[]) and o.taken_at > $5
               ) end as sent,
               coalesce((
                   select w.last_purchase_zone from wallets w
                   where w.tenant_id = $1 and w.member_id = letter.member_id and w.last_purchase_on is not null
                   order by w.last_purchase_on desc, w.id
                   limit 1
               ), '') as zone,
               exists (select from suppressions where tenant_id = $1) as may_be_suppressed
        from unnest($2::uuid[], $3::uuid[], $4::text[], $8::text[]) as letter (id, member_id, channel, address)
        left join members m on m.tenant_id = $1 and m.id = letter.member_id
        cross join lateral (
            select coalesce(bool_or(k.kind = 'marketing' and k.is_given), false) as has_agreed,
                   coalesce(array_agg(k.kind) filter (where not k.is_given), '{{}}') as refused
            from (
                select distinct on (kind) kind, is_given from consents
                where tenant_id = $1 and member_id = letter.member_id
                order by kind, id desc
            ) as k
        ) as said
        """,  # noqa: S608  a constant
        tx.tenant_id,
        [letter.id for letter in letters],
        [letter.member_id for letter in letters],
        [letter.channel for letter in letters],
        None if rules.cap_letters is None else tx.at - timedelta(days=rules.cap_days),
        list(COUNTED),
        list(QUIET),
        [letter.address for letter in letters],
    )
    return {
        row["id"]: Facts(
            is_gone=row["is_gone"],
            is_blocked=row["is_blocked"],
            has_agreed=row["has_agreed"],
            refused=frozenset(row["refused"]),
            is_open=row["is_open"],
            sent=row["sent"],
            zone=row["zone"],
            may_be_suppressed=row["may_be_suppressed"],
        )
        for row in rows
    }
