"""How points are spent, as a form."""

from plushka.delivery.office.engagement.draft.goods import read_goods, write_goods
from plushka.delivery.office.engagement.draft.typist import TRUE, Typed, Typist, one, tick, under
from plushka.delivery.web.forms import Form
from plushka.engine.program import Program, Redemption, RedemptionLimits
from plushka.platform.i18n import Translator

_POINTS_MAX = 10**15


def write_redemption(program: Program, typist: Typist) -> Typed:
    """Return how points are spent as texts of the form."""
    redemption = program.redemption
    shown = redemption or Redemption()
    typed = {
        **one(enabled=tick(on=redemption is not None), blocked=tick(on=shown.blocked_by_debt)),
        **under("limits", _write_limits(shown.limits, typist)),
        **write_goods("excluded", shown.excluded),
    }
    for tier, limits in shown.by_tier.items():
        typed |= under(f"tier.{tier}", {**_write_limits(limits, typist), "own": [TRUE]})
    return typed


def _write_limits(limits: RedemptionLimits, typist: Typist) -> Typed:
    return one(
        share=typist.rate(limits.receipt_share_bp),
        receipt_min=typist.money(limits.receipt_min_minor) if limits.receipt_min_minor else "",
        points_min=typist.points(limits.points_min) if limits.points_min else "",
        residual=typist.points(limits.balance_residual_min) if limits.balance_residual_min else "",
    )


def read_redemption(form: Form, program: Program, words: Translator) -> Redemption | None:
    """Return how points are spent; None: they cannot be."""
    if not form.flag("enabled"):
        return None
    tiers = program.tiers.tiers if program.tiers else ()
    before = program.redemption or Redemption()
    return Redemption(
        limits=_read_limits(form, "limits", program),
        by_tier={
            tier.id: _read_limits(form, f"tier.{tier.id}", program)
            for tier in tiers
            if form.flag(f"tier.{tier.id}.own")
        },
        excluded=read_goods(form, "excluded", words, before.excluded),
        blocked_by_debt=form.flag("blocked"),
    )


def _read_limits(form: Form, prefix: str, program: Program) -> RedemptionLimits:
    def points(name: str) -> int:
        typed = form.number(
            f"{prefix}.{name}", decimals=program.point.scale, most=_POINTS_MAX, required=False
        )
        return typed or 0

    share_bp = form.rate(f"{prefix}.share")
    return RedemptionLimits(
        receipt_share_bp=share_bp if share_bp is not None else RedemptionLimits().receipt_share_bp,
        receipt_min_minor=form.money(f"{prefix}.receipt_min", program.currency, required=False) or 0,
        points_min=points("points_min"),
        balance_residual_min=points("residual"),
    )
