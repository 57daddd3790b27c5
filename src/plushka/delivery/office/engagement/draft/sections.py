"""The sections of the editor: how each is written as a form, and read back into the programme."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from msgspec import structs

from plushka.delivery.office.engagement.draft.card import read_card, write_card
from plushka.delivery.office.engagement.draft.desk import Desk
from plushka.delivery.office.engagement.draft.promotion import read_promotion, write_promotion
from plushka.delivery.office.engagement.draft.redemption import read_redemption, write_redemption
from plushka.delivery.office.engagement.draft.rule import read_rule, write_rule
from plushka.delivery.office.engagement.draft.terms import read_life, read_terms, write_life, write_terms
from plushka.delivery.office.engagement.draft.tiers import COLOURS, read_tiers, write_tiers
from plushka.delivery.office.engagement.draft.typist import Typed, one, tick, under
from plushka.delivery.web.forms import Form
from plushka.domain.programs.model import UnknownRule
from plushka.engine.program import EarningRule, Program, Promotion, StampCard
from plushka.platform.i18n import marked
from plushka.platform.ids import new_id


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the editor. ``begin`` is what a new part of one of its lists has typed in it already.

    ``of`` is the section that lists what this page shows one of.
    """

    name: str
    title: str
    template: str
    write: Callable[[Desk, str], Typed]
    read: Callable[[Form, Desk, str], Program]
    begin: Callable[[str, str, Form], Typed]
    of: str = ""


def rule_of(desk: Desk, rule_id: str) -> EarningRule:
    """Return the rule of the draft that a page is about.

    :raises UnknownRule: the draft has none of this id
    """
    rule = next((rule for rule in desk.program.earning if rule.id == rule_id), None)
    if rule is None:
        raise UnknownRule
    return rule


def _read_rule(form: Form, desk: Desk, rule_id: str) -> Program:
    rule = rule_of(desk, rule_id)
    read = read_rule(form, rule, desk.program, desk.words)
    return structs.replace(
        desk.program,
        earning=tuple(read if other.id == rule_id else other for other in desk.program.earning),
    )


def promotion_of(desk: Desk, promotion_id: str) -> Promotion:
    """Return the promotion of the draft that a page is about.

    :raises UnknownRule: the draft has none of this id
    """
    promotion = next((each for each in desk.program.promotions if each.id == promotion_id), None)
    if promotion is None:
        raise UnknownRule
    return promotion


def _read_promotion(form: Form, desk: Desk, promotion_id: str) -> Program:
    promotion = promotion_of(desk, promotion_id)
    read = read_promotion(form, promotion, desk.program, desk.words)
    return structs.replace(
        desk.program,
        promotions=tuple(read if each.id == promotion_id else each for each in desk.program.promotions),
    )


def card_of(desk: Desk, card_id: str) -> StampCard:
    """Return the stamp card of the draft that a page is about.

    :raises UnknownRule: the draft has none of this id
    """
    card = next((each for each in desk.program.cards if each.id == card_id), None)
    if card is None:
        raise UnknownRule
    return card


def _read_card(form: Form, desk: Desk, card_id: str) -> Program:
    read = read_card(form, card_of(desk, card_id), desk.program, desk.words)
    return structs.replace(
        desk.program, cards=tuple(read if each.id == card_id else each for each in desk.program.cards)
    )


def _begin_part(name: str, key: str, form: Form) -> Typed:  # noqa: ARG001  the same for every promotion
    if name == "budgets":
        return under(f"budget.{key}", one(of="uses", per="promotion", window="always"))
    return under(f"part.{key}", one(quantity="1")) if name == "parts" else {}


def _read_redemption(form: Form, desk: Desk, _: str) -> Program:
    return structs.replace(desk.program, redemption=read_redemption(form, desk.program, desk.words))


def _read_tiers(form: Form, desk: Desk, _: str) -> Program:
    return structs.replace(desk.program, tiers=read_tiers(form, desk.program, desk.words))


def _read_terms(form: Form, desk: Desk, _: str) -> Program:
    return read_terms(form, desk.program, desk.words, is_new=desk.latest is None)


def _nothing(name: str, key: str, form: Form) -> Typed:  # noqa: ARG001  the same for every list
    return {}


def _begin_tier(name: str, key: str, form: Form) -> Typed:
    if name != "tiers":
        return under(name.removesuffix("s") + f".{key}", one(metric="spend", window="lifetime"))
    count = len(form.values(name))
    typed = one(
        id=f"tier-{new_id().hex[-8:]}",
        painted=tick(on=True),
        colour=COLOURS[min(count, len(COLOURS) - 1)],
        match="all",
    )
    typed["reqs"] = ["0"] if count else []
    return under(f"tier.{key}", typed | under("req.0", one(metric="spend", window="lifetime")))


SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        section.name: section
        for section in (
            Section(
                "earning",
                marked("Earning"),
                "earning.html",
                lambda desk, rule_id: {},  # noqa: ARG005  a list of rules has no fields
                lambda form, desk, rule_id: desk.program,  # noqa: ARG005
                _nothing,
            ),
            Section(
                "promotions",
                marked("Promotions"),
                "promotions.html",
                lambda desk, _: {},  # noqa: ARG005  a list of promotions has no fields
                lambda form, desk, _: desk.program,  # noqa: ARG005
                _nothing,
            ),
            Section(
                "cards",
                marked("Stamps and goals"),
                "cards.html",
                lambda desk, _: {},  # noqa: ARG005  a list of cards has no fields
                lambda form, desk, _: desk.program,  # noqa: ARG005
                _nothing,
            ),
            Section(
                "redemption",
                marked("Spending"),
                "redemption.html",
                lambda desk, _: write_redemption(desk.program, desk.typist),
                _read_redemption,
                _nothing,
            ),
            Section(
                "life",
                marked("Life of points"),
                "life.html",
                lambda desk, _: write_life(desk.program),
                lambda form, desk, _: read_life(form, desk.program),
                _nothing,
            ),
            Section(
                "tiers",
                marked("Tiers"),
                "tiers.html",
                lambda desk, _: write_tiers(desk.program, desk.typist),
                _read_tiers,
                _begin_tier,
            ),
            Section(
                "terms",
                marked("Other terms"),
                "terms.html",
                lambda desk, _: write_terms(desk.program, desk.typist),
                _read_terms,
                _nothing,
            ),
        )
    }
)
ITEMS: Mapping[str, Section] = MappingProxyType(
    {
        section.name: section
        for section in (
            Section(
                "rule",
                marked("Earning"),
                "rule.html",
                lambda desk, rule_id: write_rule(rule_of(desk, rule_id), desk.typist),
                _read_rule,
                _nothing,
                of="earning",
            ),
            Section(
                "promotion",
                marked("Promotions"),
                "promotion.html",
                lambda desk, promotion_id: write_promotion(promotion_of(desk, promotion_id), desk.typist),
                _read_promotion,
                _begin_part,
                of="promotions",
            ),
            Section(
                "card",
                marked("Stamps and goals"),
                "card.html",
                lambda desk, card_id: write_card(card_of(desk, card_id), desk.typist),
                _read_card,
                _nothing,
                of="cards",
            ),
        )
    }
)
"""A rule, a promotion and a stamp card have pages of their own below their lists."""
