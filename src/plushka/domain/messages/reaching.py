"""By which channel a member can be written to: the first of a route that leads somewhere and that they agreed to.

A general consent to advertising opens every channel until its own kind (SMS, e-mail, messengers) is taken back.
"""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from plushka.domain.members.model import ConsentKind
from plushka.domain.messages.gateways.dead import LIVE_SQL
from plushka.domain.messages.model import CHANNELS, Channel
from plushka.domain.messages.push_devices import HAS_DEVICE_SQL
from plushka.platform.database import Tx

CONSENT_OF: Mapping[Channel, ConsentKind] = MappingProxyType(
    {"telegram": "messenger", "max": "messenger", "vk": "messenger", "sms": "sms", "email": "email"}
)
"""Which consent a channel has of its own, beside that to advertising."""
_KIND_OF_CHANNEL = (
    "case r.channel "
    + " ".join(f"when '{channel}' then '{kind}'" for channel, kind in CONSENT_OF.items())
    + " else '' end"
)

_PLACE = f"""
            (
                select external_id as address, language from channel_addresses
                where tenant_id = $1 and member_id = letter.member_id and messenger = r.channel and state = 'open'
                  and exists (
                      select from bots b
                      where b.tenant_id = $1 and b.messenger = r.channel and b.disconnected_at is null
                  )
                order by seen_at desc, external_id
                limit 1
            )
            union all
            (
                select i.value, null from identities i
                where i.tenant_id = $1 and i.member_id = letter.member_id
                  and i.kind = case r.channel when 'sms' then 'phone' when 'email' then 'email' end
                  and {LIVE_SQL}
                  and exists (
                      select from gateways g
                      where g.tenant_id = $1 and g.kind = r.channel and g.disconnected_at is null
                  )
                order by i.created_at, i.value
                limit 1
            )
            union all
            select letter.member_id::text, null
            where r.channel = 'push' and {HAS_DEVICE_SQL}
            union all
            select '', null where r.channel = 'inbox'
"""  # noqa: S608  constants
"""Where a channel ``r (channel)`` leads to the member of ``letter (member_id)``, by what the business has now."""

REACHED = f"""
    left join members m on m.tenant_id = $1 and m.id = letter.member_id
    cross join lateral (
        select coalesce(bool_or(k.kind = 'marketing' and k.is_given), false) as agreed,
               coalesce(array_agg(k.kind) filter (where not k.is_given), '{{}}') as refused
        from (
            select distinct on (kind) kind, is_given from consents
            where tenant_id = $1 and member_id = letter.member_id and letter.purpose = 'marketing'
            order by kind, id desc
        ) as k
    ) as said
    cross join lateral (
        select case when m.preferred_channel = any(letter.route)
                    then m.preferred_channel || array_remove(letter.route, m.preferred_channel)
                    else letter.route end as route
    ) as way
    left join lateral (
        select r.channel, way.route[r.number + 1:] as rest, place.address, place.language
        from unnest(way.route) with ordinality as r (channel, number)
        cross join lateral ({_PLACE}) as place
        where letter.purpose = 'transactional' or {_KIND_OF_CHANNEL} <> all (said.refused)
        order by r.number
        limit 1
    ) as found on true
"""  # noqa: S608  constants
"""To be joined to ``letter (member_id, purpose, route)``: ``m``, ``said`` and ``found``, whose columns are null where
nothing leads to the member. The channel that they prefer comes first if the route has it; ``rest`` is of the route
what comes behind ``channel``. ``$1`` is the tenant."""

REFUSED = """
    case
        when letter.purpose = 'marketing' and not said.agreed then 'no_consent'
        when letter.purpose = 'marketing' and m.blocked_at is not null then 'member_blocked'
        when letter.route is null then 'transactional_only'
        when found.channel is null then 'unreachable'
        else ''
    end
"""
"""Why a letter that ``REACHED`` was joined to is not left to be sent at all; empty: it is."""

PURPOSE = """
    coalesce(
        new.purpose_given,
        (select purpose from templates where tenant_id = $1 and id = new.template_id),
        'marketing'
    )
"""
"""What a ``new (purpose_given, template_id)`` letter is for: as it says, else as its template does."""

ROUTE = """
    string_to_array(
        nullif(case purpose when 'marketing' then route_of_letters else route_of_notices end, ''), ' '
    )
"""
"""The channels that a letter ``(purpose, route_of_letters, route_of_notices)`` is to try, in their order."""


async def list_ways(tx: Tx, member_id: UUID) -> tuple[Channel, ...]:
    """Return the channels that lead to a member now, whatever they have agreed to."""
    rows = await tx.fetch(
        f"""
        -- messages.list_ways
        select r.channel
        from (select $2::uuid as member_id) as letter
        cross join unnest($3::text[]) with ordinality as r (channel, number)
        cross join lateral ({_PLACE}) as place
        order by r.number
        """,  # noqa: S608  constants
        tx.tenant_id,
        member_id,
        list(CHANNELS),
    )
    return tuple(row["channel"] for row in rows)
