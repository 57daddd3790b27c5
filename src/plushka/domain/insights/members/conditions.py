"""Which members are looked for, and the conditions that find them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.constructor.matching import Matching, matched
from plushka.domain.insights.reports.future import AT_RISK_BP, LEFT_FROM_BP, ONCE
from plushka.domain.ledger.burning import BURNS_AT
from plushka.domain.members.identities import phone_fragments
from plushka.domain.members.model import ConsentKind, Source
from plushka.domain.segments.lifetime.model import WHOLE_BP
from plushka.engine.lifecycle import Group

SEARCH_LENGTH_MAX = 100
ANY = "any"
WORDS_MAX = 5
"""Words of a search; more of them find nobody else."""


class Then(Struct, frozen=True):
    """Where a member was when a ``month`` ended: in ``group``, in any of them for ``ANY``, in none for an empty one."""

    month: date
    group: str


class MemberFilter(Struct, frozen=True, omit_defaults=True):
    """Conditions that a member satisfies all of; what is None or empty is not asked.

    Bounds are inclusive, ``…_before`` exclusive. Balances are as last booked; ``burning_before`` finds those
    who have points that burn by then, ``activating_before`` those whose waiting points become spendable.
    ``unseen_since`` finds who bought last before this day, or never; ``takes_part`` who has a wallet in the programme.
    ``groups`` and ``cells`` (10 × the score of recency + that of frequency) are those of the last run (decision 0089).
    ``sexes`` has an empty one for whose is not known. ``bands``, ``tenths`` and ``is_leaving`` are of the forecast, as
    ``insights.reports.future`` has them. ``matching``: what a cell of a report of one's own is of.
    ``then``: where they were at the ends of months that are written down; all of it holds.
    """

    search: str = ""
    tiers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    branch_ids: tuple[UUID, ...] = ()
    groups: tuple[Group, ...] = ()
    segment_ids: tuple[UUID, ...] = ()
    cells: tuple[int, ...] = ()
    seen_from: date | None = None
    seen_to: date | None = None
    unseen_since: date | None = None
    available_min: int | None = None
    available_max: int | None = None
    activating_before: datetime | None = None
    burning_before: datetime | None = None
    enrolled_from: datetime | None = None
    enrolled_before: datetime | None = None
    birthday_month: int | None = None
    purchases_min: int | None = None
    purchases_max: int | None = None
    spend_minor_min: int | None = None
    spend_minor_max: int | None = None
    sources: tuple[Source, ...] = ()
    link_ids: tuple[UUID, ...] = ()
    consents_given: tuple[ConsentKind, ...] = ()
    consents_not_given: tuple[ConsentKind, ...] = ()
    is_blocked: bool | None = None
    takes_part: bool | None = None
    sexes: tuple[str, ...] = ()
    is_born: bool | None = None
    born_from: date | None = None
    born_to: date | None = None
    bands: tuple[int, ...] = ()
    tenths: tuple[int, ...] = ()
    is_leaving: bool | None = None
    matching: Matching | None = None
    then: tuple[Then, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == MemberFilter()


_BOUNDS = {
    "seen_from": "w.last_purchase_on >= {}",
    "seen_to": "w.last_purchase_on <= {}",
    "unseen_since": "coalesce(w.last_purchase_on < {}, true)",
    "available_min": "coalesce(w.available, 0) >= {}",
    "available_max": "coalesce(w.available, 0) <= {}",
    "enrolled_from": "m.enrolled_at >= {}",
    "enrolled_before": "m.enrolled_at < {}",
    "birthday_month": "extract(month from m.birthday) = {}",
    "purchases_min": "coalesce(s.purchases, 0) >= {}",
    "purchases_max": "coalesce(s.purchases, 0) <= {}",
    "spend_minor_min": "coalesce(s.spend_minor, 0) >= {}",
    "spend_minor_max": "coalesce(s.spend_minor, 0) <= {}",
    "is_blocked": "(m.blocked_at is not null) = {}",
    "is_born": "(m.birthday is not null) = {}",
    "born_from": "m.birthday >= {}",
    "born_to": "m.birthday <= {}",
    "is_leaving": f"""m.id in (
        select l.member_id from member_lifetimes l
        where l.tenant_id = $1 and (coalesce(l.alive_bp, {WHOLE_BP}) <= {WHOLE_BP - AT_RISK_BP}) = {{}}
    )""",  # noqa: S608  constants only
    "activating_before": """
        exists (
            select from lots l
            where l.tenant_id = $1 and l.wallet_id = w.id and l.pending > 0 and l.activates_at < {}
              and l.pending + l.available + l.held > 0
        )
    """,
    # A wallet is due not later than its first lot burns, and few wallets are due soon.
    "burning_before": f"""
        w.due_at < {{0}} and exists (
            select from lots l
            where l.tenant_id = $1 and l.wallet_id = w.id and l.pending + l.available + l.held > 0
              and {BURNS_AT} < {{0}}
        )
    """,
}
# The latest row of a kind is what holds; no row: never given.
_CONSENT = """
    not exists (
        select from unnest({{}}::text[]) as asked (kind)
        where {negation} coalesce((
            select is_given from consents c
            where c.tenant_id = $1 and c.member_id = m.id and c.kind = asked.kind
            order by id desc limit 1
        ), false)
    )
"""
_SETS = {
    "sources": "m.source = any({})",
    "link_ids": "m.link_id = any({})",
    "consents_given": _CONSENT.format(negation="not"),
    "consents_not_given": _CONSENT.format(negation=""),
    "tiers": "s.tier = any({})",
    "tags": "m.tags && {}",
    "groups": """m.id in (select member_id from member_groups where tenant_id = $1 and "group" = any({}))""",
    # As of their last refresh; who became part of a member is in the lists of both.
    "segment_ids": """
        m.id in (
            select coalesce(x.merged_into, x.id) from segment_members s
            join members x on x.tenant_id = $1 and x.id = s.member_id
            where s.tenant_id = $1 and s.segment_id = any({})
        )
    """,
    "cells": "m.id in (select member_id from member_groups where tenant_id = $1 and r * 10 + f = any({}))",
    "sexes": "coalesce(m.sex, '') = any({})",
    "bands": f"""m.id in (
        select l.member_id from member_lifetimes l
        where l.tenant_id = $1
          and coalesce(width_bucket({WHOLE_BP} - l.alive_bp, array{list(LEFT_FROM_BP)}), {ONCE}) = any({{}})
    )""",  # noqa: S608  constants only
    # Tenths of those who are members still, so that they are the same as in the report.
    "tenths": """m.id in (
        select member_id from (
            select l.member_id, ntile(10) over (
                order by coalesce(l.value_minor, l.visits_year_milli) desc, l.member_id
            ) as number
            from member_lifetimes l
            join members x on x.tenant_id = $1 and x.id = l.member_id and x.merged_into is null and x.erased_at is null
            where l.tenant_id = $1
        ) as numbered
        where number = any({})
    )""",
    "branch_ids": """
        exists (
            select from receipts r where r.tenant_id = $1 and r.member_id = m.id and r.branch_id = any({})
        )
    """,
}


_TAKES_PART = "w.id is not null"
# Not "w.id is null": the column has no nulls, so PostgreSQL expects hardly anybody and looks standings up one by one.
_TAKES_NO_PART = "m.id not in (select member_id from wallets where tenant_id = $1 and program_id = $2)"


def conditions(where: MemberFilter, *, country: str, args: list[Any]) -> str:
    """Return what is asked as SQL over members m, wallets w and standings s, and append its values to ``args``.

    The first two of them are there already: the tenant and the programme.
    ``country`` says how phones are typed. What is not asked is left out: it must not spoil the plan of the rest.
    """
    parts = []
    for name, sql in _BOUNDS.items():
        if (value := getattr(where, name)) is not None:
            parts.append(sql.format(_place(args, value)))
    for name, sql in _SETS.items():
        if values := getattr(where, name):
            parts.append(sql.format(_place(args, list(values))))
    if where.takes_part is not None:
        parts.append(_TAKES_PART if where.takes_part else _TAKES_NO_PART)
    parts += [_was_in(then, args) for then in where.then]
    if where.matching is not None:
        parts.append(f"m.id in ({matched(where.matching, args)})")
    parts += _search(where.search, country, args)
    return "".join(f" and {part}" for part in parts)


def _was_in(then: Then, args: list[Any]) -> str:
    month = _place(args, then.month)
    group = f"""and s."group" = {_place(args, then.group)}""" if then.group not in (ANY, "") else ""
    return f"""m.id {"in" if then.group else "not in"} (
        select s.member_id from group_stays s
        where s.tenant_id = $1 and s.from_month <= {month} {group}
          and (s.until_month is null or s.until_month > {month})
    )"""  # noqa: S608  composed of the fixed parts


def _search(text: str, country: str, args: list[Any]) -> Iterator[str]:
    """Find ``text`` in the identities as a whole, or each of its words in the name.

    Read through rather than looked up: row-level security keeps LIKE from any index, and PostgreSQL's
    trigrams know no letters but Latin ones without a locale (decision 0066).
    """
    text = text.replace("\0", "").strip()[:SEARCH_LENGTH_MAX]
    if not text:
        return
    # E-mails are kept in small letters, cards as they were given, which is in one kind of letters or the other.
    typed = "".join(text.split())
    whole = [_contains(spelling) for spelling in dict.fromkeys((typed, typed.lower(), typed.upper()))]
    whole += [_contains(fragment) for fragment in phone_fragments(text, country)]
    words = [_contains(word) for word in text.lower().replace("ё", "е").split()[:WORDS_MAX]]
    # An array, so that identities are read through once, whatever the planner believes of their number.
    yield f"""(
        m.name_key like all({_place(args, words)}::text[])
        or m.id = any(array(
            select member_id from identities where tenant_id = $1 and value like any({_place(args, whole)}::text[])
        ))
    )"""  # noqa: S608  composed of the fixed parts above


def _contains(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _place(args: list[Any], value: Any) -> str:
    args.append(value)
    return f"${len(args)}"
