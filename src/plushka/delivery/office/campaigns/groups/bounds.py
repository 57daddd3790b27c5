"""The bounds of the groups and of the scores: typed, tried, and kept."""

from collections.abc import Mapping
from decimal import Decimal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.campaigns.groups.rows import PATH, percent, who_is_in
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.segments.lifecycle.model import Terms
from plushka.domain.segments.lifecycle.months import share_bp
from plushka.domain.segments.lifecycle.queries import count_groups, find_run
from plushka.domain.segments.lifecycle.refreshing import refresh_groups
from plushka.domain.segments.lifecycle.terms import get_terms, preview, set_terms, suggest_rhythm
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.engine.lifecycle import (
    GROUPS,
    SPEND_MINOR_MAX,
    VISITS_MAX,
    WINDOW_DAYS,
    Bounds,
    Group,
    Rhythm,
    ScoreBounds,
    check_rhythm,
    check_score_bounds,
)
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import currency_decimals, currency_sign

_BOUNDS = f"{PATH}/bounds"
_STEPS = range(1, 5)
_LAST_FIELDS = {name: f"{name}_4" for name in ("recency_days", "visits", "spend_minor")}
"""Where a refusal of steps that do not rise is shown."""


class PreviewLine(Struct, frozen=True):
    title: str
    who: str
    now: str
    then: str
    share: str


@get(_BOUNDS, opt={"action": "groups.change"})
async def show_bounds(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the bounds in force; with ``own`` those that the business's own rhythm suggests, not kept yet."""
    async with visit.reading() as tx:
        terms = await get_terms(tx)
        suggested = await suggest_rhythm(tx, core_visits=terms.rhythm.core_visits)
        if suggested is not None and "own" in request.query_params:
            terms = Terms(suggested, terms.bounds)
        return await _page(tx, visit, visit.form().filled(_typed(terms, visit)), suggested=suggested)


@post(_BOUNDS, opt={"action": "groups.change"})
async def keep_bounds(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Keep the bounds and sort all members by them at once, or, with ``try``, only tell how many would be where."""
    form = await visit.typed(request)
    terms = _read(form, visit)
    if terms is not None and not form.flag("try"):
        async with visit.writing() as tx:
            await set_terms(tx, terms)
            await refresh_groups(tx)
        return sent_on(PATH, visit.words.gettext("The bounds are kept, and the groups are sorted by them."))
    async with visit.reading() as tx:
        core_visits = terms.rhythm.core_visits if terms else Rhythm().core_visits
        return await _page(
            tx, visit, form, suggested=await suggest_rhythm(tx, core_visits=core_visits), tried=terms
        )


async def _page(
    tx: Tx, visit: Visit, form: Form, *, suggested: Rhythm | None, tried: Terms | None = None
) -> Response[str]:
    shown = tried or _read(form, visit)
    has_run = await find_run(tx) is not None
    return visit.page(
        "campaigns/groups/bounds.html",
        section="campaigns",
        page="groups",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        suggested=suggested,
        scored=[
            ("fifths", visit.words.gettext("Fifths of all buyers")),
            ("own", visit.words.gettext("Own steps")),
        ],
        steps=[
            ("recency_days", visit.words.gettext("Days since the last visit, at most")),
            ("visits", visit.words.gettext("Visits a year, at least")),
            ("spend_minor", visit.words.gettext("Spent in a year, at least")),
        ],
        sign=currency_sign(visit.business.currency, visit.look.language),
        preview=_lines(await preview(tx, shown.rhythm), await count_groups(tx), shown.rhythm, visit)
        if shown is not None and has_run
        else [],
    )


def _lines(
    then: Mapping[Group, int], now: Mapping[Group, int], rhythm: Rhythm, visit: Visit
) -> list[PreviewLine]:
    number, base = visit.figures.number, sum(then.values())
    return [
        PreviewLine(
            title=visit.words.gettext(GROUP_WORDS[group]),
            who=who_is_in(group, rhythm, visit),
            now=number(now[group]),
            then=number(then[group]),
            share=percent(share_bp(then[group], base), visit),
        )
        for group in GROUPS
    ]


def _read(form: Form, visit: Visit) -> Terms | None:
    """Return what was typed; None with problems noted at the fields."""
    active = form.number("active_days", least=1, most=WINDOW_DAYS)
    drowsy = form.number("drowsy_days", least=1, most=WINDOW_DAYS)
    asleep = form.number("asleep_days", least=1, most=WINDOW_DAYS)
    core = form.number("core_visits", least=3, most=VISITS_MAX)
    is_own = form.choice("scored", ("fifths", "own"), default="fifths") == "own"
    decimals = currency_decimals(visit.business.currency)
    recency = _steps(form, "recency_days", least=0, most=WINDOW_DAYS) if is_own else None
    visits = _steps(form, "visits", least=1, most=VISITS_MAX) if is_own else None
    spend = _steps(form, "spend_minor", least=1, most=SPEND_MINOR_MAX, decimals=decimals) if is_own else None
    if active is None or drowsy is None or asleep is None or core is None or not form.is_sound:
        return None
    terms = Terms(Rhythm(active, drowsy, asleep, core))
    try:
        check_rhythm(terms.rhythm)
        if recency is not None and visits is not None and spend is not None:
            terms = Terms(terms.rhythm, ScoreBounds(recency, visits, spend))
            check_score_bounds(ScoreBounds(recency, visits, spend))
    except Refusal as refusal:
        form.refused(refusal, fields=_LAST_FIELDS)
        return None
    return terms


def _steps(form: Form, name: str, *, least: int, most: int, decimals: int = 0) -> Bounds | None:
    read = [form.number(f"{name}_{step}", least=least, most=most, decimals=decimals) for step in _STEPS]
    known = [step for step in read if step is not None]
    if len(known) < len(_STEPS):
        return None
    first, second, third, fourth = known
    return first, second, third, fourth


def _typed(terms: Terms, visit: Visit) -> dict[str, str]:
    """Return terms as they stand in the fields; steps that were never chosen stay empty."""
    rhythm, bounds = terms.rhythm, terms.bounds
    typed = {
        "active_days": str(rhythm.active_days),
        "drowsy_days": str(rhythm.drowsy_days),
        "asleep_days": str(rhythm.asleep_days),
        "core_visits": str(rhythm.core_visits),
        "scored": "fifths" if bounds is None else "own",
    }
    if bounds is None:
        return typed
    whole = 10 ** currency_decimals(visit.business.currency)
    for step in _STEPS:
        spend_minor = bounds.spend_minor[step - 1]
        typed[f"recency_days_{step}"] = str(bounds.recency_days[step - 1])
        typed[f"visits_{step}"] = str(bounds.visits[step - 1])
        typed[f"spend_minor_{step}"] = (
            str(spend_minor // whole) if spend_minor % whole == 0 else f"{Decimal(spend_minor) / whole}"
        )
    return typed
