"""Conditions on what came of campaigns: letters, groups, codes, goals, purchases (decision 0092)."""

from collections.abc import Mapping

from plushka.domain.segments.conditions.owners import OWNED, OWNER
from plushka.domain.segments.conditions.query import Query, first_day, since, since_moment
from plushka.engine.audience import Campaign, Reaction
from plushka.engine.local_time import instant

_WENT_OUT = "o.state in ('sent', 'delivered', 'unknown')"
_LETTERS: Mapping[Reaction, tuple[str, str]] = {
    "sent": (_WENT_OUT, "o.finished_at"),
    "nothing": (_WENT_OUT, "o.finished_at"),
    "delivered": ("o.state = 'delivered'", "o.delivered_at"),
    "read": ("o.read_at is not null", "o.read_at"),
    "undelivered": ("o.state in ('failed', 'blocked')", "o.finished_at"),
    "skipped": ("o.state = 'skipped'", "o.finished_at"),
}
"""What is asked of a letter, and when it came to that."""


def of_campaigns(leaf: Campaign, query: Query) -> str:
    """Return what ``leaf`` asks of a member, never null."""
    met = _met(leaf, query)
    if leaf.reaction == "nothing":
        return f"not {query.has(f'select member_id from ({met}) as met')}"
    if leaf.bought_within_days is None:
        return query.has(f"select member_id from ({met}) as met")
    within = query.place(leaf.bought_within_days, "int")
    # Nobody has bought after something before the first of it.
    bought = since("d.business_date", leaf.days, query)
    return query.has(
        f"select r.member_id from ({met}) as r join standing_days d"
        " on d.tenant_id = $1 and d.member_id = r.member_id and d.purchases > 0"
        f"{bought} and d.business_date between r.met_on and r.met_on + {within}"
    )


def _met(leaf: Campaign, query: Query) -> str:
    """Return who met with it, each with the day, as often as it was."""
    match leaf.reaction:
        case "bought":
            return _bought(leaf, query)
        case "code_used":
            return _codes_used(leaf, query)
        case "goal":
            runs = f"from journey_runs r {OWNER} r.member_id where r.tenant_id = $1 and r.state = 'goal'"
            return _at("r.ended_at", f"{runs}{_of('r.journey_id', leaf, query)}", leaf, query)
        case "control":
            return _recipients(f"r.is_control and {_OF_ONE_GROUP}", leaf, query)
        case "skipped":
            not_even_left = _recipients("r.skipped not in ('', 'merged')", leaf, query)
            return f"{_letters(leaf, query)} union all {not_even_left}"
        case _:
            return _letters(leaf, query)


# Of two cards that were joined the group of the one who stays counts.
_OF_ONE_GROUP = """(m.merged_into is null or not exists (
    select from campaign_recipients k
    where k.tenant_id = $1 and k.campaign_id = r.campaign_id and k.member_id = m.merged_into
))"""


def _letters(leaf: Campaign, query: Query) -> str:
    state, moment = _LETTERS[leaf.reaction]
    letters = f"from outgoing o {OWNER} o.member_id where o.tenant_id = $1 and o.campaign_id is not null and {state}"
    return _at(moment, f"{letters}{_of('o.campaign_id', leaf, query)}", leaf, query)


def _recipients(asked: str, leaf: Campaign, query: Query) -> str:
    recipients = f"from campaign_recipients r {OWNER} r.member_id where r.tenant_id = $1 and {asked}"
    return _at("r.planned_at", f"{recipients}{_of('r.campaign_id', leaf, query)}", leaf, query)


def _codes_used(leaf: Campaign, query: Query) -> str:
    """Return who paid with a code that was drawn for them: by a broadcast with its letter, by a step of a journey."""
    used = f"""
        join coupon_uses u on u.tenant_id = $1 and u.key = given.coupon_key and u.undone_at is null
            {since("u.business_date", leaf.days, query)}
    """
    return f"""
        select given.member_id, u.business_date as met_on from (
            {OWNED}, r.coupon_key from campaign_recipients r {OWNER} r.member_id
            where r.tenant_id = $1 and r.coupon_key is not null{_of("r.campaign_id", leaf, query)}
            union all
            {OWNED}, p.coupon_key from journey_passes p
            join journey_runs r on r.tenant_id = $1 and r.id = p.run_id {OWNER} r.member_id
            where p.tenant_id = $1 and p.coupon_key is not null{_of("p.journey_id", leaf, query)}
        ) as given {used}
    """


def _bought(leaf: Campaign, query: Query) -> str:
    """Return who bought after a letter went out, within its campaign's window and before another one went out."""
    earliest = ""
    if leaf.ids:
        earliest += f"""
            and o.finished_at >= (
                select min(f.finished_at) from outgoing f where f.tenant_id = $1{_of("f.campaign_id", leaf, query)}
            )"""
    if leaf.days is not None:
        midnight = query.place(instant(first_day(query, leaf.days), 0, query.today.zone), "timestamptz")
        longest = "select make_interval(days => max(window_days)) from campaigns where tenant_id = $1"
        earliest += f" and o.finished_at >= {midnight} - ({longest})"
    # Letter by letter: there is one index for that, whatever is known of the receipts.
    return f"""
        select l.member_id, p.business_date as met_on
        from (
            {OWNED}, o.campaign_id, o.finished_at as told_at,
                lead(o.finished_at) over (
                    partition by coalesce(m.merged_into, m.id) order by o.finished_at, o.id
                ) as next_at
            from outgoing o {OWNER} o.member_id
            where o.tenant_id = $1 and o.campaign_id is not null and {_WENT_OUT}{earliest}
        ) as l
        join campaigns c on c.tenant_id = $1 and c.id = l.campaign_id
        cross join lateral (
            select e.business_date from receipts e
            where e.tenant_id = $1 and e.member_id = l.member_id and e.occurred_at >= l.told_at
              and e.occurred_at < least(l.told_at + make_interval(days => c.window_days), l.next_at)
              and (e.refunded_minor < e.payable_minor or e.payable_minor = 0)
            order by e.occurred_at, e.id
            limit 1
        ) as p
        where true{_of("l.campaign_id", leaf, query)}{since("p.business_date", leaf.days, query)}
    """


def _of(column: str, leaf: Campaign, query: Query) -> str:
    return f" and {column} = any({query.place(list(leaf.ids), 'uuid[]')})" if leaf.ids else ""


def _at(moment: str, rows: str, leaf: Campaign, query: Query) -> str:
    """Return whose ``rows`` are, each with the day of a moment by the business's calendar."""
    zone = query.place(query.today.zone, "text")
    lately = since_moment(moment, leaf.days, query)
    return f"{OWNED}, ({moment} at time zone {zone})::date as met_on {rows}{lately}"
