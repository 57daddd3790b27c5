"""Conditions on who a member is, where they came from, and how they may be reached."""

from datetime import date, timedelta

from plushka.domain.segments.conditions.query import Query, between, day_ago, within
from plushka.engine.audience import (
    Age,
    Birthday,
    BirthMonth,
    Blocked,
    CameByFriend,
    Channel,
    CloseDate,
    Consent,
    Enrolled,
    EnrolledOn,
    Friends,
    Language,
    Link,
    Preferred,
    Reachable,
    Sex,
    Source,
)
from plushka.engine.audience_holds import CONSENT_OF
from plushka.engine.conditions import Tag

Profile = (
    Sex
    | Age
    | Birthday
    | CloseDate
    | BirthMonth
    | Tag
    | Source
    | Link
    | Language
    | Enrolled
    | EnrolledOn
    | Blocked
    | Consent
    | Reachable
    | Preferred
    | Friends
    | CameByFriend
)


def _in_messenger(messenger: str) -> str:
    return f"""
        select member_id from channel_addresses
        where tenant_id = $1 and state = 'open' and messenger = '{messenger}' and exists (
            select from bots where tenant_id = $1 and messenger = '{messenger}' and disconnected_at is null
        )
    """


def _known_by(identity: str, gateway: str) -> str:
    # Nothing gets through to some phones and addresses of mail, nor to any without a gateway (domain/messages).
    return f"""
        select i.member_id from identities i
        where i.tenant_id = $1 and i.kind = '{identity}' and not exists (
            select from dead_addresses d
            where d.tenant_id = $1 and d.kind = i.kind and d.value = i.value and d.died_at >= i.created_at
        ) and exists (
            select from gateways where tenant_id = $1 and kind = '{gateway}' and disconnected_at is null
        )
    """


_ADDRESSES = {
    "telegram": _in_messenger("telegram"),
    "max": _in_messenger("max"),
    "vk": _in_messenger("vk"),
    "sms": _known_by("phone", "sms"),
    "email": _known_by("email", "email"),
    "push": """
        select coalesce(m.merged_into, m.id) as member_id from push_subscriptions s
        join gateways g on g.tenant_id = $1 and g.id = s.gateway_id and g.disconnected_at is null
        join members m on m.tenant_id = $1 and m.id = s.member_id
        where s.tenant_id = $1
    """,
}
"""Of which members a channel that the business has now has an address that is open."""


def of_profile(leaf: Profile, query: Query) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a kind
    """Return what ``leaf`` asks of a member, never null."""
    match leaf:
        case Sex(ids=ids):
            return f"coalesce(m.sex = any({query.place(list(ids), 'text[]')}), false)"
        case Age():
            return within(_years(query), leaf.years_min, leaf.years_max, query)
        case Birthday():
            return f"coalesce({_BIRTHDAY_KEY} = any({_keys(leaf, query)}), false)"
        case CloseDate(kinds=kinds):
            of_kind = f" and kind = any({query.place(list(kinds), 'text[]')})" if kinds else ""
            return query.has(
                "select member_id from member_dates"
                f" where tenant_id = $1 and {_DATE_KEY} = any({_keys(leaf, query)}){of_kind}"
            )
        case BirthMonth(months=months):
            return (
                f"coalesce(extract(month from m.birthday) = any({query.place(list(months), 'int[]')}), false)"
            )
        case Tag(ids=ids):
            return f"m.tags && {query.place(list(ids), 'text[]')}"
        case Source(ids=ids):
            return f"m.source = any({query.place(list(ids), 'text[]')})"
        case Link(ids=ids):
            return f"coalesce(m.link_id = any({query.place(list(ids), 'uuid[]')}), false)"
        case Language(ids=ids):
            own = query.place(query.today.language, "text")
            return f"coalesce(m.language, {own}) = any({query.place(list(ids), 'text[]')})"
        case Enrolled():
            return between(
                "m.enrolled_at", day_ago(query, leaf.days_max), day_ago(query, leaf.days_min), query
            )
        case EnrolledOn(first_on=first, last_on=last):
            return between("m.enrolled_at", first, last, query)
        case Blocked():
            return "m.blocked_at is not null"
        case Consent(kinds=kinds):
            return f"({' or '.join(_consent(kind, query) for kind in kinds)})"
        case Preferred(channels=channels):
            return f"coalesce(m.preferred_channel = any({query.place(list(channels), 'text[]')}), false)"
        case Reachable(channels=channels):
            return f"({' or '.join(_reachable(channel, query) for channel in channels)})"
        case Friends():
            friends = query.join(
                "select coalesce(i.merged_into, i.id) as member_id, count(*) as friends from members f"
                " join members i on i.tenant_id = $1 and i.id = f.invited_by"
                " where f.tenant_id = $1 and f.merged_into is null group by coalesce(i.merged_into, i.id)"
            )
            return within(f"coalesce({friends}.friends, 0)", leaf.count_min, leaf.count_max, query)
        case CameByFriend():
            return "m.invited_by is not null"


_BIRTHDAY_KEY = (
    "(case when extract(month from m.birthday) = 2 and extract(day from m.birthday) = 29 then 228"
    " else extract(month from m.birthday) * 100 + extract(day from m.birthday) end)::int"
)
"""The day of the year as a number, 1231; 29 February is the 28th."""


_DATE_KEY = "(case when month = 2 and day = 29 then 228 else month * 100 + day end)"


def _keys(leaf: Birthday | CloseDate, query: Query) -> str:
    """Return the days of the year that are asked for."""
    keys = [_key(query.today.date + timedelta(days=ahead)) for ahead in range(leaf.days_max + 1)]
    # A day of the year that comes before is the nearer one.
    return query.place(sorted({*keys[leaf.days_min :]} - {*keys[: leaf.days_min]}), "int[]")


def _key(day: date) -> int:
    return day.month * 100 + day.day


def _years(query: Query) -> str:
    year, key = query.place(query.today.date.year, "int"), query.place(_key(query.today.date), "int")
    return f"({year} - extract(year from m.birthday)::int - ({key} < {_BIRTHDAY_KEY})::int)"


def _consent(kind: str, query: Query, *, unsaid: str = "false") -> str:
    """Return what holds of a consent: its latest row, or ``unsaid``."""
    # Backwards in both, as the index is read without sorting.
    given = query.join(
        "select distinct on (member_id) member_id, is_given from consents"
        f" where tenant_id = $1 and kind = {query.place(kind, 'text')} order by member_id desc, id desc"
    )
    return f"coalesce({given}.is_given, {unsaid})"


def _reachable(channel: Channel, query: Query) -> str:
    asked = [_consent("marketing", query)]
    if (kind := CONSENT_OF[channel]) is not None:
        asked.append(_consent(kind, query, unsaid="true"))
    return f"(m.blocked_at is null and {query.has(_ADDRESSES[channel])} and {' and '.join(asked)})"
