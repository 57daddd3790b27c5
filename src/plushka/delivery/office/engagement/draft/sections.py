"""The sections of the editor: how each is written as a form, and read back into the programme."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from msgspec import structs

from plushka.delivery.office.engagement.draft.card import read_card, write_card
from plushka.delivery.office.engagement.draft.desk import Desk
from plushka.delivery.office.engagement.draft.friends import read_friends, write_friends
from plushka.delivery.office.engagement.draft.new_friends import begin_friends
from plushka.delivery.office.engagement.draft.occasion import read_occasion, write_occasion
from plushka.delivery.office.engagement.draft.promotion import read_promotion, write_promotion
from plushka.delivery.office.engagement.draft.redemption import read_redemption, write_redemption
from plushka.delivery.office.engagement.draft.rule import read_rule, write_rule
from plushka.delivery.office.engagement.draft.terms import read_life, read_terms, write_life, write_terms
from plushka.delivery.office.engagement.draft.tiers import COLOURS, read_tiers, write_tiers
from plushka.delivery.office.engagement.draft.typist import Typed, one, tick, under
from plushka.delivery.web.forms import Form
from plushka.domain.programs.model import UnknownRule
from plushka.engine.program import EarningRule, Occasion, Program, Promotion, StampCard
from plushka.platform.i18n import marked
from plushka.platform.ids import new_id

PartT = TypeVar("PartT", EarningRule, Promotion, StampCard, Occasion)


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


def part_of(parts: Sequence[PartT], part_id: str) -> PartT:
    """Return the rule, the promotion, the card or the occasion of the draft that a page is about.

    :raises UnknownRule: the draft has none of this id
    """
    part = next((each for each in parts if each.id == part_id), None)
    if part is None:
        raise UnknownRule
    return part


def _replaced(parts: Sequence[PartT], read: PartT) -> tuple[PartT, ...]:
    return tuple(read if each.id == read.id else each for each in parts)


def _read_rule(form: Form, desk: Desk, rule_id: str) -> Program:
    rules = desk.program.earning
    read = read_rule(form, part_of(rules, rule_id), desk.program, desk.words)
    return structs.replace(desk.program, earning=_replaced(rules, read))


def _read_promotion(form: Form, desk: Desk, promotion_id: str) -> Program:
    promotions = desk.program.promotions
    read = read_promotion(form, part_of(promotions, promotion_id), desk.program, desk.words)
    return structs.replace(desk.program, promotions=_replaced(promotions, read))


def _read_card(form: Form, desk: Desk, card_id: str) -> Program:
    cards = desk.program.cards
    read = read_card(form, part_of(cards, card_id), desk.program, desk.words)
    return structs.replace(desk.program, cards=_replaced(cards, read))


def _read_occasion(form: Form, desk: Desk, occasion_id: str) -> Program:
    occasions = desk.program.occasions
    read = read_occasion(form, part_of(occasions, occasion_id), desk.program, desk.words, desk.event_kinds)
    return structs.replace(desk.program, occasions=_replaced(occasions, read))


def _begin_part(name: str, key: str, form: Form) -> Typed:  # noqa: ARG001  the same for every promotion
    if name == "budgets":
        return under(f"budget.{key}", one(of="uses", per="promotion", window="always"))
    return under(f"part.{key}", one(quantity="1")) if name == "parts" else {}


def _read_redemption(form: Form, desk: Desk, _: str) -> Program:
    return structs.replace(desk.program, redemption=read_redemption(form, desk.program, desk.words))


def _read_friends(form: Form, desk: Desk, _: str) -> Program:
    return structs.replace(desk.program, referral=read_friends(form, desk.program, desk.words))


def _read_tiers(form: Form, desk: Desk, _: str) -> Program:
    return structs.replace(desk.program, tiers=read_tiers(form, desk.program, desk.words))


def _read_terms(form: Form, desk: Desk, _: str) -> Program:
    return read_terms(form, desk.program, desk.words, is_new=desk.latest is None)


def _begin_friends(name: str, kind: str, form: Form) -> Typed:  # noqa: ARG001  the same whatever was typed
    return begin_friends(kind) if name == "begin" else {}


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


def _list_of(name: str, title: str) -> Section:
    """Return the section of a list: it has no fields of its own, its parts have pages."""
    return Section(
        name,
        title,
        f"{name}.html",
        lambda *_: {},
        lambda _form, desk, _id: desk.program,
        _nothing,
    )


SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        section.name: section
        for section in (
            _list_of("earning", marked("Earning")),
            _list_of("promotions", marked("Promotions")),
            _list_of("cards", marked("Stamps and goals")),
            _list_of("occasions", marked("Occasions")),
            Section(
                "friends",
                marked("Friends"),
                "friends.html",
                lambda desk, _: write_friends(desk.program, desk.typist),
                _read_friends,
                _begin_friends,
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
                lambda desk, rule_id: write_rule(part_of(desk.program.earning, rule_id), desk.typist),
                _read_rule,
                _nothing,
                of="earning",
            ),
            Section(
                "promotion",
                marked("Promotions"),
                "promotion.html",
                lambda desk, promotion_id: write_promotion(
                    part_of(desk.program.promotions, promotion_id), desk.typist
                ),
                _read_promotion,
                _begin_part,
                of="promotions",
            ),
            Section(
                "card",
                marked("Stamps and goals"),
                "card.html",
                lambda desk, card_id: write_card(part_of(desk.program.cards, card_id), desk.typist),
                _read_card,
                _nothing,
                of="cards",
            ),
            Section(
                "occasion",
                marked("Occasions"),
                "occasion.html",
                lambda desk, occasion_id: write_occasion(
                    part_of(desk.program.occasions, occasion_id), desk.typist, desk.event_kinds
                ),
                _read_occasion,
                _nothing,
                of="occasions",
            ),
        )
    }
)
"""A rule, a promotion, a stamp card and an occasion have pages of their own below their lists."""
