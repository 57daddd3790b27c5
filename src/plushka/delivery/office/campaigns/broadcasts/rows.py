"""Broadcasts and their figures as pages show them."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from plushka.delivery.office.campaigns.proof.telling import TONES, Tone, estimated, nobody_bought
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.figures import Counted, Cut, Figures
from plushka.domain.campaigns.listing import CampaignRow
from plushka.domain.campaigns.model import STATES, State
from plushka.domain.insights.campaigns.model import Caused
from plushka.domain.insights.campaigns.words import NO_GROUP, VERDICTS
from plushka.platform.i18n import marked

PATH = "/campaigns"
NONE = "—"
NOT_BEGUN: frozenset[State] = frozenset({"draft", "scheduled"})

CUTS_TOLD: Mapping[Cut, str] = MappingProxyType(
    {
        "total": marked("Together"),
        "variant": marked("By variant"),
        "channel": marked("By channel"),
        "sex": marked("By sex"),
        "tier": marked("By tier"),
    }
)
CHANNELS_TOLD: Mapping[str, str] = MappingProxyType(
    {
        "telegram": marked("Telegram"),
        "max": marked("MAX"),
        "vk": marked("VK"),
        "sms": marked("SMS"),
        "email": marked("E-mail"),
        "push": marked("Push"),
        "inbox": marked("The app"),
    }
)
SEXES_TOLD = {"female": marked("women"), "male": marked("men"), "": marked("not said")}


class FiguresLine(Struct, frozen=True):
    """What came of letters, as it is written; ``cost`` and ``profit`` are empty for who may not know them."""

    addressed: str
    sent: str
    delivered: str
    conversion: str
    purchases: str
    revenue: str
    cost: str
    messages: str
    profit: str
    average: str
    discount: str
    positions: str
    is_cost_partial: bool


class Verdict(Struct, frozen=True):
    """What a campaign has caused: the increase of what members paid where it is proven, and where it lies."""

    text: str
    tone: Tone = "neutral"
    increase: str = ""
    interval: str = ""


class CampaignLine(Struct, frozen=True):
    """A broadcast in the table; of one that has not begun nothing has come."""

    href: str
    name: str
    state: str
    is_running: bool
    begins: str
    came: FiguresLine | None
    verdict: Verdict


class CutTable(Struct, frozen=True):
    """Figures of a broadcast by one of its cuts."""

    title: str
    rows: tuple[tuple[str, FiguresLine], ...]


def figures_line(figures: Figures, visit: Visit) -> FiguresLine:
    told = visit.figures

    def money(minor: int | None) -> str:
        return NONE if minor is None else told.money(minor)

    positions = figures.positions_hundredths
    knows_margin = visit.may(MARGIN)
    cost = told.money(figures.cost_minor) if figures.known_cost or not figures.purchases else NONE
    return FiguresLine(
        addressed=told.number(figures.addressed),
        sent=told.number(figures.sent),
        delivered=told.number(figures.delivered),
        conversion=NONE if figures.conversion_bp is None else told.column_percent(figures.conversion_bp),
        purchases=told.number(figures.purchases),
        revenue=told.money(figures.revenue_minor),
        cost=cost if knows_margin else "",
        messages=told.money(figures.messages_minor),
        profit=money(figures.profit_minor) if knows_margin else "",
        average=money(figures.average_minor),
        discount=told.money(figures.discount_minor),
        positions=NONE if positions is None else told.hundredths(positions),
        is_cost_partial=knows_margin and 0 < figures.known_cost < figures.purchases,
    )


def campaign_line(row: CampaignRow, caused: Caused | None, visit: Visit) -> CampaignLine:
    return CampaignLine(
        href=f"{PATH}/{row.id}",
        name=row.name,
        state=state_told(row.state, visit),
        is_running=row.state in {"planning", "sending", "paused"},
        begins=visit.figures.moment(row.begins_at) if row.begins_at else "",
        came=None if row.state in NOT_BEGUN else figures_line(row.figures, visit),
        verdict=Verdict("")
        if row.state in NOT_BEGUN
        else verdict_told(caused, visit, has_control=row.has_control),
    )


def verdict_told(caused: Caused | None, visit: Visit, *, has_control: bool) -> Verdict:
    """Return what a campaign that has begun has caused, in a cell of a table."""
    gettext = visit.words.gettext
    if not has_control:
        return Verdict(gettext(NO_GROUP))
    if caused is None:
        return Verdict(gettext("not compared yet"))
    paid, tone = caused.effects["paid"], TONES[caused.verdict]
    if paid is None or caused.verdict == "too_few" or nobody_bought(caused):
        return Verdict(gettext(VERDICTS[caused.verdict]), tone)
    return Verdict(
        gettext(VERDICTS[caused.verdict]),
        tone,
        increase=estimated(paid.total, visit) if tone != "neutral" else "",
        interval=gettext(
            "{low} to {high}",
            low=estimated(paid.total_low, visit),
            high=estimated(paid.total_high, visit),
        ),
    )


def state_told(state: State, visit: Visit) -> str:
    return visit.words.gettext(STATES[state])


def channel_told(channel: str, visit: Visit) -> str:
    told = CHANNELS_TOLD.get(channel)
    return visit.words.gettext(told) if told else visit.words.gettext("no letter")


def cut_tables(counted: list[Counted], visit: Visit) -> list[CutTable]:
    """Return the tables of those cuts that have more than one value."""
    tables = []
    for cut, title in CUTS_TOLD.items():
        rows = [each for each in counted if each.cut == cut]
        if cut != "total" and len(rows) > 1:
            tables.append(
                CutTable(
                    visit.words.gettext(title),
                    tuple((value_told(each, visit), figures_line(each.figures, visit)) for each in rows),
                )
            )
    return tables


def value_told(counted: Counted, visit: Visit) -> str:
    gettext = visit.words.gettext
    match counted.cut:
        case "sex":
            return gettext(SEXES_TOLD[counted.value])
        case "channel":
            return channel_told(counted.value, visit)
        case "tier":
            tiers = visit.version.program.tiers.tiers if visit.version and visit.version.program.tiers else ()
            return next((tier.name for tier in tiers if tier.id == counted.value), counted.value or NONE)
        case _:
            return counted.value or NONE
