"""Branches and cashiers beside each other."""

from collections.abc import Sequence

from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.receipts.asked import NONE
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import (
    Block,
    Cell,
    Chart,
    Column,
    Empty,
    Row,
    Series,
    Table,
)
from plushka.delivery.office.reports.words import no_receipts, of_all_programs
from plushka.delivery.office.visit import Visit
from plushka.domain.businesses.queries import list_branches
from plushka.domain.insights.reports.ratio import Ratio, change
from plushka.domain.insights.reports.sales import Sold, added, added_sides, sum_sales, sum_sales_by_branch
from plushka.domain.insights.reports.selling import Cashier, list_cashiers
from plushka.domain.rollups.queries import find_as_of
from plushka.platform.database import Tx

CHARTED_MAX = 20


async def make_branches(tx: Tx, visit: Visit, asked: Asked) -> Block:
    found = await sum_sales_by_branch(tx, asked.scope)
    before = await sum_sales_by_branch(tx, asked.scope_of(asked.before)) if asked.before else {}
    names = {branch.id: branch.name for branch in await list_branches(tx)}
    ordered = sorted(found.items(), key=lambda each: (-each[1].all.revenue_minor, names.get(each[0], "")))
    whole = added_sides(found.values())
    earlier = added(sold.all for sold in before.values())
    gettext = visit.words.gettext
    # Points of two programmes cannot be added up.
    knows_points = not visit.choices or asked.program_id is not None
    columns = [
        Column(gettext("Branch"), "text"),
        Column(gettext("Revenue"), "money", "revenue"),
        Column(gettext("Share of the revenue"), "share", "revenue_share"),
        *([Column(gettext("The change"), "change", "branch_change")] if asked.before else []),
        Column(gettext("Receipts"), "count", "receipts"),
        Column(gettext("Average receipt"), "money", "average_receipt"),
        Column(gettext("Penetration"), "share", "penetration"),
        Column(gettext("Repeat purchases"), "share", "repeats", is_more=True),
        Column(gettext("Discounts and points, share"), "share", "given_share", is_more=True),
        *(
            [
                Column(gettext("Points for purchases"), "points", "branch_points_earned", is_more=True),
                Column(gettext("Points spent on purchases"), "points", "branch_points_spent", is_more=True),
            ]
            if knows_points
            else []
        ),
        Column(gettext("Margin, share"), "share", "margin_share", MARGIN),
    ]

    def points(sold: Sold, branch: dict[str, str]) -> Row:
        return (
            *linked(asked.receipts_url({**branch, "mark": "earned"}), sold.all.earned_points),
            *linked(asked.receipts_url({**branch, "mark": "redeemed"}), sold.all.redeemed_points),
        )

    def row(title: str, sold: Sold, was: int, **branch: str) -> Row:
        changed = (change(sold.all.revenue_minor, was),) if asked.before else ()
        href = asked.receipts_url(branch)
        return (
            Cell(title, href=href) if branch else title,
            *linked(href, sold.all.revenue_minor, Ratio(sold.all.revenue_minor, whole.all.revenue_minor)),
            *changed,
            *linked(href, sold.all.receipts, sold.all.mean),
            *linked(asked.receipts_url({**branch, "member": "with"}), sold.penetration),
            *linked(asked.receipts_url({**branch, "turn": "again"}), sold.with_card.repeats),
            *linked(href, sold.all.given),
            *(points(sold, branch) if knows_points else ()),
            *linked(href, sold.all.margin),
        )

    return Block(
        name="branches",
        title=gettext("Branches"),
        table=Table(
            tuple(columns),
            tuple(
                row(
                    names.get(branch_id, ""),
                    sold,
                    before[branch_id].all.revenue_minor if branch_id in before else 0,
                    branch=str(branch_id),
                )
                for branch_id, sold in ordered
            ),
            total=row(gettext("All branches"), whole, earlier.revenue_minor),
        ),
        as_of=await find_as_of(tx),
        chart=Chart(
            labels=tuple(names.get(branch_id, "") for branch_id, _ in ordered[:CHARTED_MAX]),
            series=(
                Series(
                    gettext("Revenue"),
                    tuple(sold.all.revenue_minor for _, sold in ordered[:CHARTED_MAX]),
                    "money",
                ),
                *_before(
                    [
                        before[branch_id].all.revenue_minor if branch_id in before else 0
                        for branch_id, _ in ordered[:CHARTED_MAX]
                    ],
                    visit,
                ),
            ),
            of_things=True,
        )
        if len(ordered) > 1
        else None,
        empty=no_receipts(visit),
    )


async def make_cashiers(tx: Tx, visit: Visit, asked: Asked) -> Block:
    cashiers = await list_cashiers(tx, asked.scope)
    earlier = await list_cashiers(tx, asked.scope_of(asked.before)) if asked.before else []
    before = {(each.branch_id, each.cashier): each.revenue_minor for each in earlier}
    sold = (await sum_sales(tx, asked.scope)).all
    names = {branch.id: branch.name for branch in await list_branches(tx)}
    gettext = visit.words.gettext
    return Block(
        name="cashiers",
        title=gettext("Cashiers"),
        table=Table(
            (
                Column(gettext("Cashier"), "text"),
                Column(gettext("Branch"), "text"),
                Column(gettext("Revenue"), "money", "revenue"),
                Column(gettext("Share of the revenue"), "share", "revenue_share", is_more=True),
                *([Column(gettext("The change"), "change", "branch_change")] if asked.before else []),
                Column(gettext("Receipts"), "count", "receipts"),
                Column(gettext("Average receipt"), "money", "average_receipt"),
                Column(gettext("Positions in a receipt"), "decimal", "positions"),
                Column(gettext("Penetration"), "share", "penetration"),
                Column(gettext("Discounts"), "money", "discount", is_more=True),
                Column(gettext("Paid with points"), "money", "redeemed", is_more=True),
                Column(gettext("Came back as a whole"), "share", "returned_share", is_more=True),
            ),
            tuple(
                (
                    each.cashier or gettext("not named by the till"),
                    names.get(each.branch_id, ""),
                    *_of_cashier(
                        each,
                        Ratio(each.revenue_minor, sold.revenue_minor) if not asked.program_id else None,
                        before.get((each.branch_id, each.cashier), 0),
                        asked,
                    ),
                )
                for each in cashiers
            ),
        ),
        as_of=await find_as_of(tx),
        chart=Chart(
            # Whom no till has named is told by the place.
            labels=tuple(each.cashier or names.get(each.branch_id, "") for each in cashiers[:CHARTED_MAX]),
            series=(
                Series(
                    gettext("Revenue"),
                    tuple(each.revenue_minor for each in cashiers[:CHARTED_MAX]),
                    "money",
                ),
                *_before(
                    [before.get((each.branch_id, each.cashier), 0) for each in cashiers[:CHARTED_MAX]], visit
                ),
            ),
            of_things=True,
        )
        if len(cashiers) > 1
        else None,
        notes=of_all_programs(asked, visit),
        empty=Empty(
            gettext("No receipts in this period"),
            gettext("Whoever sells stands here, as soon as the till names them."),
        ),
    )


def _before(revenues: Sequence[int], visit: Visit) -> tuple[Series, ...]:
    """Return the revenue of the period compared with, nothing where there is none."""
    if not any(revenues):
        return ()
    return (Series(visit.words.gettext("Before"), tuple(revenues), "money", is_before=True),)


def _of_cashier(each: Cashier, share: Ratio | None, was: int, asked: Asked) -> Row:
    """Return the figures of a cashier, who know no programme."""

    def behind(**filters: str) -> str:
        branch = {"branch": str(each.branch_id), PARAMETER: ""}
        return asked.receipts_url({**branch, "seller": each.cashier or NONE, **filters})

    return (
        *linked(behind(), each.revenue_minor, share),
        *((change(each.revenue_minor, was),) if asked.before else ()),
        *linked(behind(), each.receipts, each.mean, each.positions),
        *linked(behind(member="with"), each.penetration),
        *linked(behind(), each.discount_minor),
        *linked(behind(mark="redeemed"), each.redeemed_minor),
        *linked(behind(left="no"), each.returned_share),
    )
