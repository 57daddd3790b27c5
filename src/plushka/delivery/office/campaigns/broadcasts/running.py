"""How far a broadcast is, as pages show it."""

from msgspec import Struct

from plushka.delivery.office.campaigns.broadcasts.rows import state_told
from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.model import Campaign
from plushka.domain.campaigns.progress import Progress
from plushka.domain.campaigns.reasons import reason_told


class ProgressTold(Struct, frozen=True):
    """Figures as they are written; ``percent`` of the recipients need nothing more. ``pace``: till when, at what."""

    state: str
    is_open: bool
    percent: int
    planned: str
    control: str
    sent: str
    delivered: str
    waits: str
    failed: str
    skipped: tuple[tuple[str, str], ...]
    skipped_count: str
    given: str
    pace: str


def progress_told(campaign: Campaign, progress: Progress, visit: Visit) -> ProgressTold:
    told = visit.figures
    return ProgressTold(
        state=state_told(campaign.state, visit),
        is_open=campaign.state in {"scheduled", "planning", "sending", "paused"},
        percent=_percent(campaign, progress),
        planned=told.number(progress.planned),
        control=told.number(progress.control),
        sent=told.number(progress.sent),
        delivered=told.number(progress.delivered),
        waits=told.number(progress.left + progress.waiting),
        failed=told.number(progress.failed),
        skipped=tuple(
            (reason_told(reason, visit.words), told.number(n)) for reason, n in progress.skipped.items()
        ),
        skipped_count=told.number(sum(progress.skipped.values())),
        given=told.number(progress.given),
        pace=_pace(campaign, progress, visit),
    )


def _percent(campaign: Campaign, progress: Progress) -> int:
    match campaign.state:
        case "draft" | "scheduled" | "planning":
            return 0  # Nobody is written down yet: that is not everybody.
        case "done" | "cancelled":
            return 100
        case _:
            return progress.share_bp // 100


def _pace(campaign: Campaign, progress: Progress, visit: Visit) -> str:
    gettext = visit.words.gettext
    if campaign.state == "scheduled" and campaign.starts_at is not None:
        return gettext("begins on {moment}", moment=visit.figures.moment(campaign.starts_at))
    if campaign.state != "sending":
        return ""
    ends_at = progress.ends_at(campaign, visit.at)
    if ends_at is None:
        return gettext("waits for its hour, or for a channel")
    return gettext(
        "{count} a minute, over at about {moment}",
        count=visit.figures.number(max(1, progress.per_minute)),
        moment=visit.figures.moment(ends_at),
    )
