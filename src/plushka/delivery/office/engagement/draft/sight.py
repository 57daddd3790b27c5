"""What the control group of a promotion will see: told while it is typed, and once more before it is published."""

from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import structs

from plushka.delivery.office.campaigns.proof.telling import prospect_warnings
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.draft.desk import Desk
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.insights.campaigns.sight import look_ahead_promotion
from plushka.engine.experiments.groups import CONTROL_MAX_BP
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Promotion
from plushka.engine.promotion_plans import coupons_of
from plushka.platform.database import Tx

TOLD_MAX = 10
_TYPED = Promotion("typed", "", PercentOff(1))


@get("/engagement/programs/{program_id:uuid}/draft/sight", opt={"action": "programs.edit"})
async def show_sight(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    """Tell what a share and days that are being typed will let be seen; nothing is kept."""
    asked = request.query_params
    form = Form(visit.words, {name: [asked.get(name, "")] for name in ("control", "first_on", "last_on")})
    promotion = structs.replace(
        _TYPED,
        control_bp=form.rate("control", most=CONTROL_MAX_BP, required=False) or 0,
        first_on=form.day("first_on", required=False),
        last_on=form.day("last_on", required=False),
    )
    async with visit.reading() as tx:
        warnings = await _list_warnings(tx, program_id, promotion, visit) if form.is_sound else []
    return visit.fragment("engagement/draft/sight.html", warnings=warnings)


async def list_sights(tx: Tx, desk: Desk) -> list[tuple[str, str]]:
    """Return the names of promotions that publishing begins, with what their control groups will not see."""
    before = {each.id: each for each in desk.latest.program.promotions} if desk.latest else {}

    def begins(promotion: Promotion) -> bool:
        known = before.get(promotion.id)
        is_same = known is not None and (known.is_paused, known.control_bp) == (False, promotion.control_bp)
        is_for_all = promotion.for_anonymous or bool(coupons_of(promotion.when))
        return not promotion.is_paused and not is_same and not is_for_all

    begun = [promotion for promotion in desk.program.promotions if begins(promotion)]
    return [
        (promotion.name, warning)
        for promotion in begun[:TOLD_MAX]
        for warning in await _list_warnings(tx, desk.card.id, promotion, desk.visit)
    ]


async def _list_warnings(tx: Tx, program_id: UUID, promotion: Promotion, visit: Visit) -> list[str]:
    if not promotion.control_bp:
        return [
            visit.words.gettext("Without a control group nobody will know what the promotion has caused.")
        ]
    prospect = await look_ahead_promotion(tx, program_id, promotion, today=visit.today)
    return prospect_warnings(prospect, visit)
