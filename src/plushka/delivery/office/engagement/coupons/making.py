"""A coupon made in one go: its codes, its terms, and what it gives, which is written into a programme's draft."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from plushka.delivery.office.engagement.coupons.terms import read_terms
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.coupons.codes import draw_codes
from plushka.domain.coupons.model import CODES_MAX, Coupon
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.coupons.work import DRAW
from plushka.domain.programs.coupon_effects import write_effect
from plushka.domain.programs.queries import find_scales
from plushka.domain.tasks import operations as tasks
from plushka.engine.price_effects import AmountOff, PercentOff
from plushka.engine.program import Fixed
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

KINDS = ("words", "drawn")
GIVES = ("nothing", "percent_off", "amount_off", "points")
TYPED_MAX = 1_000
TYPED_LENGTH_MAX = 100_000
POINTS_MAX = 1_000_000

Effect = PercentOff | AmountOff | Fixed


class Made(Struct, frozen=True):
    """``task_id`` is that of the drawing of its codes."""

    coupon: Coupon
    task_id: UUID | None


async def make(visit: Visit, form: Form) -> Made | None:
    """Make what was typed; None: something is wrong, which ``form`` tells."""
    async with visit.reading() as tx:
        scales = await find_scales(tx)
    terms = read_terms(form)
    kind = form.choice("kind", KINDS)
    words = typed_codes(form, visit) if kind == "words" else []
    count = form.number("count", least=1, most=CODES_MAX) if kind == "drawn" else None
    pattern = form.text("pattern", length_max=64) if kind == "drawn" else ""
    effect, program_id = _read_effect(form, visit, scales)
    if not form.is_sound:
        return None
    try:
        async with visit.writing() as tx:
            coupon = await create_coupon(tx, **terms)
            if words:
                await add_codes(tx, coupon, words)
            task_id = None if count is None else await _leave_drawing(tx, coupon, pattern, count)
            if effect is not None and program_id is not None:
                await write_effect(tx, program_id, coupon, effect, for_anonymous=form.flag("for_anonymous"))
    except Refusal as refusal:
        form.refused(refusal, default="pattern" if kind == "drawn" else "codes")
        return None
    return Made(coupon, task_id)


def typed_codes(form: Form, visit: Visit) -> list[str]:
    """Return the codes typed into ``codes``, one a line or between commas."""
    codes = form.text("codes", length_max=TYPED_LENGTH_MAX).replace(",", "\n").replace(";", "\n").splitlines()
    typed = [code.strip() for code in codes if code.strip()]
    if len(typed) > TYPED_MAX:
        form.fail(
            "codes",
            visit.words.gettext("At most {count} codes at once.", count=visit.figures.number(TYPED_MAX)),
        )
    return typed


def programs_to_write(visit: Visit) -> Sequence[tuple[str, str]]:
    """Return the programmes into whose drafts this person may write what a coupon gives."""
    if not visit.may("programs.edit"):
        return []
    return [(str(choice.id), choice.name) for choice in visit.programs]


async def _leave_drawing(tx: Tx, coupon: Coupon, pattern: str, count: int) -> UUID:
    draw_codes(pattern, count)
    return await tasks.leave(
        tx,
        kind=DRAW,
        arguments={"coupon": str(coupon.id), "name": coupon.name, "pattern": pattern, "count": count},
        total=count,
    )


def _read_effect(form: Form, visit: Visit, scales: Mapping[UUID, int]) -> tuple[Effect | None, UUID | None]:
    programs = programs_to_write(visit)
    gives = form.choice("gives", GIVES, default="nothing") if programs else "nothing"
    if gives in {None, "nothing"}:
        return None, None
    chosen = form.choice("program", [value for value, _ in programs], default=programs[0][0])
    program_id = UUID(chosen) if chosen else None
    effect: Effect | None = None
    if gives == "percent_off":
        rate_bp = form.rate("rate", least=1)
        effect = PercentOff(rate_bp) if rate_bp else None
    elif gives == "amount_off":
        amount_minor = form.money("amount", visit.business.currency, least=1)
        effect = AmountOff(amount_minor) if amount_minor else None
    else:
        scale = scales.get(program_id, 0) if program_id else 0
        points = form.number("points", decimals=scale, least=1, most=POINTS_MAX * 10**scale)
        effect = Fixed(points) if points else None
    return effect, program_id
