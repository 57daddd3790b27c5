"""Phase 9: what the receipt does to the member's stamp cards and tier (S13), and for who brought them (S14)."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from plushka.engine.phases.case import Case
from plushka.engine.phases.earning import earn, with_awards
from plushka.engine.phases.gain import Earned
from plushka.engine.phases.referring import NOTHING as NO_FRIEND
from plushka.engine.phases.referring import refer
from plushka.engine.phases.stamping import NOTHING as NO_STAMPS
from plushka.engine.phases.stamping import Stamped, stamp
from plushka.engine.plans import TierPlan
from plushka.engine.prices import taking_part
from plushka.engine.purchase import Referred, Totals
from plushka.engine.reasons import note
from plushka.engine.receipt_tests import Scene
from plushka.engine.tiers import tier_after

EARNING_OFF = note("earning_off_when_redeeming")


class Progress(Struct, frozen=True):
    """Phases 8 and 9 together: what was earned, at which tier, and where the member stands then."""

    earned: Earned
    earned_at: TierPlan
    tier_after: str | None
    totals: tuple[Totals, ...]
    spend_minor: int
    stamped: Stamped
    referred: Referred | None


def earn_and_rise(case: Case, scene: Scene, nets_minor: Sequence[int], *, points_spent: int) -> Progress:
    """Earn at the member's tier, then raise it; with ``upgrade_counts_now`` earn again at the tier that was reached.

    Conditions look at the prices of ``scene``; ``nets_minor`` (after points) are what is earned on. Prices and
    the redemption stay those of the tier before: the customer has seen them; so do stamps and what is for friends.
    """
    version, tier, member = case.version, case.tier, case.member
    is_as_priced = nets_minor is scene.prices_minor
    spend_minor = scene.receipt_minor if is_as_priced else taking_part(nets_minor, case.sight.masks)
    earns = version.program.earn_when_redeeming or not points_spent
    stamped, referring = NO_STAMPS, NO_FRIEND
    # Why a card gets no stamp, and no friend any points, is told only to those who ask.
    if version.cards and (case.explains or scene.bits & version.cards_mask):
        stamped = stamp(case, scene, nets_minor)
    if version.referral and (case.explains or member.invited):
        referring = refer(version, member, scene, nets_minor)
    awards = (*stamped.awards, referring.award) if referring.award else stamped.awards
    notes = (*stamped.notes, *referring.notes) if case.explains else ()
    earned = earn(case, tier, scene, nets_minor) if earns else Earned(notes=(EARNING_OFF,))
    if awards or notes:
        earned = with_awards(earned, awards, notes)
    tiers = version.program.tiers
    if tiers is None:
        return Progress(earned, tier, None, (), spend_minor, stamped, referring.referred)
    if tier is version.tiers[-1] and not case.explains:
        # Nobody rises above the highest, and nobody asks how far the next one is.
        return Progress(earned, tier, tier.id, (), spend_minor, stamped, referring.referred)
    totals, more = version.totals_of(member), Totals(spend_minor, 1, earned.points)
    after = tier_after(version, tier.id, totals, more)
    if after != tier.id and tiers.upgrade_counts_now and earns:
        tier = version.tier_plan(after)
        again = earn(case, tier, replace(scene, tier=after), nets_minor)
        earned = with_awards(again, awards, notes)
        more = Totals(spend_minor, 1, earned.points)
        after = tier_after(version, after, totals, more)
    counting = _counting(totals, more) if case.explains else ()
    return Progress(earned, tier, after, counting, spend_minor, stamped, referring.referred)


def _counting(totals: Sequence[Totals], more: Totals) -> tuple[Totals, ...]:
    """Return the member's totals with this purchase in them."""
    return tuple(
        [
            Totals(
                before.spend_minor + more.spend_minor,
                before.visits + more.visits,
                before.points_earned + more.points_earned,
                before.active_friends,
            )
            for before in totals
        ]
    )
