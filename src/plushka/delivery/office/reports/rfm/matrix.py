"""The matrix: buyers by recency and frequency, five by five, with what they brought within the year (F214)."""

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked, members_url
from plushka.delivery.office.reports.blocks import Act, Block, Column, Empty, Table
from plushka.delivery.office.reports.rfm.groups import no_groups
from plushka.delivery.office.reports.rfm.paths import WRITE
from plushka.delivery.office.reports.whom import write_to
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.segments.lifecycle.model import Cell as Scored
from plushka.domain.segments.lifecycle.queries import find_run, list_cells
from plushka.domain.segments.lifecycle.terms import get_terms
from plushka.engine.lifecycle import SCORES
from plushka.platform.database import Tx


async def make_rfm_matrix(tx: Tx, visit: Visit, _: Asked) -> Block:
    """Make a line for each pair of scores, the most recent first and the rarest first within it."""
    run, terms = await find_run(tx), await get_terms(tx)
    found = {(cell.r, cell.f): cell for cell in await list_cells(tx)}
    gettext = visit.words.gettext
    members = sum(cell.members for cell in found.values())
    spend_minor = sum(cell.spend_minor for cell in found.values())
    scores = range(1, SCORES + 1)
    # Empty ones too: the table is the whole square.
    cells = [found.get((r, f), Scored(r, f, 0, 0, 0, 0)) for r in reversed(scores) for f in scores]
    return Block(
        name="rfm_matrix",
        title=gettext("Recency and frequency"),
        table=Table(
            (
                Column(gettext("Recency"), "text", "rfm_recency"),
                Column(gettext("Frequency"), "text", "rfm_frequency"),
                Column(gettext("Buyers"), "count", "rfm_buyers"),
                Column(gettext("Share of buyers"), "share", "rfm_share"),
                Column(gettext("Revenue of the year"), "money", "rfm_revenue"),
                Column(gettext("Share of the revenue"), "share", "rfm_revenue_share"),
                Column(gettext("Revenue of a buyer"), "money", "rfm_revenue_each"),
            ),
            tuple(
                (
                    f"R{cell.r}",
                    f"F{cell.f}",
                    *linked(
                        members_url(cell=f"{cell.r}{cell.f}"),
                        cell.members,
                        Ratio(cell.members, members),
                        cell.spend_minor,
                        Ratio(cell.spend_minor, spend_minor),
                        Ratio(cell.spend_minor, cell.members),
                    ),
                )
                for cell in cells
            )
            if found
            else (),
            total=(
                gettext("All buyers"),
                "",
                *linked(
                    members_url(cell=[f"{cell.r}{cell.f}" for cell in cells]),
                    members,
                    Ratio(members, members),
                    spend_minor,
                    Ratio(spend_minor, spend_minor),
                    Ratio(spend_minor, members),
                ),
            ),
            acts=tuple(_act(cell, visit) for cell in cells),
        ),
        as_of=run.as_of if run else None,
        notes=(
            gettext(
                "Scores by your own steps, from 1 to 5: R5 came most lately, F5 comes most often. "
                "Press a square for what is in it."
            )
            if terms.bounds
            else gettext(
                "Buyers in fifths: R5 came most lately, F5 comes most often. Press a square for what is in it."
            ),
        ),
        form="squares",
        definition="rfm_matrix",
        is_nightly=True,
        empty=no_groups(visit)
        if run is None
        else Empty(
            gettext("Nobody has bought yet"), gettext("The first purchases with a member put them here.")
        ),
    )


def _act(cell: Scored, visit: Visit) -> Act | None:
    if not cell.members:
        return None
    return write_to(WRITE, [("cell", f"{cell.r}{cell.f}")], name=f"R{cell.r} F{cell.f}", visit=visit)
