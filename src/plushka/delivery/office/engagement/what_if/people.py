"""Who gains and who loses, by where members are today and by what they spend; and the receipts that differ most."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from plushka.delivery.office.engagement.what_if.shown import NONE, Shown
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Block, Cell, Chart, Column, Empty, Row, Series, Table
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.domain.simulation.planning import TENTHS
from plushka.domain.simulation.question import Change, Example
from plushka.domain.simulation.shares import PUBLISHED
from plushka.engine.lifecycle import GROUPS

MEMBERS_LEAST = 2 * TENTHS
"""Of fewer members tenths say nothing."""


def make_groups(shown: Shown) -> Block:
    gettext = shown.visit.words.gettext
    names: dict[str, str] = {group: gettext(GROUP_WORDS[group]) for group in GROUPS}
    changes = _added(shown, 0)
    order = [*names, *[group for group in changes if group not in names]]
    named = [
        (names.get(group, gettext("In no group yet")), changes[group], {"group": group or NONE})
        for group in order
        if group in changes
    ]
    return _block(shown, "groups", gettext("Who gains and loses, by group"), gettext("Group today"), named)


def make_tiers_today(shown: Shown) -> Block:
    gettext = shown.visit.words.gettext
    changes = _added(shown, 1)
    named = [
        (shown.tier_name(tier), changes[tier], {"tier": tier or NONE})
        for tier in shown.voice(PUBLISHED).in_tier_order(changes)
    ]
    return _block(shown, "tiers-today", gettext("Who gains and loses, by tier"), gettext("Tier today"), named)


def make_tenths(shown: Shown) -> Block:
    gettext = shown.visit.words.gettext
    changes = _added(shown, 2)
    named = [
        (tenth_name(TENTHS - place, shown), changes[str(place)], {"tenth": str(TENTHS - place)})
        for place in reversed(range(TENTHS))
        if str(place) in changes
    ]
    is_few = sum(change.members for _, change, _ in named) < MEMBERS_LEAST
    return _block(
        shown,
        "tenths",
        gettext("Who gains and loses, by what they spend"),
        gettext("A tenth of the members"),
        [] if is_few else named,
        definition="what_if_tenths",
        labels=[str(TENTHS - place) for place in reversed(range(TENTHS)) if str(place) in changes],
    )


def tenth_name(number: int, shown: Shown) -> str:
    """Return what the tenth ``number`` of members is called, 1 is of who spend most."""
    gettext = shown.visit.words.gettext
    if number == 1:
        return gettext("Tenth 1: they spend most")
    return (
        gettext("Tenth 10: they spend least")
        if number == TENTHS
        else gettext("Tenth {number}", number=number)
    )


def _added(shown: Shown, place: Literal[0, 1, 2]) -> dict[str, Change]:
    """Return the changes of all segments by one part of their names."""
    added: dict[str, Change] = {}
    for segment, change in shown.answer.segments.items():
        added.setdefault(segment.split("|")[place], Change()).add(change)
    return added


def _block(
    shown: Shown,
    name: str,
    title: str,
    whose: str,
    named: Sequence[tuple[str, Change, Mapping[str, str]]],
    *,
    definition: str = "what_if_gain",
    labels: Sequence[str] = (),
) -> Block:
    gettext = shown.visit.words.gettext
    unit = shown.unit
    whole = Change()
    for _, change, _ in named:
        whole.add(change)

    def values(each: str, change: Change, who: Mapping[str, str]) -> Row:
        gained, lost = Ratio(change.gained, unit), Ratio(change.lost, unit)
        more = change.gained - change.lost
        return (
            each,
            *linked(all_of_them := shown.members_url(**who, bought="yes"), change.members),
            *linked(shown.members_url(**who, change="gains"), change.gaining, gained),
            *linked(shown.members_url(**who, change="loses"), change.losing, lost),
            *linked(
                all_of_them,
                Cell(Ratio(more, unit), is_signed=True, good="neither"),
                Cell(Ratio(more, unit * change.members), is_signed=True, good="neither"),
            ),
        )

    drawn: tuple[tuple[str, Callable[[Change], int]], ...] = (
        (gettext("Gained together"), lambda change: change.gained),
        (gettext("Lost together"), lambda change: change.lost),
    )
    return Block(
        name=name,
        title=title,
        table=Table(
            (
                Column(whose, "text"),
                Column(gettext("Members"), "count", "what_if_members"),
                Column(gettext("Gain"), "count", "what_if_gaining"),
                Column(gettext("Gained together"), "money", "what_if_gained"),
                Column(gettext("Lose"), "count", "what_if_losing"),
                Column(gettext("Lost together"), "money", "what_if_lost"),
                Column(gettext("On balance"), "money", "what_if_balance"),
                Column(gettext("On balance a member"), "money", "what_if_balance_mean"),
            ),
            tuple(values(*each) for each in named),
            total=values(gettext("All"), whole, {}) if named else None,
        ),
        as_of=None,
        chart=Chart(
            labels=tuple(labels or [each for each, _, _ in named]),
            series=tuple(
                Series(of, tuple(Ratio(pick(change), unit) for _, change, _ in named), "money")
                for of, pick in drawn
            ),
            of_things=True,
        ),
        definition=definition,
        empty=Empty(
            gettext("Too few members"),
            gettext("There is nothing to divide: hardly any member bought in this time."),
        ),
    )


def make_gaining(shown: Shown) -> Block:
    title = shown.visit.words.gettext("Receipts that give their members more")
    return _examples(shown, "receipts-more", title, shown.answer.gaining)


def make_losing(shown: Shown) -> Block:
    title = shown.visit.words.gettext("Receipts that give their members less")
    return _examples(shown, "receipts-less", title, shown.answer.losing)


def _examples(shown: Shown, name: str, title: str, examples: Sequence[Example]) -> Block:
    gettext = shown.visit.words.gettext
    groups = (gettext("By the rules in force"), gettext("By the draft"))
    columns = [
        Column(gettext("Receipt"), "text"),
        Column(gettext("Branch"), "text"),
        Column(gettext("Amount"), "money", "what_if_amount"),
    ]
    for group in groups:
        columns += [
            Column(gettext("Discount"), "money", "what_if_discount", group=group),
            Column(gettext("Issued"), "points", "what_if_example_issued", group=group),
            Column(gettext("Spent"), "points", "what_if_example_spent", group=group),
        ]
    columns.append(Column(gettext("To the member"), "money", "what_if_example"))
    return Block(
        name=name,
        title=title,
        table=Table(tuple(columns), tuple(_example_rows(shown, examples))),
        as_of=None,
        notes=(
            gettext("At most one receipt of a member. Open one, and you see why each programme decides so."),
        )
        if examples
        else (),
        empty=Empty(gettext("There are none"), gettext("No receipt comes out that way.")),
    )


def _example_rows(shown: Shown, examples: Sequence[Example]) -> Iterator[Row]:
    for example in examples:
        branch = shown.branches.get(example.branch_id)
        href = f"{shown.url}/receipts/{example.receipt_id}"
        moment = shown.visit.figures.moment(example.at, branch.time_zone if branch else None)
        yield (
            Cell(moment, href=href),
            branch.name if branch else "",
            *linked(href, example.amount_minor, *example.published, *example.draft),
            Cell(Ratio(example.difference, shown.unit), href, is_signed=True, good="neither"),
        )
