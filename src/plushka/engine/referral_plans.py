"""What a programme gives for friends, compiled: its condition and its lines worked out once and not at each receipt."""

from dataclasses import dataclass

from plushka.engine.line_masks import LineMasks
from plushka.engine.program import REFERRAL, Referral
from plushka.engine.purchase import Note
from plushka.engine.reasons import note
from plushka.engine.receipt_tests import Test, receipt_test


@dataclass(frozen=True, slots=True)
class ReferralPlan:
    """``bit`` marks the lines that count."""

    referral: Referral
    when: Test | None
    bit: int
    no_lines: Note
    nothing_paid: Note
    too_small: Note


def referral_plan(referral: Referral | None, masks: LineMasks) -> ReferralPlan | None:
    if referral is None:
        return None
    return ReferralPlan(
        referral=referral,
        when=receipt_test(referral.when, REFERRAL, masks) if referral.when is not None else None,
        bit=masks.bit_of(referral.lines),
        no_lines=note("no_lines", rule=REFERRAL),
        nothing_paid=note("nothing_paid", rule=REFERRAL),
        too_small=note("friend_paid_too_little", rule=REFERRAL, min_minor=referral.paid_min_minor),
    )
