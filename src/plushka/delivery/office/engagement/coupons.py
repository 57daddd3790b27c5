"""Coupons: their codes and terms, what they give, and what came of them."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.period import STATES, stage, tell_period
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.coupons.codes import draw_codes
from plushka.domain.coupons.model import CODES_MAX, LIMITS, NAME_LENGTH_MAX, Coupon, Limits
from plushka.domain.coupons.operations import add_codes, create_coupon, set_stopped
from plushka.domain.coupons.queries import get_coupon, list_codes, list_coupons
from plushka.domain.coupons.work import DRAW, EXPORT
from plushka.domain.insights.coupons import CouponFigures, find_coupon_figures
from plushka.domain.programs.names import load_names
from plushka.domain.programs.queries import get_version
from plushka.domain.programs.telling.program import describe_program
from plushka.domain.programs.versions import list_in_force
from plushka.domain.tasks import operations as tasks
from plushka.engine.promotion_plans import coupons_of
from plushka.platform.database import Tx
from plushka.platform.errors import Fact, Refusal

PATH = "/engagement/coupons"
KINDS = ("words", "drawn")
CODES_PAGE = 50
TYPED_MAX = 1_000
TYPED_LENGTH_MAX = 100_000
USES_MAX = 1_000_000_000
_NONE = CouponFigures(receipts=0, members=0, revenue_minor=0, discount_minor=0)


class CouponLine(Struct, frozen=True):
    """A coupon in the list, with what came of it."""

    href: str
    name: str
    source: str
    stage: str
    days: str
    codes: str
    receipts: str
    members: str
    revenue: str
    discount: str
    is_stopped: bool


@get(PATH, opt={"action": "coupons.read"})
async def show_coupons(visit: NamedDependency[Visit]) -> Response[str]:
    return await _list(visit, visit.form())


@post(PATH, opt={"action": "coupons.change"})
async def make_coupon(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    terms = _terms(form)
    kind = form.choice("kind", KINDS)
    words = _typed_codes(form, visit) if kind == "words" else []
    count = form.number("count", least=1, most=CODES_MAX) if kind == "drawn" else None
    pattern = form.text("pattern", length_max=64) if kind == "drawn" else ""
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                coupon = await create_coupon(tx, name=name, **terms)
                if words:
                    await add_codes(tx, coupon, words)
                task_id = None
                if count is not None:
                    draw_codes(pattern, count)
                    arguments: dict[str, Fact] = {
                        "coupon": str(coupon.id),
                        "name": name,
                        "pattern": pattern,
                        "count": count,
                    }
                    task_id = await tasks.leave(tx, kind=DRAW, arguments=arguments, total=count)
        except Refusal as refusal:
            form.refused(refusal, default="pattern" if kind == "drawn" else "codes")
        else:
            if task_id is not None:
                return sent_on(f"/tasks/{task_id}", visit.words.gettext("The codes are being drawn."))
            return sent_on(
                f"{PATH}/{coupon.id}", visit.words.gettext("The coupon “{name}” is ready.", name=coupon.name)
            )
    return await _list(visit, form)


@get(f"{PATH}/{{coupon_id:uuid}}", opt={"action": "coupons.read"})
async def show_coupon(visit: NamedDependency[Visit], coupon_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        coupon = await get_coupon(tx, coupon_id)
        figures = (await find_coupon_figures(tx)).get(coupon.id, _NONE)
        codes = await list_codes(tx, coupon.id, limit=CODES_PAGE)
        gives = await _given(tx, coupon, visit)
    return visit.page(
        "engagement/coupon.html",
        section="engagement",
        page="coupons",
        coupon=_line(coupon, figures, visit),
        terms=_told_terms(coupon, visit),
        codes=[(row["code"], visit.figures.number(row["uses"])) for row in codes],
        codes_more=max(0, coupon.codes - len(codes)),
        counts_uses=coupon.limits.uses_per_code is not None,
        gives=gives,
        may_change=visit.may("coupons.change"),
        may_edit=visit.may("programs.edit"),
    )


@post(f"{PATH}/{{coupon_id:uuid}}/stop", opt={"action": "coupons.change"})
async def stop_coupon(visit: NamedDependency[Visit], coupon_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await set_stopped(tx, coupon_id, is_stopped=True)
    return sent_on(
        f"{PATH}/{coupon_id}",
        visit.words.gettext("The coupon is stopped: its codes give nothing."),
        undo=f"{PATH}/{coupon_id}/resume",
    )


@post(f"{PATH}/{{coupon_id:uuid}}/resume", opt={"action": "coupons.change"})
async def resume_coupon(visit: NamedDependency[Visit], coupon_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await set_stopped(tx, coupon_id, is_stopped=False)
    return sent_on(f"{PATH}/{coupon_id}", visit.words.gettext("The coupon goes on."))


@post(f"{PATH}/{{coupon_id:uuid}}/export", opt={"action": "coupons.export"})
async def export_codes(visit: NamedDependency[Visit], coupon_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        coupon = await get_coupon(tx, coupon_id)
        arguments = {"coupon": str(coupon.id), "name": coupon.name, "language": visit.look.language}
        task_id = await tasks.leave(
            tx, kind=EXPORT, arguments=arguments, total=coupon.codes, file_name="codes.csv"
        )
    return sent_on(f"/tasks/{task_id}", visit.words.gettext("The file is being written."))


def _terms(form: Form) -> dict[str, Any]:
    return {
        "source": form.text("source", required=False, length_max=NAME_LENGTH_MAX),
        "first_on": form.day("first_on", required=False),
        "last_on": form.day("last_on", required=False),
        "limits": Limits(
            **{limit: form.number(limit, least=1, most=USES_MAX, required=False) for limit in LIMITS}
        ),
    }


def _typed_codes(form: Form, visit: Visit) -> list[str]:
    codes = form.text("codes", length_max=TYPED_LENGTH_MAX).replace(",", "\n").replace(";", "\n").splitlines()
    typed = [code.strip() for code in codes if code.strip()]
    if len(typed) > TYPED_MAX:
        form.fail(
            "codes",
            visit.words.gettext("At most {count} codes at once.", count=visit.figures.number(TYPED_MAX)),
        )
    return typed


async def _list(visit: Visit, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        coupons = await list_coupons(tx)
        figures = await find_coupon_figures(tx)
    return visit.page(
        "engagement/coupons.html",
        section="engagement",
        page="coupons",
        status=HTTP_422_UNPROCESSABLE_ENTITY if form.problems else 200,
        coupons=[_line(coupon, figures.get(coupon.id, _NONE), visit) for coupon in coupons],
        form=form,
        may_change=visit.may("coupons.change"),
    )


def _line(coupon: Coupon, figures: CouponFigures, visit: Visit) -> CouponLine:
    told = visit.figures
    return CouponLine(
        href=f"{PATH}/{coupon.id}",
        name=coupon.name,
        source=coupon.source,
        stage=_stage(coupon, visit),
        days=tell_period(coupon.first_on, coupon.last_on, visit),
        codes=told.number(coupon.codes),
        receipts=told.number(figures.receipts),
        members=told.number(figures.members),
        revenue=told.money(figures.revenue_minor),
        discount=told.money(figures.discount_minor),
        is_stopped=coupon.is_stopped,
    )


def _stage(coupon: Coupon, visit: Visit) -> str:
    if coupon.is_stopped:
        return visit.words.gettext("stopped")
    state = stage(coupon.first_on, coupon.last_on, visit.today, is_paused=False)
    return visit.words.gettext(STATES[state])


def _told_terms(coupon: Coupon, visit: Visit) -> list[str]:
    ngettext = visit.words.ngettext
    terms = [tell_period(coupon.first_on, coupon.last_on, visit)]
    if coupon.limits.uses_per_code is not None:
        count = coupon.limits.uses_per_code
        terms.append(ngettext("{count} use of a code", "{count} uses of a code", count, count=count))
    if coupon.limits.uses_per_member is not None:
        count = coupon.limits.uses_per_member
        terms.append(ngettext("{count} use by a member", "{count} uses by a member", count, count=count))
    return terms


async def _given(tx: Tx, coupon: Coupon, visit: Visit) -> list[tuple[str, str]]:
    """Return the names and sentences of what asks for the coupon in programmes that are in force."""
    gives = []
    for mark in await list_in_force(tx):
        program = (await get_version(tx, mark.id)).program
        asks = {
            **{rule.id: rule.when for rule in program.earning},
            **{promotion.id: promotion.when for promotion in program.promotions},
            **{card.id: card.when for card in program.cards},
        }
        asking = {part for part, when in asks.items() if coupon.key in coupons_of(when)}
        if asking:
            names = await load_names(tx, programs=[program])
            told = describe_program(program, language=visit.look.language, names=names)
            gives += [
                (each.name, each.sentence)
                for each in (*told.promotions, *told.earning, *told.cards)
                if each.rule in asking
            ]
    return gives
