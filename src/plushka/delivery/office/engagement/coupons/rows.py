"""Coupons as pages show them."""

from decimal import Decimal

from msgspec import Struct

from plushka.delivery.office.engagement.period import tell_period
from plushka.delivery.office.visit import Visit
from plushka.domain.coupons.model import Coupon, Stage
from plushka.domain.insights.coupons import CouponFigures
from plushka.engine.spans import ShortSpan
from plushka.platform.csv_files import Cell
from plushka.platform.i18n import currency_decimals, marked

PATH = "/engagement/coupons"
NONE = CouponFigures()
STAGE_WORDS: dict[Stage, str] = {
    "on": marked("on"),
    "to_come": marked("to come"),
    "over": marked("over"),
    "stopped": marked("stopped"),
}


class FiguresLine(Struct, frozen=True):
    """What came of coupons, as it is written."""

    receipts: str
    members: str
    new_members: str
    revenue: str
    discount: str


class CouponLine(Struct, frozen=True):
    """A coupon in the list, with what came of it."""

    href: str
    name: str
    source: str
    stage: str
    days: str
    codes: str
    is_stopped: bool
    came: FiguresLine


class SourceLine(Struct, frozen=True):
    """Where coupons are given out, with what came of all of them."""

    href: str
    name: str
    coupons: str
    came: FiguresLine


def figures_line(figures: CouponFigures, visit: Visit) -> FiguresLine:
    told = visit.figures
    return FiguresLine(
        receipts=told.number(figures.receipts),
        members=told.number(figures.members),
        new_members=told.number(figures.new_members),
        revenue=told.money(figures.revenue_minor),
        discount=told.money(figures.discount_minor),
    )


def heading_of_figures(visit: Visit) -> list[Cell]:
    """Return the heading of ``cells_of_figures``."""
    gettext = visit.words.gettext
    return [
        gettext("Receipts"), gettext("Members"), gettext("New members"), gettext("Revenue"), gettext("Discount")
    ]  # fmt: skip


def cells_of_figures(figures: CouponFigures, visit: Visit) -> list[Cell]:
    decimals = currency_decimals(visit.business.currency)
    money = (Decimal(minor).scaleb(-decimals) for minor in (figures.revenue_minor, figures.discount_minor))
    return [figures.receipts, figures.members, figures.new_members, *money]


def coupon_line(coupon: Coupon, figures: CouponFigures, visit: Visit) -> CouponLine:
    return CouponLine(
        href=f"{PATH}/{coupon.id}",
        name=coupon.name,
        source=coupon.source,
        stage=visit.words.gettext(STAGE_WORDS[coupon.stage(visit.today)]),
        days=tell_period(coupon.first_on, coupon.last_on, visit),
        codes=visit.figures.number(coupon.codes),
        is_stopped=coupon.is_stopped,
        came=figures_line(figures, visit),
    )


def terms_told(coupon: Coupon, visit: Visit) -> list[str]:
    """Return the terms of a coupon, each a clause."""
    limits, ngettext = coupon.limits, visit.words.ngettext
    terms = [tell_period(coupon.first_on, coupon.last_on, visit)]
    if (count := limits.uses_per_code) is not None:
        terms.append(ngettext("{count} use of a code", "{count} uses of a code", count, count=count))
    terms += [_of_member(span, count, visit) for span, count in limits.of_member.items()]
    terms += [_of_all(span, count, visit) for span, count in limits.of_all.items()]
    return terms


def _of_member(span: ShortSpan, count: int, visit: Visit) -> str:
    ngettext = visit.words.ngettext
    match span:
        case "always":
            return ngettext("{count} use by a member", "{count} uses by a member", count, count=count)
        case "day":
            return ngettext(
                "{count} use by a member a day", "{count} uses by a member a day", count, count=count
            )
        case "month":
            return ngettext(
                "{count} use by a member a month", "{count} uses by a member a month", count, count=count
            )


def _of_all(span: ShortSpan, count: int, visit: Visit) -> str:
    ngettext = visit.words.ngettext
    match span:
        case "always":
            return ngettext("{count} use in all", "{count} uses in all", count, count=count)
        case "day":
            return ngettext("{count} use a day in all", "{count} uses a day in all", count, count=count)
        case "month":
            return ngettext("{count} use a month in all", "{count} uses a month in all", count, count=count)
