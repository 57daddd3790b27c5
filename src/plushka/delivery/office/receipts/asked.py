"""The filters of the list of receipts as they stand in the address."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar.datastructures import MultiDict
from msgspec import Struct, structs

from plushka.delivery.office.reports.constructor.matching import ROWS, ROWS_MAX, read_rows
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import day_of, id_of, text_of, units_of
from plushka.domain.insights.constructor.matching import Matching
from plushka.domain.insights.receipts.found import ReceiptFilter
from plushka.domain.members.words import SEX_WORDS
from plushka.domain.occasions.rating import LOW_SCORE, SCORES
from plushka.platform.i18n import currency_decimals

NONE = "-"
"""In an address: what has none of it, since an empty value is one that was not chosen."""
ONCE = "once"
GOODS_MAX = 5
_MEMBERS = {"with": True, "without": False}
_TURNS = {"first": True, "again": False}
_LEFT = {"yes": True, "no": False}
_BORN = {"yes": True, "no": False}
_BOUGHT = ("2", "3", "4")
_MARKS = {
    "redeemed": {"has_redeemed": True},
    "earned": {"has_earned": True},
    "returned": {"has_return": True},
    "plain": {"has_redeemed": False, "has_earned": False},
    "unspent": {"has_redeemed": False},
}
_SCORES: Mapping[str, tuple[int, ...]] = {
    "any": SCORES,
    "low": tuple(score for score in SCORES if score <= LOW_SCORE),
    **{str(score): (score,) for score in reversed(SCORES)},
}
_SOURCES = ("receipts", "lines", "campaigns", "journeys")
"""Of reports, whose rows are receipts, stand on them or came before them."""
_TYPED = frozenset({"number", "who", "least", "most", "first_on", "last_on"})
"""What always stands in its own field of the form."""
_CHOSEN = frozenset({"branch", "member", "cashier", "mark", "mechanic", "rated"})
"""What is chosen from those fields that are folded away."""


class Asked(Struct, frozen=True, rename={"first_on": "from", "last_on": "to"}):
    """What was chosen; nonsense counts as not chosen. Amounts stay as they were typed.

    What no field of the form asks for is what figures of reports lead here with (``ReceiptFilter`` tells what it is).
    """

    number: str = ""
    who: str = ""
    member: str = ""
    branch: tuple[str, ...] = ()
    cashier: str = ""
    mark: str = ""
    mechanic: str = ""
    program: str = ""
    least: str = ""
    most: str = ""
    first_on: date | None = None
    last_on: date | None = None
    left: str = ""
    back_from: date | None = None
    back_to: date | None = None
    seller: str = ""
    turn: str = ""
    weekday: str = ""
    hour: str = ""
    sku: tuple[str, ...] = ()
    category: str = ""
    within: str = ""
    own: str = ""
    since_from: date | None = None
    since_to: date | None = None
    bought: str = ""
    last_to: date | None = None
    sex: str = ""
    born: str = ""
    born_from: date | None = None
    born_to: date | None = None
    rated: str = ""
    rows: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: MultiDict[str]) -> "Asked":
        return cls(
            number=text_of(query, "number"),
            who=text_of(query, "who"),
            member=_one_of(query, "member", _MEMBERS),
            branch=tuple(dict.fromkeys(each for each in query.getall("branch", []) if _is_id(each))),
            cashier=text_of(query, "cashier"),
            mark=_one_of(query, "mark", _MARKS),
            mechanic=text_of(query, "mechanic"),
            program=query.get("program", "") if id_of(query, "program") else "",
            least=text_of(query, "least"),
            most=text_of(query, "most"),
            first_on=day_of(query, "from"),
            last_on=day_of(query, "to"),
            left=_one_of(query, "left", _LEFT),
            back_from=day_of(query, "back_from"),
            back_to=day_of(query, "back_to"),
            seller=text_of(query, "seller"),
            turn=_one_of(query, "turn", _TURNS),
            weekday=_one_of(query, "weekday", tuple(map(str, range(1, 8)))),
            hour=_one_of(query, "hour", tuple(map(str, range(24)))),
            sku=tuple(text_of({"sku": each}, "sku") for each in query.getall("sku", []) if each)[:GOODS_MAX],
            category=text_of(query, "category"),
            within=text_of(query, "within"),
            own=_one_of(query, "own", ("yes",)),
            since_from=day_of(query, "since_from"),
            since_to=day_of(query, "since_to"),
            bought=_one_of(query, "bought", (*_BOUGHT, ONCE)),
            last_to=day_of(query, "last_to"),
            sex=_one_of(query, "sex", (*SEX_WORDS, NONE)),
            born=_one_of(query, "born", _BORN),
            born_from=_birthday_of(query, "born_from"),
            born_to=_birthday_of(query, "born_to"),
            rated=_one_of(query, "rated", _SCORES),
            rows=tuple(query.getall(ROWS, [])[:ROWS_MAX]),
        )

    @property
    def is_empty(self) -> bool:
        return self == Asked()

    @property
    def has_more(self) -> bool:
        """Tell whether one of the filters is chosen that are folded away."""
        return any(name in _CHOSEN or name in ("least", "most") for name, _ in self._given())

    @property
    def one_branch(self) -> str:
        """The branch that stands in the form, where no more than one is asked for."""
        return self.branch[0] if len(self.branch) == 1 else ""

    @property
    def unseen(self) -> list[tuple[str, str]]:
        """Names and values of the address that no field of the form holds: it goes on asking for them."""
        is_held = _TYPED | (_CHOSEN if len(self.branch) < 2 else _CHOSEN - {"branch"})  # noqa: PLR2004  several
        return self.pairs(without=is_held)

    def matching(self, visit: Visit) -> tuple[Matching, ...]:
        return read_rows(self.rows, visit, _SOURCES)

    def filter(self, visit: Visit) -> ReceiptFilter:
        decimals = currency_decimals(visit.business.currency)
        marks: dict[str, Any] = _MARKS.get(self.mark, {})
        return ReceiptFilter(
            branch_ids=tuple(map(UUID, self.branch)),
            has_member=_MEMBERS.get(self.member),
            number=self.number or None,
            member=self.who or None,
            cashier=self.cashier or None,
            first_on=self.first_on,
            last_on=self.last_on,
            amount_minor_min=units_of(self.least, decimals),
            amount_minor_max=units_of(self.most, decimals),
            program_id=UUID(self.program) if self.program else None,
            mechanic=self.mechanic or None,
            is_left=_LEFT.get(self.left),
            returned_from=self.back_from,
            returned_to=self.back_to,
            seller=_or_none(self.seller),
            is_first=_TURNS.get(self.turn),
            weekday=int(self.weekday) if self.weekday else None,
            hour=int(self.hour) if self.hour else None,
            skus=self.sku,
            category=_or_none(self.category),
            within=_or_none(self.within),
            is_own=True if self.own else None,
            first_from=self.since_from,
            first_to=self.since_to,
            bought_least=int(self.bought) if self.bought in _BOUGHT else None,
            has_bought_once=True if self.bought == ONCE else None,
            last_bought_to=self.last_to,
            sex=_or_none(self.sex),
            is_born=_BORN.get(self.born),
            born_from=self.born_from,
            born_to=self.born_to,
            scores=_SCORES.get(self.rated, ()),
            matching=self.matching(visit),
            **marks,
        )

    def pairs(self, *, without: Sequence[str] | frozenset[str] = ()) -> list[tuple[str, str]]:
        """Return names and values of the address, without the fields named."""
        names = {field.name: field.encode_name for field in structs.fields(self)}
        return [(names[name], value) for name, value in self._given() if name not in without]

    def url(self, path: str = "/receipts", *, without: Sequence[str] = (), **more: object) -> str:
        """Return ``path`` with the filters, less those of the fields named, and ``more``."""
        pairs = [*self.pairs(without=without), *((name, str(value)) for name, value in more.items() if value)]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def _given(self) -> list[tuple[str, str]]:
        given = []
        for name, value in structs.asdict(self).items():
            values = value if isinstance(value, tuple) else (value,)
            given += [(name, str(each)) for each in values if each]
        return given


def _one_of(query: Mapping[str, str], name: str, values: Mapping[str, object] | Sequence[str]) -> str:
    value = query.get(name, "")
    return value if value in values else ""


def _birthday_of(query: Mapping[str, str], name: str) -> date | None:
    """Return a day on which somebody may have been born, which is longer ago than anything was sold."""
    try:
        return date.fromisoformat(query.get(name, ""))
    except ValueError:
        return None


def _or_none(value: str) -> str | None:
    """Return what is asked for, empty where it is what has none of it, and None where it is not asked."""
    return ("" if value == NONE else value) if value else None


def _is_id(value: str) -> bool:
    return id_of({"id": value}, "id") is not None
