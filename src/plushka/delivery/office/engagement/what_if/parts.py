"""What each rule, each promotion and each tier comes to, by the published rules and by the draft."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from msgspec import structs

from plushka.delivery.office.engagement.what_if.comparing import beside, beside_columns
from plushka.delivery.office.engagement.what_if.shown import NONE, Shown
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Block, Chart, Column, Empty, Kind, Row, Series, Table
from plushka.domain.simulation.figures import NOTHING
from plushka.domain.simulation.shares import DRAFT, PUBLISHED
from plushka.engine.promotion_plans import is_gift
from plushka.platform.i18n import marked

_DISCOUNTS = {":tier": marked("Discounts of tiers"), ":personal": marked("Personal discounts")}
Sums = Mapping[str, tuple[int, int]]


def make_rules(shown: Shown) -> Block:
    gettext = shown.visit.words.gettext
    published, draft = shown.both()
    return Block(
        name="rules",
        title=gettext("Points by rule"),
        table=Table(
            _columns(shown, gettext("Rule"), Column(gettext("Points"), "points", "what_if_rule_points")),
            tuple(_rows(shown, "rule", published.rules, draft.rules, lambda _: "points")),
        ),
        as_of=None,
        definition="what_if_rules",
        empty=Empty(gettext("No rule gave points"), gettext("Neither the rules in force nor the draft.")),
    )


def make_promotions(shown: Shown) -> Block:
    gettext = shown.visit.words.gettext
    published, draft = shown.both()
    gifts = {
        promotion.id
        for course in (PUBLISHED, DRAFT)
        for promotion in shown.program(course).promotions
        if is_gift(promotion)
    }
    return Block(
        name="promotions",
        title=gettext("Discounts and gifts by promotion"),
        table=Table(
            _columns(
                shown,
                gettext("Promotion"),
                Column(gettext("Discount, or gifts"), "money", "what_if_promotion_sum"),
            ),
            tuple(
                _rows(
                    shown,
                    "promotion",
                    published.promotions,
                    draft.promotions,
                    lambda key: "count" if key in gifts else "money",
                )
            ),
        ),
        as_of=None,
        definition="what_if_promotions",
        empty=Empty(
            gettext("No promotion applied"), gettext("Neither by the rules in force nor by the draft.")
        ),
    )


def _columns(shown: Shown, title: str, summed: Column) -> tuple[Column, ...]:
    gettext = shown.visit.words.gettext
    groups = (gettext("By the rules in force"), gettext("By the draft"))
    return (
        Column(title, "text"),
        *[
            column
            for group in groups
            for column in (
                Column(gettext("Receipts"), "count", "what_if_part_receipts", group=group),
                structs.replace(summed, group=group),
            )
        ],
        Column(gettext("Difference"), summed.kind, "what_if_difference"),
    )


def _rows(
    shown: Shown,
    what: Literal["rule", "promotion"],
    published: Sums,
    draft: Sums,
    kind_of: Callable[[str], Kind],
) -> Iterator[Row]:
    """Yield a line for each key that either has, those of the largest sums first."""
    gettext = shown.visit.words.gettext
    pairs = {key: (published.get(key, NOTHING), draft.get(key, NOTHING)) for key in {**published, **draft}}
    for key, (old, new) in sorted(
        pairs.items(), key=lambda each: (-max(sum_ for _, sum_ in each[1]), each[0])
    ):
        was, by_draft, more = beside(old[1], new[1], kind_of(key))
        name = gettext(_DISCOUNTS[key]) if key in _DISCOUNTS else shown.rule_name(key)
        receipts = shown.members_url(figure=f"{what}_receipts", of=key)
        sums = shown.members_url(figure="rule_points" if what == "rule" else "promotion_sum", of=key)
        yield (
            name,
            *linked(receipts, old[0]),
            *linked(sums, was),
            *linked(receipts, new[0]),
            *linked(sums, by_draft, more),
        )


def make_tiers(shown: Shown) -> Block:
    visit = shown.visit
    gettext = visit.words.gettext
    published, draft = shown.both()
    tiers = shown.voice(DRAFT).in_tier_order({*published.tiers, *draft.tiers})
    pairs = [(tier, (published.tiers.get(tier, 0), draft.tiers.get(tier, 0))) for tier in tiers]
    has_tiers = any(shown.program(course).tiers for course in (PUBLISHED, DRAFT))
    titles = (gettext("By the rules in force"), gettext("By the draft"))
    return Block(
        name="tiers",
        title=gettext("Members by tier at the end"),
        table=Table(
            beside_columns(gettext("Tier"), shown),
            tuple(_tier(shown, tier, counts) for tier, counts in pairs) if has_tiers else (),
        ),
        as_of=None,
        chart=Chart(
            labels=tuple(shown.tier_name(tier) for tier, _ in pairs),
            series=tuple(
                Series(title, tuple(counts[place] for _, counts in pairs), "count")
                for place, title in enumerate(titles)
            ),
            of_things=True,
        ),
        definition="what_if_tiers",
        empty=Empty(
            gettext("There are no tiers"), gettext("Neither the rules in force nor the draft have any.")
        ),
    )


def _tier(shown: Shown, tier: str, counts: tuple[int, int]) -> Row:
    by_published, by_draft, more = beside(*counts, "count")
    end = tier or NONE
    return (
        shown.tier_name(tier),
        *linked(shown.members_url(ends=f"{PUBLISHED}:{end}"), by_published),
        *linked(shown.members_url(ends=f"{DRAFT}:{end}"), by_draft),
        more,
    )
