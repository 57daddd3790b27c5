"""A preset of the business's trade taken into the draft, in place of all its rules."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import structs

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.draft.desk import Desk, load_desk
from plushka.delivery.office.preset_cards import preset_cards
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.programs.drafts import save_draft
from plushka.domain.programs.model import DraftChanged
from plushka.domain.programs.presets.categories import add_categories
from plushka.domain.programs.presets.shelf import get_preset, list_presets
from plushka.domain.programs.presets.writing import write_program


@get("/engagement/programs/{program_id:uuid}/draft/preset", opt={"action": "programs.edit"})
async def show_presets(visit: NamedDependency[Visit], program_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        desk = await load_desk(tx, program_id, visit)
    return _page(desk, visit.form())


@post("/engagement/programs/{program_id:uuid}/draft/preset", opt={"action": "programs.edit"})
async def take_preset(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Put a preset's rules into the draft, and the categories that they name into the catalog."""
    form = await visit.typed(request)
    chosen = form.choice("preset", tuple(preset.id for preset in list_presets()))
    async with visit.reading() as tx:
        desk = await load_desk(tx, program_id, visit)
    if chosen is not None and _has_other_units(desk):
        form.fail(
            "preset", visit.words.gettext("Members have points in fractions, the presets count whole ones.")
        )
    if chosen is None or not form.is_sound:
        return _page(desk, form)
    preset, business = get_preset(chosen), visit.business
    program = write_program(preset, currency=business.currency, language=business.language)
    try:
        async with visit.writing() as tx:
            await add_categories(tx, preset, business.language)
            await save_draft(
                tx,
                program_id,
                structs.replace(program, name=desk.card.name),
                mark=form.value("mark"),
                removed=(),
            )
    except DraftChanged as refusal:
        form.refused(refusal, default="preset")
        return _page(desk, form)
    return sent_on(
        desk.url,
        visit.words.gettext("The preset is in the draft. Members notice nothing until you publish it."),
    )


def _has_other_units(desk: Desk) -> bool:
    return desk.latest is not None and desk.latest.program.point.scale != 0


def _page(desk: Desk, form: Form) -> Response[str]:
    business = desk.visit.business
    return desk.visit.page(
        "engagement/draft/preset.html",
        section="engagement",
        page="programs",
        status=HTTP_200_OK if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        desk=desk,
        form=form,
        cards=preset_cards(currency=business.currency, language=desk.visit.look.language),
        currency=business.currency,
    )
