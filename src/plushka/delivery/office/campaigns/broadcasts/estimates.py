"""What a broadcast would do, told before it begins."""

from msgspec import Struct

from plushka.delivery.office.campaigns.broadcasts.rows import channel_told
from plushka.delivery.office.campaigns.lacking import lacking_warnings
from plushka.delivery.office.campaigns.proof.telling import prospect_warnings
from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.estimating import Estimate
from plushka.domain.campaigns.model import Plan
from plushka.domain.campaigns.reasons import reason_told
from plushka.domain.insights.campaigns.sight import look_ahead
from plushka.domain.messages.gate import end_of_quiet
from plushka.domain.messages.rules import get_rules
from plushka.platform.database import Tx


class EstimateTold(Struct, frozen=True):
    """Figures as they are written; ``warnings`` are to be read before it begins.

    ``control_reached`` of the control group could be told; empty: all of them, or there is no such group.
    """

    members: str
    told_before: str
    told: str
    told_count: int
    control: str
    control_reached: str
    reached: tuple[tuple[str, str], ...]
    unreached: tuple[tuple[str, str], ...]
    cost: str
    warnings: tuple[str, ...]


async def estimate_told(found: Estimate, plan: Plan, visit: Visit, tx: Tx) -> EstimateTold:
    """Return an estimate in words."""
    told, gettext = visit.figures, visit.words.gettext
    cost = []
    if found.messages_minor:
        cost.append(gettext("messages from {money}", money=told.money(found.messages_minor)))
    if found.points_max:
        cost.append(gettext("up to {points}", points=told.points(found.points_max)))
    return EstimateTold(
        members=told.number(found.members),
        told_before=told.number(found.told_before) if found.told_before else "",
        told=told.number(found.told),
        told_count=found.told,
        control=told.number(found.control),
        control_reached=""
        if found.reachable - found.told == found.control
        else told.number(found.reachable - found.told),
        reached=tuple((channel_told(channel, visit), told.number(n)) for channel, n in found.reached.items()),
        unreached=tuple(
            (reason_told(reason, visit.words), told.number(n)) for reason, n in found.unreached.items()
        ),
        cost=", ".join(cost),
        warnings=tuple(await _warnings(found, plan, visit, tx)),
    )


async def _warnings(found: Estimate, plan: Plan, visit: Visit, tx: Tx) -> list[str]:
    gettext, warnings = visit.words.gettext, []
    if found.members and not found.reachable:
        warnings.append(gettext("Nobody of them can be written to: nothing will be sent."))
    elif not found.members and found.told_before:
        warnings.append(
            gettext("Everybody of this audience knows of the programme already: nothing will be sent.")
        )
    elif not found.members:
        warnings.append(gettext("There is nobody in this audience now."))
    texts = [variant.template_id for variant in plan.letter.variants]
    warnings += await lacking_warnings(tx, texts, visit)
    rules = await get_rules(tx)
    begins = plan.starts_at or visit.at
    if plan.purpose == "marketing" and plan.local_at is None:
        wakes_at = end_of_quiet(begins, visit.business.time_zone, rules)
        if wakes_at is not None:
            warnings.append(
                gettext(
                    "It begins in the quiet hours: what comes by messenger, SMS or mail waits until {time}.",
                    time=visit.figures.time(wakes_at),
                )
            )
    if plan.local_at is not None and plan.purpose == "marketing":
        minute = plan.local_at.hour * 60 + plan.local_at.minute
        begin, end = rules.quiet_from_minutes, rules.quiet_until_minutes
        if (begin <= minute < end) if begin <= end else (minute >= begin or minute < end):
            morning = f"{end // 60}:{end % 60:02}"
            warnings.append(
                gettext(
                    "That is in the quiet hours: letters wait until {time} of each member's day.",
                    time=morning,
                )
            )
    if found.members and plan.control_bp == 0:
        warnings.append(gettext("Without a control group nobody will know what the broadcast has caused."))
    elif found.members:
        prospect = await look_ahead(
            tx, found.addressed, control_bp=plan.control_bp, window_days=plan.window_days
        )
        warnings += prospect_warnings(prospect, visit)
    return warnings
