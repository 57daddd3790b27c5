"""What a month of a journey can prove, told before it is published: by the members whom it would have met."""

from plushka.delivery.office.visit import Visit
from plushka.domain.insights.campaigns.sight import HOPED_LIFT_BP, Prospect
from plushka.engine.experiments.effects import CONTROL_MIN
from plushka.engine.experiments.groups import BP
from plushka.engine.journeys.parts import Journey, OnBurn, OnCart, OnTierRisk

MONTHS_MAX = 24
"""Nobody waits longer."""


def met_told(journey: Journey, prospect: Prospect, visit: Visit) -> str:
    """Return what stands below the number of members whom it is in a month."""
    if isinstance(journey.trigger, OnBurn | OnTierRisk):
        return visit.words.ngettext(
            "member in the 30 days to come, as things stand now",
            "members in the 30 days to come, as things stand now",
            prospect.members,
        )
    return visit.words.ngettext(
        "member in 30 days or so, as the last 30 were",
        "members in 30 days or so, as the last 30 were",
        prospect.members,
    )


def outlook(journey: Journey, prospect: Prospect, visit: Visit) -> list[str]:
    """Return how the month was counted, where that is not plain, and what its control group sees."""
    words, figures, sight = visit.words, visit.figures, prospect.sight
    told = []
    if isinstance(journey.trigger, OnCart):
        told.append(
            words.gettext(
                "Carts are counted as they were told last: who left one, came back, changed it and bought at once"
                " is not among them."
            )
        )
    if journey.control_bp and prospect.members:
        told.append(
            words.gettext(
                "{share} of them are left alone by lot: the control group. In 30 days that is some {count}.",
                share=figures.percent(journey.control_bp),
                count=figures.number(sight.control),
            )
        )
    if journey.control_bp and prospect.lift_bp is not None and not prospect.is_weak:
        told.append(
            words.gettext(
                "Then it is seen if members pay {share} more, or more than that.",
                share=figures.percent(prospect.lift_bp),
            )
        )
    return told


def warnings(journey: Journey, prospect: Prospect, visit: Visit) -> list[str]:
    """Return why the journey will prove little or nothing, and after how long it can."""
    words, figures, sight = visit.words, visit.figures, prospect.sight
    if not journey.control_bp:
        return [words.gettext("Without a control group nobody will know what the journey has caused.")]
    if not prospect.members:
        return [
            words.gettext(
                "Nobody would have begun it in 30 days: it cannot be said when it can be told what it has caused."
            )
        ]
    if not prospect.is_weak:
        return []
    hoped = figures.percent(HOPED_LIFT_BP)
    if sight.is_too_few:
        held_out = prospect.members * min(journey.control_bp, BP - journey.control_bp)
        told = words.gettext(
            "The control group is too small: anything can be proven only with {least} members on either side. {when}",
            least=CONTROL_MIN,
            when=_when(-(-CONTROL_MIN * BP // held_out), visit),
        )
    elif prospect.lift_bp is None or prospect.times_as_many is None:
        told = words.gettext(
            "Nobody of them has bought lately, so it cannot be said what the control group will see."
        )
    else:
        told = words.gettext(
            "After a month it is only seen if members pay {share} more; a good journey lifts {hoped}. {when}",
            share=figures.percent(prospect.lift_bp),
            hoped=hoped,
            when=_when(prospect.times_as_many, visit),
        )
    if prospect.control_needed_bp is not None:
        share = figures.percent(prospect.control_needed_bp)
        told += " " + words.gettext(
            "To see {hoped} within a month leave {share} alone.", hoped=hoped, share=share
        )
    return [told]


def _when(months: int, visit: Visit) -> str:
    if months > MONTHS_MAX:
        return visit.words.gettext("At this pace that takes more than two years.")
    return visit.words.ngettext(
        "At this pace that is after some {count} month.",
        "At this pace that is after some {count} months.",
        months,
        count=months,
    )
