"""How a business writes letters: when members sleep, how many they bear, what each channel costs and may carry."""

from collections.abc import Sequence

import msgspec
from asyncpg import Record
from msgspec import Struct, structs

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.queries import BUSINESS_COLUMNS, KNOWN, note_business
from plushka.domain.messages.model import CHANNELS, Channel, Purpose
from plushka.platform.database import Tx
from plushka.platform.errors import Fact, Invalid

COST_MINOR_MAX = 100_000
CAP_LETTERS_MAX = 100
CAP_DAYS_MAX = 90
MOVE_ON_MINUTES_MAX = 24 * 60
DAY_MINUTES = 24 * 60
_KNOWN = "letter rules"
"""Where a transaction knows the rules."""
RULES_COLUMNS = f"""
    (
        select coalesce((select to_jsonb(l) from letter_rules l where l.tenant_id = $1), '{{}}') || jsonb_build_object(
            'channels', coalesce((
                select jsonb_agg(to_jsonb(c) order by c.position, c.channel) from channel_rules c where c.tenant_id = $1
            ), '[]')
        )
    )::text as rules, {BUSINESS_COLUMNS}
"""  # noqa: S608  a constant
"""What ``note_rules`` reads of ``businesses b``; ``$1`` is the tenant."""


class ChannelRule(Struct, frozen=True):
    """A channel: ``cost_minor`` of a message (of each part of an SMS), and whether it may carry advertising."""

    channel: Channel
    cost_minor: int = 0
    is_transactional_only: bool = False


class Rules(Struct, frozen=True):
    """``channels`` stand as the business has ordered them; minutes are of the member's day, equal ones: no quiet hours.

    ``cap_letters`` None: as many as there are. After ``move_on_minutes`` without a report the next channel is tried.
    ``tells_of_burning``: bots remind of points that burn soon, unless a journey does.
    """

    quiet_from_minutes: int = 21 * 60
    quiet_until_minutes: int = 9 * 60
    cap_letters: int | None = None
    cap_days: int = 7
    move_on_minutes: int = 30
    tells_of_burning: bool = True
    channels: tuple[ChannelRule, ...] = tuple(ChannelRule(channel) for channel in CHANNELS)

    def cost_minor(self, channel: Channel) -> int:
        return self._of(channel).cost_minor

    def may_carry(self, channel: Channel, purpose: Purpose) -> bool:
        """Tell whether letters of this purpose may go by the channel at all."""
        return purpose == "transactional" or not self._of(channel).is_transactional_only

    def _of(self, channel: Channel) -> ChannelRule:
        return next((rule for rule in self.channels if rule.channel == channel), ChannelRule(channel))


_decode_rules = msgspec.json.Decoder(Rules).decode


class RulesImpossible(Invalid):
    """A figure is outside what makes sense; ``field`` says which."""

    code = "letter_rules_impossible"


def route_of(rules: Rules, own: Sequence[Channel], purpose: Purpose) -> tuple[Channel, ...]:
    """Return the channels to try, the first first: ``own`` order, or the cheapest first and the app's inbox at the end.

    Of equally cheap ones the business's order decides. What may not carry the purpose is left out.
    """
    ordered = own or [
        rule.channel
        for rule in sorted(rules.channels, key=lambda rule: (rule.channel == "inbox", rule.cost_minor))
    ]
    return tuple(channel for channel in dict.fromkeys(ordered) if rules.may_carry(channel, purpose))


async def get_rules(tx: Tx) -> Rules:
    """Return the business's rules, ours where it has none of its own, read once in a transaction.

    Who asks for them wants the business as well, so that it is known from then on.
    """
    known: Rules | None = tx.known.get(_KNOWN)
    if known is not None:
        return known
    (row,) = await tx.fetch(
        f"""
        -- messages.get_rules
        select {RULES_COLUMNS} from (select) as asked left join businesses b on b.tenant_id = $1
        """,  # noqa: S608  a constant
        tx.tenant_id,
    )
    return note_rules(tx, row)


def note_rules(tx: Tx, row: Record) -> Rules:
    """Return the rules of a row with ``RULES_COLUMNS``, among others, as ``get_rules`` does from now on."""
    if KNOWN not in tx.known and row["tenant_id"] is not None:
        note_business(tx, row)
    rules = _decode_rules(row["rules"])
    named = {rule.channel for rule in rules.channels}
    missing = (ChannelRule(channel) for channel in CHANNELS if channel not in named)
    tx.known[_KNOWN] = rules = structs.replace(rules, channels=(*rules.channels, *missing))
    return rules


async def change_rules(tx: Tx, rules: Rules) -> None:
    """Write letters by ``rules`` from now on, those that wait too.

    :raises RulesImpossible: a figure is out of its bounds, or channels are not each of them once
    """
    _check(rules)
    before = await get_rules(tx)
    tx.known.pop(_KNOWN)
    await tx.execute(
        """
        -- messages.change_letter_rules
        insert into letter_rules
            (tenant_id, quiet_from_minutes, quiet_until_minutes, cap_letters, cap_days, move_on_minutes,
             tells_of_burning)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (tenant_id) do update
        set quiet_from_minutes = $2, quiet_until_minutes = $3, cap_letters = $4, cap_days = $5, move_on_minutes = $6,
            tells_of_burning = $7
        """,
        tx.tenant_id,
        rules.quiet_from_minutes,
        rules.quiet_until_minutes,
        rules.cap_letters,
        rules.cap_days,
        rules.move_on_minutes,
        rules.tells_of_burning,
    )
    await tx.execute(
        """
        -- messages.change_channel_rules
        insert into channel_rules (tenant_id, channel, position, cost_minor, is_transactional_only)
        select $1, channel, position, cost_minor, is_only
        from unnest($2::text[], $3::smallint[], $4::bigint[], $5::boolean[])
            as t (channel, position, cost_minor, is_only)
        on conflict (tenant_id, channel) do update
        set position = excluded.position, cost_minor = excluded.cost_minor,
            is_transactional_only = excluded.is_transactional_only
        """,
        tx.tenant_id,
        [rule.channel for rule in rules.channels],
        list(range(len(rules.channels))),
        [rule.cost_minor for rule in rules.channels],
        [rule.is_transactional_only for rule in rules.channels],
    )
    await audit.record(
        tx,
        action="letter_rules.change",
        subject="business",
        changes={name: (told, _facts(rules)[name]) for name, told in _facts(before).items()},
    )


def _facts(rules: Rules) -> dict[str, Fact]:
    """Return the rules as the trail tells them; channels by their codes."""
    return {
        "quiet_hours": f"{_clock(rules.quiet_from_minutes)}–{_clock(rules.quiet_until_minutes)}",
        "letters_max": "—" if rules.cap_letters is None else f"{rules.cap_letters} / {rules.cap_days}",
        "move_on_minutes": rules.move_on_minutes,
        "tells_of_burning": int(rules.tells_of_burning),
        "channels": " ".join(rule.channel for rule in rules.channels),
        "channels_without_offers": " ".join(
            rule.channel for rule in rules.channels if rule.is_transactional_only
        ),
        "channel_costs": " ".join(str(rule.cost_minor) for rule in rules.channels),
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _check(rules: Rules) -> None:
    bounds = (
        ("quiet_from", rules.quiet_from_minutes, 0, DAY_MINUTES - 1),
        ("quiet_until", rules.quiet_until_minutes, 0, DAY_MINUTES - 1),
        ("cap_letters", 1 if rules.cap_letters is None else rules.cap_letters, 1, CAP_LETTERS_MAX),
        ("cap_days", rules.cap_days, 1, CAP_DAYS_MAX),
        ("move_on_minutes", rules.move_on_minutes, 1, MOVE_ON_MINUTES_MAX),
        *((f"cost_{rule.channel}", rule.cost_minor, 0, COST_MINOR_MAX) for rule in rules.channels),
    )
    for field, told, least, most in bounds:
        if not least <= told <= most:
            raise RulesImpossible(field=field, least=least, most=most)
    if sorted(rule.channel for rule in rules.channels) != sorted(CHANNELS):
        raise RulesImpossible(field="channels", least=len(CHANNELS), most=len(CHANNELS))
