"""The filters of the list of receipts as they stand in the address."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from msgspec import Struct, structs

from plushka.delivery.web.address import day_of, id_of, text_of, units_of
from plushka.domain.insights.receipts.found import ReceiptFilter
from plushka.platform.i18n import currency_decimals

_MEMBERS = {"with": True, "without": False}
_MARKS = {
    "redeemed": {"has_redeemed": True},
    "earned": {"has_earned": True},
    "returned": {"has_return": True},
    "plain": {"has_redeemed": False, "has_earned": False},
}


class Asked(Struct, frozen=True, rename={"first_on": "from", "last_on": "to"}):
    """What was chosen; nonsense counts as not chosen. Amounts stay as they were typed."""

    number: str = ""
    who: str = ""
    member: str = ""
    branch: str = ""
    cashier: str = ""
    mark: str = ""
    mechanic: str = ""
    program: str = ""
    least: str = ""
    most: str = ""
    first_on: date | None = None
    last_on: date | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        member, mark = query.get("member", ""), query.get("mark", "")
        return cls(
            number=text_of(query, "number"),
            who=text_of(query, "who"),
            member=member if member in _MEMBERS else "",
            branch=query.get("branch", "") if id_of(query, "branch") else "",
            cashier=text_of(query, "cashier"),
            mark=mark if mark in _MARKS else "",
            mechanic=text_of(query, "mechanic"),
            program=query.get("program", "") if id_of(query, "program") else "",
            least=text_of(query, "least"),
            most=text_of(query, "most"),
            first_on=day_of(query, "from"),
            last_on=day_of(query, "to"),
        )

    @property
    def is_empty(self) -> bool:
        return self == Asked()

    @property
    def has_more(self) -> bool:
        """Tell whether one of the filters is chosen that are folded away."""
        return structs.replace(self, number="", who="", first_on=None, last_on=None) != Asked()

    def filter(self, currency: str) -> ReceiptFilter:
        decimals = currency_decimals(currency)
        marks: dict[str, Any] = _MARKS.get(self.mark, {})
        return ReceiptFilter(
            branch_id=UUID(self.branch) if self.branch else None,
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
            **marks,
        )

    def url(self, path: str, **more: object) -> str:
        """Return ``path`` with the filters and ``more``."""
        names = {field.name: field.encode_name for field in structs.fields(self)}
        chosen = {names[name]: value for name, value in structs.asdict(self).items()} | more
        return f"{path}?{urlencode({name: value for name, value in chosen.items() if value})}"
