"""The closed list of reason codes: why a rule did not apply, or what was cut.

A delivery turns a note into a sentence from its code and its facts, so every code stands here with
the facts it carries. Codes are stable: reports and integrators count them.
"""

from typing import Final

from plushka.engine.purchase import Note

REASONS: Final[dict[str, tuple[str, ...]]] = {
    # The receipt or the member does not satisfy a rule's condition; the first part that failed is told.
    "other_branch": ("branches",),
    "other_channel": ("channels",),
    "other_weekday": ("days",),
    "outside_time": ("start", "end"),
    "outside_period": ("first_on", "last_on"),
    "receipt_too_small": ("min_minor",),
    "receipt_too_large": ("max_minor",),
    "other_tier": ("tiers",),
    "other_segment": ("segments",),
    "other_tag": ("tags",),
    "coupon_missing": ("coupons",),
    "not_first_purchase": (),
    "no_recent_purchase": ("days",),
    "not_birthday": ("days_before", "days_after"),
    "lines_missing": ("quantity_min_milli", "amount_min_minor"),
    "excluded_when": ("condition",),
    "no_alternative": (),
    # A rule whose condition holds gave nothing.
    "no_lines": (),
    "outbid": (),
    "shut_out": (),
    "no_points": ("base_minor",),
    "nothing_to_multiply": (),
    # The whole receipt earns nothing.
    "anonymous": (),
    "member_blocked": (),
    "earning_off_when_redeeming": (),
    # A cap cut points; with ``rule`` it is the rule's own, without it the programme's.
    "cap_per_receipt": ("cap", "cut"),
    "cap_per_day": ("cap", "cut"),
    "cap_per_month": ("cap", "cut"),
    # A promotion whose condition holds takes nothing off: nothing to lower, no whole set; or it was cut.
    "no_benefit": (),
    "set_incomplete": (),
    "promotion_floor": ("cut_minor",),
    "budget_spent": ("of", "per", "window", "most"),
    "budget_unknown": (),
    "budget_cut": ("left_minor", "cut_minor"),
    "promotion_cap": ("cap_minor", "cut_minor"),
    # The member is left alone by it, so that what it causes can be seen; tills and members are not told.
    "control_group": (),
    # A promotion lets points pay more of the receipt than the programme does.
    "share_raised": ("share_bp",),
    # A stamp card gets no stamp.
    "day_stamped": (),
    "nothing_paid": (),
    "stamps_not_counted": (),
    # An occasion gives no points.
    "occasion_paused": (),
    "not_the_day": ("days_before",),
    "date_given_lately": ("days",),
    "given_already": (),
    "other_messenger": (),
    "profile_unfilled": (),
    "other_event": (),
    "date_unknown": (),
    "event_differs": ("field",),
    "occasion_limit": ("times", "per", "days"),
    "occasion_budget_spent": ("of", "window", "most"),
    "blocked_gets_nothing": (),
    "not_in_program": (),
    "back_after_deletion": (),
    "balance_full": (),
    # A friend's purchase gives nothing to who brought them.
    "no_referrer": (),
    "friend_paid_too_little": ("min_minor",),
    "referral_used_up": ("purchases",),
    "referral_not_counted": (),
    # Of a tier's and a personal discount only the larger applies.
    "discount_outbid": ("source", "rate_bp"),
    # Points cannot be spent, or not as many as asked.
    "redemption_off": (),
    "redemption_blocked_by_debt": ("debt",),
    "redemption_unverified": (),
    "redemption_stopped": (),
    "redemption_receipt_too_small": ("min_minor",),
    "redemption_below_minimum": ("points_min",),
    "redemption_clamped": ("requested", "points_max"),
    "redemption_rounded": ("requested", "points"),
}


def note(code: str, *, rule: str | None = None, **facts: int | str) -> Note:
    """Return a note with a code of the list above and the facts that the list promises for it."""
    return Note(code=code, rule=rule, facts=facts)
