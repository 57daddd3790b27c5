"""Phase 2: the tier's or the member's personal discount, whichever is larger."""

from collections.abc import Sequence

from plushka.engine.phases.case import Case
from plushka.engine.prices import weights_of
from plushka.engine.purchase import Discount
from plushka.engine.reasons import note
from plushka.engine.shares import rounded, spread
from plushka.engine.version import BP


def discount(case: Case, amounts_minor: Sequence[int]) -> Discount | None:
    """Return the discount on the lines that take part, rounded once and spread over them (S1); equal rates: tier."""
    tier = case.tier
    personal_bp = case.member.personal_discount_bp
    by_tier = tier.discount_bp >= personal_bp
    rate_bp = tier.discount_bp if by_tier else personal_bp
    if rate_bp == 0:
        return None
    smaller_bp = personal_bp if by_tier else tier.discount_bp
    if smaller_bp:
        case.notes.append(
            note("discount_outbid", source="personal" if by_tier else "tier", rate_bp=smaller_bp)
        )
    weights = weights_of(amounts_minor, case.sight.masks)
    amount_minor = rounded(sum(weights) * rate_bp, BP, case.version.program.rounding)
    return Discount(
        source="tier" if by_tier else "personal",
        rate_bp=rate_bp,
        amount_minor=amount_minor,
        by_line=tuple(spread(amount_minor, weights)),
        id=tier.id if by_tier else None,
    )
