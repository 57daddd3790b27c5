"""What both programmes come to: money and points side by side, and by how members spend."""

from collections.abc import Iterator

from plushka.delivery.office.engagement.what_if.comparing import Figure, Good, beside, beside_columns, row
from plushka.delivery.office.engagement.what_if.shown import SPENDING_WORDS, Shown, exactly
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Block, Cell, Chart, Column, Kind, Row, Series, Table
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.simulation.course import Spending
from plushka.domain.simulation.payback import opening

_WELCOME = {"what_if_paid", "what_if_margin", "what_if_result"}
"""What is better the more it is."""
_LISTED = {
    "what_if_discount": "discount_minor",
    "what_if_redeemed": "redeemed_minor",
    "what_if_paid": "revenue_minor",
    "what_if_margin": "margin",
    "what_if_liability": "liability",
    "what_if_growth": "growth",
    "what_if_result": "result",
    "what_if_opening": "opening",
    "what_if_issued": "issued",
    "what_if_given": "given",
    "points_spent": "spent",
    "what_if_burned": "burned",
    "what_if_taken_back": "taken_back",
    "what_if_taken": "taken",
    "what_if_outstanding": "outstanding",
}
"""By definition: the figure that is listed member by member."""


def make_sums(shown: Shown) -> Block:
    gettext = shown.visit.words.gettext
    return Block(
        name="sums",
        title=gettext("Money"),
        table=Table(beside_columns(gettext("Figure"), shown), tuple(_sums(shown))),
        as_of=None,
        notes=tuple(_of_cost(shown)),
        definition="what_if",
    )


def _sums(shown: Shown) -> Iterator[Row]:
    gettext = shown.visit.words.gettext
    published, draft = shown.both()
    by_published, by_draft = shown.observed
    yield row(
        gettext("Receipts"),
        (published.receipts, draft.receipts),
        "count",
        definition="what_if_receipts",
        href=shown.members_url(figure="receipts"),
    )
    yield row(
        gettext("Of them of members"),
        (published.of_members, draft.of_members),
        "count",
        definition="what_if_of_members",
        href=shown.members_url(figure="of_members"),
    )
    yield row(
        gettext("Receipts that the programme touches"),
        (Ratio(published.touched, published.receipts), Ratio(draft.touched, draft.receipts)),
        "share",
        definition="what_if_touched",
        href=shown.members_url(figure="touched"),
    )
    money: list[tuple[str, tuple[Figure, Figure], str]] = [
        (gettext("Discounts"), (published.discount_minor, draft.discount_minor), "what_if_discount"),
        (
            gettext("Paid with points, in money"),
            (published.redeemed_minor, draft.redeemed_minor),
            "what_if_redeemed",
        ),
        (gettext("Paid in money"), (published.revenue_minor, draft.revenue_minor), "what_if_paid"),
        (
            gettext("Points in hand at the end, in money"),
            (by_published.liability, by_draft.liability),
            "what_if_liability",
        ),
        (gettext("By how much that has grown"), (by_published.growth, by_draft.growth), "what_if_growth"),
    ]
    if shown.sees_margin:
        money[3:3] = [(gettext("Margin"), (by_published.margin, by_draft.margin), "what_if_margin")]
        money.append(
            (gettext("Result after points"), (by_published.result, by_draft.result), "what_if_result")
        )
    for title, figures, definition in money:
        good: Good = "up" if definition in _WELCOME else "neither"
        href = shown.members_url(figure=_LISTED[definition])
        yield row(title, figures, "money", definition=definition, good=good, href=href)


def _of_cost(shown: Shown) -> Iterator[str]:
    """Say of how much the cost is known, and what is supposed of the rest."""
    if not shown.sees_margin:
        return
    visit, figures = shown.visit, shown.both()[0]
    gettext = visit.words.gettext
    supposed_bp = shown.question.costing.margin_bp
    if supposed_bp is not None:
        yield gettext(
            "Where the cost of goods is not known, a margin of {share} of their price is supposed.",
            share=visit.figures.percent(supposed_bp),
        )
    elif not shown.is_costed:
        yield gettext(
            "The cost of no goods is known, so margin and result cannot be told. Enter it in the catalogue, or ask "
            "again with a margin that you suppose."
        )
    elif figures.costed_minor < figures.kept_minor:
        yield gettext(
            "The cost is known of {share} of what was sold, by price; the rest is supposed to cost the same part.",
            share=visit.figures.ratio(figures.costed_minor, figures.kept_minor),
        )


def make_points(shown: Shown) -> Block:
    visit = shown.visit
    gettext = visit.words.gettext
    both = shown.both()
    moves = [
        (gettext("In hand at the beginning"), (opening(both[0]), opening(both[1])), "what_if_opening"),
        (gettext("Issued"), (both[0].issued, both[1].issued), "what_if_issued"),
        (gettext("Given by hand"), (both[0].given, both[1].given), "what_if_given"),
        (gettext("Spent"), (-both[0].spent, -both[1].spent), "points_spent"),
        (gettext("Burned"), (-both[0].burned, -both[1].burned), "what_if_burned"),
        (gettext("Taken back by returns"), (-both[0].taken_back, -both[1].taken_back), "what_if_taken_back"),
        (
            gettext("Taken by hand, and with those who left"),
            (-both[0].taken, -both[1].taken),
            "what_if_taken",
        ),
    ]
    end = row(
        gettext("In hand at the end"),
        (both[0].outstanding, both[1].outstanding),
        "points",
        definition="what_if_outstanding",
        href=shown.members_url(figure="outstanding"),
    )
    drawn = [moves[1], moves[3], moves[4]]
    return Block(
        name="points",
        title=gettext("Points"),
        table=Table(
            beside_columns(gettext("Movement"), shown),
            tuple(
                row(title, figures, "points", definition=key, href=shown.members_url(figure=_LISTED[key]))
                for title, figures, key in moves
                if any(figures)
            ),
            total=end,
        ),
        as_of=None,
        chart=Chart(
            labels=(*[title for title, _, _ in drawn], gettext("In hand at the end")),
            series=tuple(
                Series(
                    title,
                    (*[abs(figures[place]) for _, figures, _ in drawn], both[place].outstanding),
                    "points",
                )
                for place, title in enumerate((gettext("By the rules in force"), gettext("By the draft")))
            ),
            of_things=True,
        ),
        notes=_of_points(shown),
    )


def _of_points(shown: Shown) -> tuple[str, ...]:
    gettext = shown.visit.words.gettext
    notes = []
    if shown.question.branches:
        notes.append(
            gettext(
                "Of those who bought in these branches, all their points: an account is one for all branches."
            )
        )
    missed = [figures.missed for figures in shown.both()]
    if any(missed):
        told = [shown.visit.figures.points(points) for points in missed]
        notes.append(
            gettext(
                "Gifts that could not be had for lack of points: for {published} by the rules in force, for {draft} "
                "by the draft.",
                published=told[0],
                draft=told[1],
            )
        )
    return tuple(notes)


def make_spending(shown: Shown) -> Block:
    """Make the figures that depend on what members spend, for each way of spending, so that the range is seen."""
    gettext = shown.visit.words.gettext
    figure, *beside_it = beside_columns(gettext("Figure"), shown)
    return Block(
        name="spending",
        title=gettext("How it depends on what members spend"),
        table=Table((figure, Column(gettext("Members"), "text"), *beside_it), tuple(_of_spending(shown))),
        as_of=None,
        chart=_spending_chart(shown),
        definition="what_if_spending",
    )


def _of_spending(shown: Shown) -> Iterator[Row]:
    gettext = shown.visit.words.gettext
    figures = {spending: shown.both(spending) for spending in shown.spendings}
    worths = {spending: shown.worths(spending) for spending in shown.spendings}
    lines: list[tuple[str, Kind, dict[Spending, tuple[Figure, Figure]], str]] = [
        (
            gettext("Points spent"),
            "points",
            {each: (old.spent, new.spent) for each, (old, new) in figures.items()},
            "points_spent",
        ),
        (
            gettext("Points burned"),
            "points",
            {each: (old.burned, new.burned) for each, (old, new) in figures.items()},
            "what_if_burned",
        ),
        (
            gettext("Paid in money"),
            "money",
            {each: (old.revenue_minor, new.revenue_minor) for each, (old, new) in figures.items()},
            "what_if_paid",
        ),
        (
            gettext("Points in hand at the end, in money"),
            "money",
            {each: (old.liability, new.liability) for each, (old, new) in worths.items()},
            "what_if_liability",
        ),
    ]
    if shown.sees_margin and shown.is_costed:
        lines.append(
            (
                gettext("Result after points"),
                "money",
                {each: (old.result, new.result) for each, (old, new) in worths.items()},
                "what_if_result",
            )
        )
    for title, kind, pairs, definition in lines:
        for spending, pair in pairs.items():
            yield (
                Cell(title, definition=definition),
                gettext(SPENDING_WORDS[spending]),
                *linked(_otherwise_url(shown, _LISTED[definition], spending), *beside(*pair, kind)),
            )
    if shown.sees_margin and shown.is_costed:
        yield from _more_visits(shown)


def _otherwise_url(shown: Shown, figure: str, spending: Spending) -> str:
    return shown.members_url(figure=figure, spending="" if spending == "observed" else spending)


def _more_visits(shown: Shown) -> Iterator[Row]:
    gettext = shown.visit.words.gettext
    for spending in shown.spendings:
        found = shown.break_even(spending)
        told = {"pays": gettext("none are needed"), "never": gettext("it never pays")}.get(found.kind)
        yield (
            Cell(gettext("More visits that pay for it"), definition="what_if_break_even"),
            gettext(SPENDING_WORDS[spending]),
            None,
            told or Cell(exactly(found.share), _otherwise_url(shown, "result", spending), kind="share"),
            None,
        )


def _spending_chart(shown: Shown) -> Chart | None:
    """Draw by how much the draft differs: what both bring is so much more that nothing would be seen of it."""
    if len(shown.spendings) == 1:
        return None
    gettext = shown.visit.words.gettext
    return Chart(
        labels=tuple(gettext(SPENDING_WORDS[spending]) for spending in shown.spendings),
        series=(
            Series(
                gettext("What the draft brings more, or less"),
                tuple(exactly(-shown.break_even(spending).costs) for spending in shown.spendings),
                "money",
            ),
        ),
        of_things=True,
    )
