"""The list of members as its address asks for it: filters, order, page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import get_args
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from plushka.delivery.office.chips import Chip
from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.members.telling import tiers_of, told
from plushka.delivery.office.reports.constructor.matching import ROWS, read_rows, told_rows
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import day_of
from plushka.delivery.web.forms import Form
from plushka.domain.businesses.model import Branch
from plushka.domain.insights.members.conditions import ANY, SEARCH_LENGTH_MAX, MemberFilter, Then
from plushka.domain.insights.members.found import KEY_TYPES, Key, Mark, MemberSort, Order
from plushka.domain.insights.reports.future import BANDS, ONCE
from plushka.domain.members.consent_texts import CONSENT_WORDS
from plushka.domain.members.links import Link
from plushka.domain.members.model import Source
from plushka.domain.members.words import SEX_WORDS
from plushka.engine.lifecycle import GROUPS, SCORES
from plushka.engine.local_time import instant
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

MONTHS = range(1, 13)
DAYS_MAX = 3650
THEN_MAX = 2
BIGINT_MAX = 1 << 63
CELLS = tuple(10 * r + f for r in range(1, SCORES + 1) for f in range(1, SCORES + 1))
"""Of recency and frequency, as an address holds them."""
DAY = timedelta(days=1)
NAMES = (
    "search", "segment", "tier", "tag", "group", "cell", "branch", "seen_from", "seen_to", "unseen", "balance_from",
    "balance_to",
    "waiting", "burning", "enrolled_from", "enrolled_to", "birthday", "purchases_from", "purchases_to", "spend_from",
    "spend_to", "source", "link", "consent", "blocked", "part", "sex", "born", "born_from", "born_to", "band", "tenth",
    "leaving", "then", ROWS,
)  # fmt: skip
"""Of the address: those that find. A consent with a minus before it is one that is not given."""
UNSEEN = ("cell", "sex", "born", "born_from", "born_to", "band", "tenth", "leaving", "then", ROWS)
"""What figures of reports lead here with: no field of the form asks for it."""
NONE = "-"
"""In an address: what is not known of a member."""
SORTS = {
    MemberSort.ENROLLED: marked("By the day of joining"),
    MemberSort.NAME: marked("By name"),
    MemberSort.AVAILABLE: marked("By balance"),
    MemberSort.SEEN: marked("By the last purchase"),
    MemberSort.SPEND: marked("By spending"),
}
FALLS_FIRST = frozenset({MemberSort.ENROLLED, MemberSort.AVAILABLE, MemberSort.SEEN, MemberSort.SPEND})
"""Orders that people want the largest of first."""


class Asked:
    """What an address asks for. What cannot be read is a problem at its field, and is not asked."""

    def __init__(self, query: Mapping[str, Sequence[str]], visit: Visit) -> None:
        given = {
            name: [value.strip() for value in query[name] if value.strip()]
            for name in NAMES
            if query.get(name)
        }
        self._typed = {name: values for name, values in given.items() if values}
        self._visit = visit
        self.form = Form(visit.words, self._typed, scale=visit.figures.scale)
        self.where = self._filter()
        self.order = _order(_first(query, "sort"))
        self.after = _mark(_first(query, "after"), self.order)
        self.before = None if self.after else _mark(_first(query, "before"), self.order)
        self.view = _first(query, "view")

    @property
    def is_empty(self) -> bool:
        return self.where.is_empty and self.form.is_sound

    @property
    def unseen(self) -> list[tuple[str, str]]:
        """Names and values of the address that no field of the form holds: it goes on asking for them."""
        return [(name, value) for name in UNSEEN for value in self._typed.get(name, ())]

    @property
    def search(self) -> str:
        return self.where.search

    @property
    def narrowed(self) -> int:
        """Return how many conditions there are besides the search."""
        return len([name for name in self._typed if name != "search"])

    @property
    def program(self) -> str:
        """Return the programme whose tiers and balances are meant, where there are several; else nothing."""
        return str(self._visit.program_id) if self._visit.choices else ""

    def pairs(self, *, without: Sequence[str] = (), order: Order | None = None) -> list[tuple[str, str]]:
        """Return the programme, the filters and the order as pairs of an address."""
        order = order or self.order
        pairs = [(PARAMETER, self.program)] if self.program and PARAMETER not in without else []
        pairs += [
            (name, value)
            for name, values in self._typed.items()
            if name not in without and not self.form.problem(name)
            for value in values
        ]
        if order != Order():
            pairs.append(("sort", order_text(order)))
        return pairs

    def url_of_any(self) -> str:
        """Return the list without what belongs to its programme: the programme itself, and its tiers."""
        return _url("/members", [*self.pairs(without=(PARAMETER, "tier")), ("view", "all")])

    def url(self, path: str = "/members", **more: object) -> str:
        """Return ``path`` with the filters, the order and ``more``."""
        return _url(path, [*self.pairs(), *((name, str(value)) for name, value in more.items() if value)])

    def sorted_by(self, by: MemberSort) -> str:
        """Return the list in another order; the order that is on turns round."""
        descending = not self.order.descending if self.order.by is by else by in FALLS_FIRST
        return _url("/members", self.pairs(order=Order(by, descending=descending)))

    async def chips(
        self, tx: Tx, branches: Sequence[Branch], links: Sequence[Link], segments: Mapping[str, str]
    ) -> list[Chip]:
        """Return what is asked in words, but for the search, which stands in its own field."""
        asked = list(told(self.where, self._visit, branches, links, segments))
        if self.where.matching is not None:
            asked.append(((ROWS,), await told_rows(tx, [self.where.matching], self._visit)))
        return [
            Chip(text=text, href=_url("/members", self.pairs(without=names))) for names, text in asked if text
        ]

    def _filter(self) -> MemberFilter:
        form, visit, figures = self.form, self._visit, self._visit.figures
        unseen = form.number("unseen", least=1, most=DAYS_MAX, required=False)
        consents = self._chosen("consent", [*CONSENT_WORDS, *(f"-{kind}" for kind in CONSENT_WORDS)])
        blocked = self._chosen("blocked", ("yes", "no"))
        part = self._chosen("part", ("yes", "no")) if visit.choices else []
        birthday = form.number("birthday", least=1, most=12, required=False)
        return MemberFilter(
            search=form.value("search")[:SEARCH_LENGTH_MAX],
            tiers=tuple(self._chosen("tier", [tier for tier, _ in tiers_of(visit)])),
            tags=tuple(form.values("tag")),
            branch_ids=tuple(self._ids("branch")),
            segment_ids=tuple(self._ids("segment")),
            groups=tuple(group for group in GROUPS if group in form.values("group")),
            cells=tuple(cell for cell in CELLS if str(cell) in form.values("cell")),
            seen_from=self.form.day("seen_from", required=False),
            seen_to=self.form.day("seen_to", required=False),
            unseen_since=None if unseen is None else visit.today - timedelta(days=unseen),
            available_min=form.number("balance_from", decimals=figures.scale, required=False),
            available_max=form.number("balance_to", decimals=figures.scale, required=False),
            activating_before=self._midnight("waiting", after=True),
            burning_before=self._midnight("burning", after=True),
            enrolled_from=self._midnight("enrolled_from", after=False),
            enrolled_before=self._midnight("enrolled_to", after=True),
            birthday_month=birthday,
            purchases_min=form.number("purchases_from", most=10**9, required=False),
            purchases_max=form.number("purchases_to", most=10**9, required=False),
            spend_minor_min=form.money("spend_from", figures.currency, required=False),
            spend_minor_max=form.money("spend_to", figures.currency, required=False),
            sources=tuple(source for source in get_args(Source) if source in form.values("source")),
            link_ids=tuple(self._ids("link")),
            consents_given=tuple(kind for kind in CONSENT_WORDS if kind in consents),
            consents_not_given=tuple(kind for kind in CONSENT_WORDS if f"-{kind}" in consents),
            is_blocked=blocked[0] == "yes" if blocked else None,
            takes_part=part[0] == "yes" if part else None,
            sexes=tuple("" if sex == NONE else sex for sex in self._chosen("sex", (*SEX_WORDS, NONE))),
            is_born=self._yes_or_no("born"),
            born_from=form.day("born_from", required=False),
            born_to=form.day("born_to", required=False),
            bands=tuple(band for band in (ONCE, *BANDS) if str(band) in form.values("band")),
            tenths=tuple(tenth for tenth in range(1, 11) if str(tenth) in form.values("tenth")),
            is_leaving=self._yes_or_no("leaving"),
            then=tuple(filter(None, map(_then, form.values("then")[:THEN_MAX]))),
            matching=next(iter(read_rows(form.values(ROWS), visit, ("members",))), None),
        )

    def _chosen(self, name: str, allowed: Sequence[str]) -> list[str]:
        return [value for value in self.form.values(name) if value in allowed]

    def _yes_or_no(self, name: str) -> bool | None:
        chosen = self._chosen(name, ("yes", "no"))
        return chosen[0] == "yes" if chosen else None

    def _ids(self, name: str) -> Iterator[UUID]:
        for value in self.form.values(name):
            try:
                yield UUID(value)
            except ValueError:
                self.form.fail(name, self._visit.words.gettext("Choose one of these."))

    def _midnight(self, name: str, *, after: bool) -> datetime | None:
        """Return the moment at which the day begins by the business's clock, or is over."""
        day = self.form.day(name, required=False)
        zone = self._visit.business.time_zone
        return None if day is None else instant(day + DAY if after else day, 0, zone).astimezone(UTC)


def _then(text: str) -> Then | None:
    """Return where somebody was at the end of a month: ``2026-05:core``, ``2026-05:any``, ``2026-05:`` for nowhere."""
    month, _, group = text.partition(":")
    day = day_of({"day": f"{month}-01"}, "day")
    return Then(day, group) if day is not None and group in (*GROUPS, ANY, "") else None


def mark_text(mark: Mark) -> str:
    """Return a place in the list as an address holds it."""
    return msgspec.json.encode([str(mark.id), mark.key]).decode()


def order_text(order: Order) -> str:
    """Return an order as an address holds it: a minus before what falls."""
    return ("-" if order.descending else "") + order.by


def query_lists(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the values of an address by their names."""
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return lists


def _url(path: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _first(query: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(query.get(name, ())), "")


def _order(text: str) -> Order:
    by = text.removeprefix("-")
    return Order(MemberSort(by), descending=text.startswith("-")) if by in list(MemberSort) else Order()


def _mark(text: str, order: Order) -> Mark | None:
    """Return the place that the address names; what is none begins the list anew."""
    if not text:
        return None
    try:
        typed_id, typed_key = msgspec.json.decode(text, type=tuple[UUID, str | int])
        key: Key = msgspec.convert(typed_key, KEY_TYPES[order.by])
    except msgspec.MsgspecError:
        return None
    return Mark(typed_id, key) if _is_storable(key) else None


def _is_storable(key: Key) -> bool:
    """Tell whether the database can compare with the key that an address holds."""
    match key:
        case str():
            return "\0" not in key
        case int():
            return abs(key) < BIGINT_MAX
        case datetime():
            return key.tzinfo is not None
        case date():
            return True
