"""In what money to come is told: margin where the costs of goods are known, else revenue; or not at all, and why."""

from msgspec import Struct

from plushka.delivery.office.reports.blocks import Value
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.insights.reports.sales import Sales, sum_sales
from plushka.domain.insights.reports.scope import Scope
from plushka.domain.segments.lifetime.model import BUYERS_MIN, WHOLE_BP, LifetimeRun, Terms
from plushka.domain.segments.lifetime.terms import get_lifetime_terms
from plushka.engine.expiry import add_months
from plushka.platform.database import Tx


class Worth(Struct, frozen=True):
    """How money of a run is told to a reader; ``sales`` are members' of 12 months, None: not for this reader."""

    run: LifetimeRun | None
    sales: Sales | None
    terms: Terms

    @property
    def has_money(self) -> bool:
        return self.run is not None and self.run.spending is not None

    @property
    def is_margin(self) -> bool:
        return self._margin is not None

    @property
    def _margin(self) -> Ratio | None:
        """Which part of revenue margin is; None: it is not known, or not for this reader."""
        sales, terms = self.sales, self.terms
        if sales is None:
            return None
        if terms.margin_bp is not None:
            return Ratio(terms.margin_bp, WHOLE_BP)
        is_costed = sales.costed_minor * WHOLE_BP >= sales.revenue_minor * terms.costed_min_bp
        return sales.margin if sales.costed_minor > 0 and is_costed else None

    def of(self, revenue_minor: int, count: int = 1) -> Value:
        """Return what is left of revenue, over ``count``; None where money is not foreseen."""
        if not self.has_money:
            return None
        margin = self._margin
        if margin is None:
            return revenue_minor if count == 1 else Ratio(revenue_minor, count)
        return Ratio(revenue_minor * margin.numerator, margin.denominator * count)

    def soon_title(self, visit: Visit) -> str:
        gettext = visit.words.gettext
        return gettext("Margin of 90 days") if self.is_margin else gettext("Forecast for 90 days")

    def year_title(self, visit: Visit) -> str:
        gettext = visit.words.gettext
        return (
            gettext("Margin of a year, discounted")
            if self.is_margin
            else gettext("Revenue of a year, discounted")
        )

    def lack(self, visit: Visit) -> tuple[str, ...]:
        """Return why there is no money, nothing where there is."""
        gettext = visit.words.gettext
        if self.run is None or self.has_money:
            return ()
        if self.run.no_money == "few_paid":
            return (
                gettext(
                    "Money is not foreseen: fewer than {least} buyers have paid anything. Visits and chances do not "
                    "depend on it.",
                    least=visit.figures.number(BUYERS_MIN),
                ),
            )
        return (
            gettext(
                "Money is not foreseen: the model of spending (Gamma-Gamma) does not fit these purchases. Visits "
                "and chances do not depend on it, and it is tried again tomorrow."
            ),
        )

    def notes(self, visit: Visit) -> tuple[str, ...]:
        """Return what money is of and at which rate it is discounted, or why there is none."""
        gettext, figures = visit.words.gettext, visit.figures
        if self.run is None or not self.has_money:
            return self.lack(visit)
        discounted = gettext(
            "What comes within a year is discounted at {rate} a year, month by month; 90 days are not.",
            rate=figures.percent(self.run.discount_bp),
        )
        if self.sales is None:
            return (gettext("It is revenue, before all costs."), discounted)
        if self.terms.margin_bp is not None:
            return (
                gettext(
                    "Margin is {margin} of revenue, as it was set. Points, messages and rent are not taken off.",
                    margin=figures.percent(self.terms.margin_bp),
                ),
                discounted,
            )
        if not self.is_margin:
            return (
                gettext(
                    "It is revenue, before all costs: the costs of goods are known of less than {least} of what "
                    "members paid.",
                    least=figures.percent(self.terms.costed_min_bp),
                ),
                discounted,
            )
        margin, costed = self.sales.margin.rounded(4), self.sales.costed.rounded(4)
        return (
            gettext(
                "Margin is {margin} of revenue, as members' purchases of the last 12 months have it whose costs of "
                "goods are known: {costed} of what they paid. Points, messages and rent are not taken off.",
                margin=figures.percent(margin or 0),
                costed=figures.percent(costed or 0),
            ),
            discounted,
        )


async def find_worth(tx: Tx, run: LifetimeRun | None, visit: Visit) -> Worth:
    """Return how this person is told money: margin is for those who may see margins."""
    terms = await get_lifetime_terms(tx)
    if not visit.may("reports.margin"):
        return Worth(run, None, terms)
    today = visit.business_day
    sales = await sum_sales(tx, Scope(Period(add_months(today, -12), today)))
    return Worth(run, sales.with_card, terms)
