"""Conditions on what came of campaigns: letters, groups, codes, goals, purchases (decision 0092)."""

from collections.abc import Mapping, Sequence

from plushka.domain.segments.conditions.owners import merged, owner
from plushka.domain.segments.conditions.query import Query, first_day, since, since_moment
from plushka.domain.segments.conditions.tallies import Kind, Tally, tallied
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
    if leaf.reaction == "nothing":
        return f"not {query.together(_told_letters, leaf)}"
    if leaf.bought_within_days is not None:
        return _bought_within(leaf, leaf.bought_within_days, query)
    match leaf.reaction:
        case "bought":
            return query.together(_told_purchases, leaf)
        case "control":
            return query.together(_told_recipients, leaf)
        case "code_used" | "goal":
            return query.has(f"select member_id from ({_met(leaf, query)}) as met")
        case _:
            told = query.together(_told_letters, leaf)
            return (
                told
                if leaf.reaction != "skipped"
                else f"({told} or {query.together(_told_recipients, leaf)})"
            )


def _bought_within(leaf: Campaign, days: int, query: Query) -> str:
    # Nobody has bought after something before the first of it.
    bought = since("d.business_date", leaf.days, query)
    return query.has(
        f"select r.member_id from ({_met(leaf, query)}) as r join standing_days d"
        " on d.tenant_id = $1 and d.member_id = r.member_id and d.purchases > 0"
        f"{bought} and d.business_date between r.met_on and r.met_on + {query.place(days, 'int')}"
    )


def _met(leaf: Campaign, query: Query) -> str:
    """Return who met with it, each with the day, as often as it was."""
    match leaf.reaction:
        case "bought":
            return f"select member_id, met_on from ({_purchases((leaf,), query)}) as b where {_purchase(leaf, query)}"
        case "code_used":
            return _codes_used(leaf, query)
        case "goal":
            runs = f"journey_runs r {merged('r.member_id')} where r.tenant_id = $1 and r.state = 'goal'"
            lately = f"{_of('r.journey_id', leaf, query)}{since_moment('r.ended_at', leaf.days, query)}"
            return _on("r.ended_at", Kind(owner("r.member_id"), f"{runs}{lately}"), query)
        case "control":
            return _recipients(leaf, query)
        case "skipped":
            return f"{_letters(leaf, query)} union all {_recipients(leaf, query)}"
        case _:
            return _letters(leaf, query)


_ALL_LETTERS = Kind(
    owner("o.member_id"),
    f"outgoing o {merged('o.member_id')} where o.tenant_id = $1 and o.campaign_id is not null",
)
_ALL_RECIPIENTS = Kind(
    owner("r.member_id"), f"campaign_recipients r {merged('r.member_id')} where r.tenant_id = $1"
)
# Of two cards that were joined the group of the one who stays counts.
_OF_ONE_GROUP = """(m.merged_into is null or not exists (
    select from campaign_recipients k
    where k.tenant_id = $1 and k.campaign_id = r.campaign_id and k.member_id = m.merged_into
))"""


def _told_letters(leaves: Sequence[Campaign], query: Query) -> str:
    return tallied([_ALL_LETTERS], [_letter(leaf, query) for leaf in leaves])


def _told_recipients(leaves: Sequence[Campaign], query: Query) -> str:
    return tallied([_ALL_RECIPIENTS], [_recipient(leaf, query) for leaf in leaves])


def _letter(leaf: Campaign, query: Query) -> Tally:
    state, moment = _LETTERS[leaf.reaction]
    asked = f"{state}{since_moment(moment, leaf.days, query)}"
    return Tally((asked,), near="true" + _of("o.campaign_id", leaf, query))


def _recipient(leaf: Campaign, query: Query) -> Tally:
    state = (
        f"r.is_control and {_OF_ONE_GROUP}"
        if leaf.reaction == "control"
        else "r.skipped not in ('', 'merged')"
    )
    asked = f"{state}{since_moment('r.planned_at', leaf.days, query)}"
    return Tally((asked,), near="true" + _of("r.campaign_id", leaf, query))


def _letters(leaf: Campaign, query: Query) -> str:
    return _on(_LETTERS[leaf.reaction][1], _only(_ALL_LETTERS, _letter(leaf, query)), query)


def _recipients(leaf: Campaign, query: Query) -> str:
    return _on("r.planned_at", _only(_ALL_RECIPIENTS, _recipient(leaf, query)), query)


def _only(kind: Kind, asked: Tally) -> Kind:
    return Kind(kind.owner, f"{kind.rows} and {asked.near} and {asked.asked[0]}")


def _codes_used(leaf: Campaign, query: Query) -> str:
    """Return who paid with a code that was drawn for them: by a broadcast with its letter, by a step of a journey."""
    used = f"""
        join coupon_uses u on u.tenant_id = $1 and u.key = given.coupon_key and u.undone_at is null
            {since("u.business_date", leaf.days, query)}
    """
    return f"""
        select given.member_id, u.business_date as met_on from (
            select {owner("r.member_id")} as member_id, r.coupon_key
            from campaign_recipients r {merged("r.member_id")}
            where r.tenant_id = $1 and r.coupon_key is not null{_of("r.campaign_id", leaf, query)}
            union all
            select {owner("r.member_id")} as member_id, p.coupon_key from journey_passes p
            join journey_runs r on r.tenant_id = $1 and r.id = p.run_id {merged("r.member_id")}
            where p.tenant_id = $1 and p.coupon_key is not null{_of("p.journey_id", leaf, query)}
        ) as given {used}
    """


def _told_purchases(leaves: Sequence[Campaign], query: Query) -> str:
    bought = Kind("b.member_id", f"({_purchases(leaves, query)}) as b where true")
    return tallied([bought], [Tally((_purchase(leaf, query),)) for leaf in leaves])


def _purchase(leaf: Campaign, query: Query) -> str:
    """Return what is asked of a purchase ``b`` that a campaign is counted to have brought."""
    return f"true{_of('b.campaign_id', leaf, query)}{since('b.met_on', leaf.days, query)}"


def _purchases(leaves: Sequence[Campaign], query: Query) -> str:
    """Return who bought after a letter went out, within its campaign's window and before another one went out.

    Those that one of ``leaves`` asks for are among them, and perhaps others.
    """
    # Nobody bought after a letter before the first that is kept went out, nor before its campaign was there.
    oldest = "select finished_at from outgoing where tenant_id = $1 and finished_at is not null"
    begins = [f"({oldest} order by finished_at limit 1)"]
    if all(leaf.ids for leaf in leaves):
        ids = query.place([one for leaf in leaves for one in leaf.ids], "uuid[]")
        begins.append(f"(select min(created_at) from campaigns where tenant_id = $1 and id = any({ids}))")
    days = [leaf.days for leaf in leaves if leaf.days is not None]
    if len(days) == len(leaves):
        midnight = query.place(instant(first_day(query, max(days)), 0, query.today.zone), "timestamptz")
        longest = "select make_interval(days => max(window_days)) from campaigns where tenant_id = $1"
        begins.append(f"{midnight} - ({longest})")
    # Letters and purchases in one row: sorted once, which takes half of what it takes to look for the purchases of each
    # letter. A letter of which no campaign is known brings nothing, and still stands between.
    return f"""
        with began as materialized (select greatest({", ".join(begins)}) as at)
        select member_id, campaign_id, met_on from (
            select member_id, at, met_on, lag(campaign_id) over told as campaign_id, lag(until) over told as until
            from (
                select {owner("o.member_id")} as member_id, o.finished_at as at, 0 as is_purchase, o.id, o.campaign_id,
                    o.finished_at + make_interval(days => c.window_days) as until, null::date as met_on
                from outgoing o {merged("o.member_id")}
                left join campaigns c on c.tenant_id = $1 and c.id = o.campaign_id
                where o.tenant_id = $1 and o.campaign_id is not null and {_WENT_OUT}
                  and o.finished_at >= (select at from began){query.only_open(owner("o.member_id"))}
                union all
                select e.member_id, e.occurred_at, 1, e.id, null, null, e.business_date from receipts e
                where e.tenant_id = $1 and e.member_id is not null and e.occurred_at >= (select at from began)
                  {query.only_open("e.member_id")}
                  and (e.refunded_minor < e.payable_minor or e.payable_minor = 0)
            ) as happened
            window told as (partition by member_id order by at, is_purchase, id)
        ) as brought
        where met_on is not null and at < until
    """


def _of(column: str, leaf: Campaign, query: Query) -> str:
    return f" and {column} = any({query.place(list(leaf.ids), 'uuid[]')})" if leaf.ids else ""


def _on(moment: str, kind: Kind, query: Query) -> str:
    """Return whose rows they are, each with the day of a moment by the business's calendar."""
    zone = query.place(query.today.zone, "text")
    rows = f"{kind.rows}{query.only_open(kind.owner)}"
    return f"select {kind.owner} as member_id, ({moment} at time zone {zone})::date as met_on from {rows}"
