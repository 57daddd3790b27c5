"""Conditions on stamp cards in words."""

from plushka.domain.segments.telling.teller import Teller
from plushka.engine.audience import Stamped
from plushka.engine.stamp_parts import Spend
from plushka.platform.i18n import join


def tell_stamps(leaf: Stamped, teller: Teller) -> str:
    """Return a condition on a stamp card, or on a goal, as it stands within a sentence."""
    known = teller.card(leaf.card, leaf.program)
    name = teller.quoted([leaf.card], {known.id: known.name} if known else {})
    tell = _goal if known and isinstance(known.counts, Spend) else _card
    return join(tell(leaf, name, teller), teller.language)


def _card(leaf: Stamped, name: str, teller: Teller) -> list[str]:
    words, told = teller.words, []
    if (have := leaf.have_min) is not None:
        told.append(
            words.ngettext(
                "from {count} stamp on the card {name}",
                "from {count} stamps on the card {name}",
                have,
                count=teller.number(have),
                name=name,
            )
        )
    if (left := leaf.left_max) is not None:
        told.append(
            words.ngettext(
                "the card {name} lacks not more than {count} stamp",
                "the card {name} lacks not more than {count} stamps",
                left,
                count=teller.number(left),
                name=name,
            )
        )
    return told


def _goal(leaf: Stamped, name: str, teller: Teller) -> list[str]:
    words, told = teller.words, []
    if leaf.have_min is not None:
        told.append(
            words.gettext(
                "from {money} gathered for the goal {name}", money=teller.money(leaf.have_min), name=name
            )
        )
    if leaf.left_max is not None:
        told.append(
            words.gettext(
                "not more than {money} missing for the goal {name}",
                money=teller.money(leaf.left_max),
                name=name,
            )
        )
    return told
