"""Conditions on events in words."""

from plushka.domain.events.asking import tell_tests
from plushka.domain.events.model import translated
from plushka.domain.segments.telling.purchases import lately, often
from plushka.domain.segments.telling.teller import Teller
from plushka.engine.audience import Happened


def tell_event(leaf: Happened, teller: Teller) -> str:
    """Return a condition on events as it stands within a sentence; what is asked of each is in brackets."""
    words, known = teller.words, teller.names.events.get(leaf.kind)
    kind = translated(known, words) if known else None
    told = words.gettext("event “{name}”", name=kind.title if kind else leaf.kind)
    if leaf.where:
        told = f"{told} ({tell_tests(leaf.where, kind, words, teller.money)})"
    return lately(often(told, leaf.times_min, teller), leaf.days, teller)
