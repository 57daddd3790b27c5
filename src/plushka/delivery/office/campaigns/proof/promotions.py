"""What promotions came to within some days, and what those with a control group have caused."""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from plushka.delivery.office.campaigns.explaining import explain_campaigns
from plushka.delivery.office.campaigns.proof.telling import TONES, CausedTold, Tone, caused_told
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.period import tell_period
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.sums import ratio
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import Caused, subject_of_promotion
from plushka.domain.insights.campaigns.promotions import (
    Promoted,
    PromotionFigures,
    UnknownPromotion,
    count_promotions,
)
from plushka.domain.insights.campaigns.words import NO_GROUP, VERDICTS
from plushka.domain.insights.reports.period import Period, custom
from plushka.domain.insights.reports.scope import Scope
from plushka.domain.programs.names import load_names
from plushka.domain.programs.queries import find_version_in_force, get_program, list_programs
from plushka.domain.programs.telling.promotions import tell_promotion
from plushka.domain.programs.telling.voice import Voice
from plushka.engine.program import Program, Promotion
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

PATH = "/campaigns/promotions"
PERIODS = (30, 90, 365)
_PERIOD = 30


class Line(Struct, frozen=True):
    """A promotion's figures as they are written; shares are of the programme's total of these days.

    ``cost`` and ``profit`` are empty for who may not know them.
    ``is_idle``: no receipt of these days has it.
    """

    href: str
    name: str
    verdict: str
    tone: Tone
    is_idle: bool
    receipts: str
    receipts_share: str
    buyers: str
    buyers_share: str
    positions: str
    positions_share: str
    revenue: str
    cost: str
    discount: str
    redeemed: str
    profit: str
    earned: str


class Table(Struct, frozen=True):
    """The promotions of one programme, the total last; ``name`` is empty where there is only one programme."""

    name: str
    lines: tuple[Line, ...]
    total: Line


@get(PATH, opt={"action": "campaigns.read"})
async def show_promotions(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show every programme's promotions; ``days`` is one of ``PERIODS``."""
    asked = request.query_params.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else _PERIOD
    async with visit.reading() as tx:
        programs = await list_programs(tx)
        tables = [
            await _table(tx, visit, each.id, each.name if len(programs) > 1 else "", days)
            for each in programs
        ]
    return visit.page(
        "campaigns/proof/promotions.html",
        section="campaigns",
        page="promotions",
        knows_margin=visit.may(MARGIN),
        may_export=visit.may("reports.export"),
        tables=[table for table in tables if table is not None],
        explained=explain_campaigns(visit),
        files_query=urlencode(
            {"period": "custom", "from": _days(visit, days).from_on, "until": _days(visit, days).last_on}
        ),
        periods=[
            (each, visit.words.ngettext("{count} day", "{count} days", each, count=each), each == days)
            for each in PERIODS
        ],
    )


@get(f"{PATH}/{{program_id:uuid}}/{{promotion_id:str}}", opt={"action": "campaigns.read"})
async def show_promotion(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], promotion_id: FromPath[str]
) -> Response[str]:
    async with visit.reading() as tx:
        await get_program(tx, program_id)
        version = await find_version_in_force(tx, program_id)
        promotion = _find(version.program if version else None, promotion_id)
        subject = subject_of_promotion(program_id, promotion_id)
        caused = (await find_caused(tx, [subject])).get(subject)
        assert version is not None  # noqa: S101 - it has the promotion
        names = await load_names(tx, programs=[version.program])
    voice = Voice(version.program, visit.look.language, names)
    return visit.page(
        "campaigns/proof/promotion.html",
        section="campaigns",
        page="promotions",
        explained=explain_campaigns(visit),
        promotion=promotion,
        period=tell_period(promotion.first_on, promotion.last_on, visit),
        told=tell_promotion(promotion, voice),
        caused=_told(caused, visit),
        has_control=promotion.control_bp > 0,
        may_take_proof=visit.may("reports.export"),
        editor=f"/engagement/programs/{program_id}/draft/promotion?id={promotion_id}",
        may_change=visit.may("programs.edit"),
    )


def _told(caused: Caused | None, visit: Visit) -> CausedTold | None:
    return None if caused is None else caused_told(caused, visit)


def _find(program: Program | None, promotion_id: str) -> Promotion:
    for promotion in program.promotions if program else ():
        if promotion.id == promotion_id:
            return promotion
    raise UnknownPromotion


def _days(visit: Visit, days: int) -> Period:
    today = visit.figures.today
    return custom(today - timedelta(days=days - 1), today)


async def _table(tx: Tx, visit: Visit, program_id: UUID, name: str, days: int) -> Table | None:
    version = await find_version_in_force(tx, program_id)
    if version is None or not version.program.promotions:
        return None
    promotions = version.program.promotions
    subjects = {each.id: subject_of_promotion(program_id, each.id) for each in promotions if each.control_bp}
    caused = await find_caused(tx, list(subjects.values()))
    scope = Scope(_days(visit, days), program_id=program_id)
    promoted = await count_promotions(tx, scope, visit.business.time_zone)

    def line(promotion: Promotion) -> Line:
        found = caused.get(subjects.get(promotion.id, ""))
        verdict = visit.words.gettext(VERDICTS[found.verdict] if found else _told_of(promotion))
        return _line(
            promoted.by_promotion.get((program_id, promotion.id), PromotionFigures()),
            promoted,
            visit,
            href=f"{PATH}/{program_id}/{promotion.id}",
            name=promotion.name,
            verdict=verdict,
            tone=TONES[found.verdict] if found else "neutral",
        )

    return Table(
        name,
        tuple(map(line, promotions)),
        _line(promoted.total, promoted, visit, name=visit.words.gettext("All receipts")),
    )


def _told_of(promotion: Promotion) -> str:
    """Return what is said of a promotion that was not compared."""
    return marked("not compared yet") if promotion.control_bp else NO_GROUP


def _line(
    came: PromotionFigures,
    promoted: Promoted,
    visit: Visit,
    *,
    name: str,
    href: str = "",
    verdict: str = "",
    tone: Tone = "neutral",
) -> Line:
    told, total = visit.figures, promoted.total
    knows_cost, knows_margin = came.is_cost_known or not came.receipts, visit.may(MARGIN)
    cost = told.money(came.cost_minor) if knows_cost else "—"
    profit = "—" if came.profit_minor is None else told.money(came.profit_minor)

    def share(part: int, whole: int) -> str:
        parts = ratio(part * 100_00, whole)
        return "" if parts is None or not href else told.column_percent(parts)

    return Line(
        href=href,
        name=name,
        verdict=verdict,
        tone=tone,
        is_idle=bool(href) and not came.receipts,
        receipts=told.number(came.receipts),
        receipts_share=share(came.receipts, total.receipts),
        buyers=told.number(came.buyers),
        buyers_share=share(came.buyers, total.buyers),
        positions=told.number(came.positions),
        positions_share=share(came.positions, total.positions),
        revenue=told.money(came.revenue_minor),
        cost=cost if knows_margin else "",
        discount=told.money(came.discount_minor),
        redeemed=told.money(came.redeemed_minor),
        profit=profit if knows_margin else "",
        earned=told.points_number(came.earned_points),
    )
