"""A reward of the catalogue as a form."""

from collections.abc import Sequence
from typing import Any

from plushka.delivery.office.engagement.draft.typist import Typed, Typist
from plushka.delivery.office.engagement.period import SPAN_WORDS
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.businesses.model import Branch
from plushka.domain.rewards.offers import (
    DESCRIPTION_LENGTH_MAX,
    LIFE_DAYS_MAX,
    LIMIT_MAX,
    NAME_LENGTH_MAX,
    OfferTerms,
)
from plushka.engine.program import Program


def write_terms(terms: OfferTerms, typist: Typist) -> Typed:
    """Return the terms as texts of the form."""
    return {
        "name": [terms.name],
        "description": [terms.description],
        "price": [typist.points(terms.price_points)],
        "limit": ["" if terms.limit_count is None else str(terms.limit_count)],
        "limit_span": [terms.limit_span or "always"],
        "first_on": [terms.first_on.isoformat() if terms.first_on else ""],
        "last_on": [terms.last_on.isoformat() if terms.last_on else ""],
        "life": ["" if terms.life_days is None else str(terms.life_days)],
        "returns_points": ["on"] if terms.returns_points else [],
        "branches": [str(branch_id) for branch_id in terms.branch_ids],
        "tiers": list(terms.tiers),
    }


def read_terms(
    form: Form, *, scale: int, branches: Sequence[Branch], program: Program | None
) -> OfferTerms | None:
    """Return the terms as they were typed; None, and problems in ``form``, where they cannot be read."""
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    price = form.number("price", decimals=scale, least=1, most=10**12)
    limit = form.number("limit", least=1, most=LIMIT_MAX, required=False)
    span = form.choice("limit_span", tuple(SPAN_WORDS), default="always")
    chosen = form.values("branches")
    tiers = [tier for tier, _ in tiers_of(program)]
    terms = OfferTerms(
        name=name,
        price_points=price or 1,
        description=form.text("description", required=False, length_max=DESCRIPTION_LENGTH_MAX),
        limit_count=limit,
        limit_span=span if limit is not None else None,
        branch_ids=tuple(branch.id for branch in branches if str(branch.id) in chosen),
        tiers=tuple(tier for tier in tiers if tier in form.values("tiers")),
        first_on=form.day("first_on", required=False),
        last_on=form.day("last_on", required=False),
        life_days=form.number("life", least=1, most=LIFE_DAYS_MAX, required=False),
        returns_points=form.flag("returns_points"),
    )
    return terms if form.is_sound else None


def tiers_of(program: Program | None) -> list[tuple[str, str]]:
    """Return the tiers of a programme by id, with their names."""
    return [(tier.id, tier.name) for tier in program.tiers.tiers] if program and program.tiers else []


def form_options(visit: Visit, *, branches: Sequence[Branch], program: Program | None) -> dict[str, Any]:
    """Return what the form offers to choose from."""
    return {
        "spans": [(span, visit.words.gettext(text)) for span, text in SPAN_WORDS.items()],
        "branches": [(str(branch.id), branch.name) for branch in branches],
        "tiers": tiers_of(program),
    }
