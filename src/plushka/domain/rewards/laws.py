"""What must hold between stamps and where members stand on their cards: ``engine/stamps.py::fill`` by one statement."""

from collections.abc import Mapping
from types import MappingProxyType

# Terms are some few for all stamps: they are taken apart once ("materialized"), and a stamp knows them by their place.
_TERMS = """
    known as materialized (
        select said, row_number() over (order by said)::int as place
        from (select distinct terms::text as said from stamps where tenant_id = $1 and count_left > 0) as found
    ), terms as materialized (
        select array_agg((terms->>0)::bigint order by place) as needed,
               array_agg(case terms->1->>'is' when 'from_first' then (terms->1->>'days')::int end order by place)
                   as from_first,
               array_agg(case terms->1->>'is' when 'from_last' then (terms->1->>'days')::int end order by place)
                   as from_last,
               array_agg(
                   case terms->1->>'unit' when 'month' then 1 when 'quarter' then 3 when 'half_year' then 6
                        when 'year' then 12 end order by place
               ) as months,
               array_agg((terms->>2)::boolean order by place) as once_a_day,
               array_agg((terms->>3)::boolean order by place) as carries_over
        from (select place, said::jsonb as terms from known) as parsed
    )
"""
_OWN = """
    select s.member_id, s.program_id, s.card_id, count(*)::int as stamps,
           array_agg(s.business_date order by s.business_date, s.receipt_id) as days,
           array_agg(s.count_left order by s.business_date, s.receipt_id) as counts,
           array_agg(known.place order by s.business_date, s.receipt_id) as terms
    from stamps s join known on known.said = s.terms::text
    where s.tenant_id = $1 and s.count_left > 0
    group by s.member_id, s.program_id, s.card_id
"""
# A card is walked stamp by stamp: it burns if its end has passed, then what the stamp counts for is put on it.
# "offset 0" keeps PostgreSQL from working the same out once for each place that it stands in.
_FILLED = f"""
    select own.member_id, own.program_id, own.card_id, filled.have, filled.ends_on
    from ({_OWN}) as own cross join terms cross join lateral (
        with recursive walk (place, have, first_on, last_on, ends_on) as (
            select 0, 0::bigint, null::date, null::date, null::date
            union all
            select after.place, after.have, after.first_on, after.last_on,
                   case when after.is_lost then after.ends_on when after.first_on is null then null
                        when terms.from_last[after.terms] is not null
                            then after.last_on + terms.from_last[after.terms]
                        when terms.from_first[after.terms] is not null
                            then after.first_on + terms.from_first[after.terms]
                        when terms.months[after.terms] is not null then (
                            date_trunc('year', after.first_on::timestamp) + interval '1 month' * (
                                terms.months[after.terms]
                                * ((extract(month from after.first_on)::int - 1) / terms.months[after.terms] + 1)
                            )
                        )::date - 1 end
            from walk as before cross join lateral (
                select before.place + 1 as place, own.days[before.place + 1] as day,
                       own.terms[before.place + 1] as terms,
                       own.days[before.place + 1] = before.last_on
                           and terms.once_a_day[own.terms[before.place + 1]] is true as is_lost,
                       before.ends_on < own.days[before.place + 1] is true as is_burnt,
                       own.counts[before.place + 1] as more
                offset 0
            ) as new cross join lateral (
                select case when new.is_burnt then 0 else before.have end as have,
                       case when not new.is_burnt then before.first_on end as first_on,
                       case when not new.is_burnt then before.ends_on end as ends_on,
                       case when new.is_burnt then 0 else before.have end + new.more as all_of_them,
                       terms.needed[new.terms] as needed
                offset 0
            ) as card cross join lateral (
                select new.place, new.terms, new.is_lost, card.ends_on, greatest(before.last_on, new.day) as last_on,
                       case when new.is_lost then card.have
                            when card.all_of_them < card.needed then card.all_of_them
                            when terms.carries_over[new.terms] then card.all_of_them % card.needed else 0 end as have,
                       case when new.is_lost then card.first_on
                            when card.all_of_them < card.needed then coalesce(card.first_on, new.day)
                            when terms.carries_over[new.terms] and card.all_of_them % card.needed > 0
                                then new.day end as first_on
                offset 0
            ) as after
            where before.place < own.stamps
        )
        select have, ends_on from walk where place = own.stamps
    ) as filled
"""  # noqa: S608  composed of fixed parts

LAWS: Mapping[str, str] = MappingProxyType(
    {
        "card_equals_its_stamps": f"""
            with {_TERMS}, filled as ({_FILLED})
            select member_id as member, card_id as card, k.have, f.have as stamps, k.ends_on::text,
                   f.ends_on::text as stamps_end_on
            from (select * from card_states where tenant_id = $1) as k
            full join (select * from filled where have > 0) as f using (member_id, program_id, card_id)
            where (k.have, k.ends_on) is distinct from (f.have, f.ends_on)
        """,  # noqa: S608  composed of fixed parts
    }
)
