"""All blocks there are, by name, with who may see them."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.blocks import Block
from plushka.delivery.office.reports.buyers.cohorts import make_cohort_revenue, make_retention
from plushka.delivery.office.reports.buyers.loyalty import make_loyalty
from plushka.delivery.office.reports.buyers.steps import make_steps
from plushka.delivery.office.reports.dashboard.activity import make_activity
from plushka.delivery.office.reports.dashboard.averages import make_averages, make_lifetime
from plushka.delivery.office.reports.dashboard.base import make_base
from plushka.delivery.office.reports.dashboard.figures import make_figures
from plushka.delivery.office.reports.dashboard.financial import make_financial
from plushka.delivery.office.reports.dashboard.months import make_repeat_months, make_revenue_months
from plushka.delivery.office.reports.dashboard.people import make_best, make_people
from plushka.delivery.office.reports.future.accuracy import make_future_accuracy
from plushka.delivery.office.reports.future.deciles import make_future_deciles
from plushka.delivery.office.reports.future.figures import make_future_figures
from plushka.delivery.office.reports.future.leaving import make_future_at_risk, make_future_bands
from plushka.delivery.office.reports.mechanics.broadcasts import make_broadcasts
from plushka.delivery.office.reports.mechanics.compared import make_mechanics
from plushka.delivery.office.reports.mechanics.journeys import make_bonuses, make_journeys
from plushka.delivery.office.reports.mechanics.promotions import make_promotions
from plushka.delivery.office.reports.payback.blocks import (
    make_payback,
    make_payback_boosters,
    make_payback_caused,
    make_payback_receipts,
)
from plushka.delivery.office.reports.points.ageing import (
    make_points_ages,
    make_points_burns,
    make_points_holders,
)
from plushka.delivery.office.reports.points.burning import (
    make_points_burned_ages,
    make_points_issues,
    make_points_reserve,
    make_points_spent_ages,
)
from plushka.delivery.office.reports.points.liability import (
    make_points_days,
    make_points_identity,
    make_points_movement,
)
from plushka.delivery.office.reports.rfm.groups import make_rfm_actions, make_rfm_groups
from plushka.delivery.office.reports.rfm.matrix import make_rfm_matrix
from plushka.delivery.office.reports.rfm.moving import make_rfm_moves
from plushka.delivery.office.reports.sales.days import make_sales_days
from plushka.delivery.office.reports.sales.goods import (
    make_categories,
    make_category_parts,
    make_pairs,
    make_products,
)
from plushka.delivery.office.reports.sales.hours import make_day_hours, make_hours
from plushka.delivery.office.reports.sales.places import make_branches, make_cashiers
from plushka.delivery.office.reports.sales.ratings import (
    make_rating_cashiers,
    make_rating_months,
    make_ratings,
)
from plushka.delivery.office.visit import Visit
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

Make = Callable[[Tx, Visit, Asked], Awaitable[Block]]


class Maker(Struct, frozen=True):
    """``action``: who may do it sees the block. ``size`` is that of the skeleton in its place.

    ``of_whole_business``: its figures know no branches, so it is not for who is kept to some of them.
    """

    title: str
    make: Make
    action: str = "reports.read"
    of_whole_business: bool = False
    size: Literal["tiles", "table", "chart"] = "table"


MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        "figures": Maker(marked("The period in figures"), make_figures, size="tiles"),
        "financial": Maker(marked("Financial results"), make_financial),
        "revenue_months": Maker(marked("Revenue by month"), make_revenue_months, size="chart"),
        "repeat_months": Maker(marked("Repeat purchases by month"), make_repeat_months, size="chart"),
        "base": Maker(marked("How the base grows"), make_base, of_whole_business=True, size="chart"),
        "activity": Maker(marked("Activity of the base"), make_activity, of_whole_business=True),
        "averages": Maker(marked("Averages of the year"), make_averages, of_whole_business=True),
        "lifetime": Maker(
            marked("What a buyer brings in all their time"),
            make_lifetime,
            of_whole_business=True,
            size="tiles",
        ),
        "people": Maker(marked("Who buys"), make_people, of_whole_business=True, size="chart"),
        "sales_days": Maker(marked("Day by day"), make_sales_days, size="chart"),
        "hours": Maker(marked("Hours of the week"), make_hours, size="chart"),
        "day_hours": Maker(marked("Sales by hour"), make_day_hours, size="chart"),
        "categories": Maker(marked("Categories"), make_categories),
        "category_parts": Maker(marked("Within categories"), make_category_parts),
        "products": Maker(marked("Products"), make_products),
        "pairs": Maker(marked("Often bought together"), make_pairs, of_whole_business=True),
        "branches": Maker(marked("Branches"), make_branches, size="tiles"),
        "cashiers": Maker(marked("Cashiers"), make_cashiers, size="tiles"),
        "ratings": Maker(marked("Ratings of branches"), make_ratings),
        "rating_cashiers": Maker(marked("Ratings of cashiers"), make_rating_cashiers),
        "rating_months": Maker(marked("Ratings by month"), make_rating_months, size="chart"),
        "loyalty": Maker(
            marked("The base in a few facts"), make_loyalty, of_whole_business=True, size="tiles"
        ),
        "steps": Maker(
            marked("From the first purchase to the fourth"), make_steps, of_whole_business=True, size="chart"
        ),
        "retention": Maker(
            marked("Who comes again, by month of the first purchase"),
            make_retention,
            of_whole_business=True,
            size="chart",
        ),
        "cohort_revenue": Maker(
            marked("What a buyer has brought, by month of the first purchase"),
            make_cohort_revenue,
            of_whole_business=True,
            size="chart",
        ),
        "promotions": Maker(marked("Promotions"), make_promotions),
        "mechanics": Maker(marked("Mechanics beside each other"), make_mechanics, size="chart"),
        "broadcasts": Maker(marked("Broadcasts"), make_broadcasts, of_whole_business=True),
        "journeys": Maker(marked("Journeys"), make_journeys, of_whole_business=True),
        "bonuses": Maker(
            marked("Which bonus brings members again"), make_bonuses, of_whole_business=True, size="chart"
        ),
        "future_figures": Maker(
            marked("What the base will bring"), make_future_figures, of_whole_business=True, size="tiles"
        ),
        "future_accuracy": Maker(
            marked("How true the forecast is"), make_future_accuracy, of_whole_business=True, size="chart"
        ),
        "future_bands": Maker(
            marked("How likely buyers have left"), make_future_bands, of_whole_business=True, size="chart"
        ),
        "future_deciles": Maker(
            marked("What tenths of the buyers will bring"),
            make_future_deciles,
            of_whole_business=True,
            size="chart",
        ),
        "future_at_risk": Maker(
            marked("The most valuable of those who have probably left"),
            make_future_at_risk,
            of_whole_business=True,
        ),
        "rfm_actions": Maker(
            marked("Whom to bring back, whom to keep"), make_rfm_actions, of_whole_business=True
        ),
        "rfm_groups": Maker(marked("Seven groups of members"), make_rfm_groups, of_whole_business=True),
        "rfm_matrix": Maker(
            marked("Recency and frequency"), make_rfm_matrix, of_whole_business=True, size="chart"
        ),
        "rfm_moves": Maker(
            marked("Who moved from group to group"), make_rfm_moves, of_whole_business=True, size="chart"
        ),
        "best": Maker(marked("Who buys most"), make_best, of_whole_business=True),
        "payback": Maker(
            marked("Payback"), make_payback, action="reports.margin", of_whole_business=True, size="chart"
        ),
        "payback_boosters": Maker(
            marked("What boosts the payback"), make_payback_boosters, of_whole_business=True
        ),
        "payback_caused": Maker(
            marked("What control groups prove"), make_payback_caused, of_whole_business=True
        ),
        "payback_receipts": Maker(
            marked("Receipts behind the effect"),
            make_payback_receipts,
            action="reports.margin",
            of_whole_business=True,
        ),
        "points_reserve": Maker(
            marked("What members can ask for today"),
            make_points_reserve,
            of_whole_business=True,
            size="tiles",
        ),
        "points_days": Maker(
            marked("The liability day by day"), make_points_days, of_whole_business=True, size="chart"
        ),
        "points_movement": Maker(
            marked("What moved the liability"), make_points_movement, of_whole_business=True
        ),
        "points_identity": Maker(
            marked("Where all points are"), make_points_identity, of_whole_business=True
        ),
        "points_ages": Maker(
            marked("How old the points are"), make_points_ages, of_whole_business=True, size="chart"
        ),
        "points_burns": Maker(
            marked("How soon the points burn"), make_points_burns, of_whole_business=True, size="chart"
        ),
        "points_holders": Maker(
            marked("Whose points they are"),
            make_points_holders,
            action="members.read",
            of_whole_business=True,
        ),
        "points_issues": Maker(
            marked("What became of the points of a month"), make_points_issues, of_whole_business=True
        ),
        "points_spent_ages": Maker(
            marked("How soon points are spent"), make_points_spent_ages, of_whole_business=True, size="chart"
        ),
        "points_burned_ages": Maker(
            marked("When points burn"), make_points_burned_ages, of_whole_business=True, size="chart"
        ),
    }
)


def may_see(maker: Maker, visit: Visit) -> bool:
    return visit.may(maker.action) and not (maker.of_whole_business and visit.session.branch_ids)
