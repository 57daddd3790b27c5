"""Who was greeted on their birthday, by the programme or by a journey: one birthday is one greeting (F186, F205)."""

from datetime import timedelta
from typing import Final

WINDOW: Final = timedelta(days=30)
"""So long after a greeting the first purchase is counted, or while what it gave lives, if that is shorter."""
SPREAD_DAYS: Final = 90
"""Everything that greets one birthday happens within so many days: sixty before it at most, and some that are late."""

GREETED = f"""
        greetings as materialized (
            select case when m.merged_into is null then m.id else m.merged_into end as member_id, g.key, g.at,
                   least(g.expires_at, g.at + $4::interval) as until_at, coalesce(letter.sent, 0) as letters,
                   coalesce(letter.cost_minor, 0) as messages_minor
            from occasion_gifts g
            join members m on m.tenant_id = $1 and m.id = g.member_id
            -- By the member: under row-level security no index is looked into by a key that is put together.
            left join lateral (
                select o.cost_minor, (o.state in ('sent', 'delivered', 'unknown'))::integer as sent from outgoing o
                where o.tenant_id = $1 and o.member_id = g.member_id and o.key = 'occasion:' || g.id
            ) as letter on true
            where g.tenant_id = $1 and g.key like 'birthday:%' and g.cancelled_at is null
              and g.given_on between $2::date - {SPREAD_DAYS} and $3::date + 1
              and ($7::uuid is null or g.program_id = $7)
            union all
            select case when m.merged_into is null then m.id else m.merged_into end, r.key, d.at,
                   least(d.expires_at, d.at + $4::interval), d.letters, d.messages_minor
            from journey_versions v
            join journey_runs r on r.tenant_id = $1 and r.journey_id = v.journey_id and r.version = v.number
            join members m on m.tenant_id = $1 and m.id = r.member_id
            cross join lateral (
                select min(e.at) as at, max(e.expires_at) as expires_at, count(*) filter (where e.is_letter) as letters,
                       coalesce(sum(e.cost_minor), 0)::bigint as messages_minor
                from (
                    select case when o.state in ('sent', 'delivered', 'unknown') then o.finished_at end as at,
                           null::timestamptz as expires_at, o.cost_minor,
                           o.state in ('sent', 'delivered', 'unknown') as is_letter
                    from outgoing o
                    where o.tenant_id = $1 and o.member_id = r.member_id and o.key like 'journey:' || r.id || ':%'
                    union all
                    select p.at, ((p.at at time zone $6)::date + given.life_days)::timestamp at time zone $6, 0, false
                    from journey_passes p
                    cross join lateral (
                        select (jsonb_path_query_first(
                            v.body, 'strict $.** ? (@.id == $step).life_days',
                            jsonb_build_object('step', p.step), true
                        ))::integer as life_days
                    ) as given
                    where p.tenant_id = $1 and p.run_id = r.id and p.points is not null
                    union all
                    select w.issued_at, w.expires_at, 0, false from rewards w
                    where w.tenant_id = $1 and w.member_id in (m.id, m.merged_into)
                      and coalesce(w.gift_key, '') like 'journey:' || r.id || ':%'
                ) as e
            ) as d
            where v.tenant_id = $1 and v.body #>> '{{trigger,is}}' = 'birthday' and r.state <> 'control'
              and r.entered_at >= ($2::date - {SPREAD_DAYS})::timestamp at time zone $6
              and r.entered_at < ($3::date + 1)::timestamp at time zone $6
              and d.at is not null and ($7::uuid is null or $7 = $5::uuid)
        ), greeted as materialized (
            select member_id, min(at) as at, max(until_at) as until_at, sum(letters)::bigint as letters,
                   sum(messages_minor)::bigint as messages_minor
            from greetings
            group by member_id, key
            having min(at) >= $2::date::timestamp at time zone $6
               and min(at) < ($3::date + 1)::timestamp at time zone $6
        )
"""  # noqa: S608  composed of fixed parts
"""Stands after ``with``: ``greeted`` has each greeting whose first part was on the days from ``$2`` to ``$3``.

Parts are points for the birthday, letters, points and gifts of a journey that begins with it; of one birthday they are
one greeting, from the first part on, until the last one's ``WINDOW`` (``$4``) ends or what it gave is over. ``$5`` is
the programme that journeys give points of, ``$6`` the business's time zone, ``$7`` the only programme asked for, null:
all. A member of a control group was not greeted. Letters and gifts are looked for among the member's own: nothing else
that is asked of them is what an index could be taken for before the tables are analysed.
"""
