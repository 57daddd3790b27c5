"""The pages of the editor: one form a section, with the programme in sentences and the try-it panel beside it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.draft import trying, trying_occasion
from plushka.delivery.office.engagement.draft.desk import Desk, load_desk
from plushka.delivery.office.engagement.draft.edits import edited
from plushka.delivery.office.engagement.draft.kept_trial import keep_trial, kept_trial
from plushka.delivery.office.engagement.draft.options import Options
from plushka.delivery.office.engagement.draft.parts_list import Rearranged, part_rows, rearranged
from plushka.delivery.office.engagement.draft.places import UNREADABLE, find_problems
from plushka.delivery.office.engagement.draft.sections import ITEMS, SECTIONS, Section
from plushka.delivery.office.engagement.what_if.asking import ask_the_usual
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.catalog.queries import search_goods
from plushka.domain.programs.drafts import discard_draft, save_draft
from plushka.domain.programs.model import DraftChanged
from plushka.domain.programs.telling.meetings import tell_meetings
from plushka.domain.programs.telling.model import ProgramTelling
from plushka.domain.programs.telling.program import describe_program
from plushka.engine.program import Program
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

SEARCH_LENGTH_MAX = 100
_SEARCH = ".search"
_SAVED = marked("Saved in the draft. Members see nothing of it until it is published.")
_NOTICES = {
    "rule.remove": marked("The rule is removed from the draft. Until it is published you can put it back."),
    "rule.return": marked("The rule is in the draft again."),
    "rule.up": marked("The order of the rules is saved in the draft."),
    "rule.down": marked("The order of the rules is saved in the draft."),
    "promotion.remove": marked(
        "The promotion is removed from the draft. Until it is published you can put it back."
    ),
    "promotion.return": marked("The promotion is in the draft again."),
    "promotion.pause": marked("The promotion is paused in the draft. Publish it, and it stops."),
    "card.remove": marked("The card is removed from the draft. Until it is published you can put it back."),
    "card.return": marked("The card is in the draft again."),
    "card.pause": marked("The card is paused in the draft. Publish it, and it takes no more stamps."),
    "card.resume": marked("The card goes on in the draft. Publish it, and it takes stamps."),
    "promotion.resume": marked("The promotion goes on in the draft. Publish it, and it applies."),
}


class Written(Struct, frozen=True):
    """A section as it was sent: what was typed, and the programme that it makes of the draft."""

    form: Form
    program: Program


@get("/engagement/programs/{program_id:uuid}/draft", opt={"action": "programs.edit"})
async def show_draft(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    """Show the rules of the draft."""
    async with visit.reading() as tx:
        form = visit.form().altered(kept_trial(request.cookies))
        desk = await load_desk(tx, program_id, visit, form)
        return await _page(tx, desk, SECTIONS["earning"], "", form)


@get("/engagement/programs/{program_id:uuid}/draft/{section:str}", opt={"action": "programs.edit"})
async def show_section(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], section: FromPath[str], request: OfficeRequest
) -> Response[str]:
    """Show a section of the draft, or one of its rules."""
    wanted, rule_id = _section(section), request.query_params.get("id", "")
    async with visit.reading() as tx:
        trial = kept_trial(request.cookies)
        desk = await load_desk(tx, program_id, visit, Form(visit.words, trial))
        typed = {**wanted.write(desk, rule_id), **trial}
        return await _page(
            tx, desk, wanted, rule_id, Form(visit.words, typed, scale=desk.program.point.scale)
        )


@post("/engagement/programs/{program_id:uuid}/draft/discard", opt={"action": "programs.edit"})
async def discard(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], request: OfficeRequest
) -> Redirect:
    """Throw the draft away."""
    form = await visit.typed(request)
    async with visit.writing() as tx:
        await discard_draft(tx, program_id, mark=form.value("mark"))
    return sent_on(
        f"/engagement/programs/{program_id}",
        visit.words.gettext("The draft is thrown away. What is published stays as it is."),
    )


@post("/engagement/programs/{program_id:uuid}/draft/{section:str}", opt={"action": "programs.edit"})
async def send_section(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], section: FromPath[str], request: OfficeRequest
) -> Response[str] | Redirect:
    """Do what a button of the section says. What was typed comes back whatever is wrong with it."""
    wanted, rule_id = _section(section), request.query_params.get("id", "")
    form = await visit.typed(request)
    do = form.value("do")
    is_live = request.headers.get("hx-target") == "told"
    async with visit.reading() as tx:
        desk = await load_desk(tx, program_id, visit, form)
        changed = edited(form, wanted.begin) or await trying.altered(tx, form, desk)
        moved = rearranged(do, desk) if changed is None else None
        if moved is None and (changed is not None or (do != "save" and not do.startswith("go:"))):
            desk = await load_desk(tx, program_id, visit, changed or form)
            return await _page(tx, desk, wanted, rule_id, changed or form, is_live=is_live)
        written = _read(form, desk, wanted, rule_id)
        if not written.form.is_sound:
            return await _page(tx, desk, wanted, rule_id, form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    after = moved or Rearranged(written.program, desk.draft.removed)
    try:
        if after.program != desk.program:
            async with visit.writing() as tx:
                await save_draft(
                    tx, program_id, after.program, mark=form.value("mark"), removed=after.removed
                )
    except DraftChanged as refusal:
        form.refused(refusal)
        async with visit.reading() as tx:
            desk = await load_desk(tx, program_id, visit, form)
            return await _page(tx, desk, wanted, rule_id, form, status=HTTP_409_CONFLICT)
    if after.new is not None:
        answer = Redirect(f"{desk.url}/{after.kind}?{urlencode({'id': after.new.id})}", status_code=303)
    elif do == "go:what-if":
        answer = Redirect(await ask_the_usual(visit, program_id), status_code=303)
    else:
        answer = _after(do, desk, wanted, rule_id)
    keep_trial(answer, form, path=desk.url)
    return answer


def _after(do: str, desk: Desk, section: Section, rule_id: str) -> Redirect:
    words = desk.words
    if do.startswith("go:"):
        target = do.removeprefix("go:")
        known = target in SECTIONS or target == "publish"
        return Redirect(f"{desk.url}/{target if known else 'earning'}", status_code=303)
    notice = words.gettext(_NOTICES.get(do.partition(":")[0], _SAVED))
    if section.of:
        return sent_on(f"{desk.url}/{section.name}?{urlencode({'id': rule_id})}", notice)
    return sent_on(f"{desk.url}/{section.name}", notice)


@get("/engagement/goods", opt={"action": "programs.edit"})
async def find_goods(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Return what a search for goods finds, as buttons of the form that searches."""
    asked = request.query_params
    name = next((name for name in asked if name.endswith(_SEARCH)), "")
    text = asked.get(name, "").replace("\0", "").strip()[:SEARCH_LENGTH_MAX]
    async with visit.reading() as tx:
        found = await search_goods(tx, text) if text else ()
    return visit.fragment(
        "engagement/draft/found.html",
        field=name.removesuffix(_SEARCH),
        search=text,
        found=found,
        kinds=Options.kinds(visit.words),
    )


def _section(name: str) -> Section:
    section = ITEMS.get(name) or SECTIONS.get(name)
    if section is None:
        raise NotFoundException
    return section


def _read(form: Form, desk: Desk, section: Section, rule_id: str) -> Written:
    """Read what was sent; what could not even be told is a problem as well as what cannot be read."""
    program = section.read(form, desk, rule_id)
    for found in find_problems(program, desk):
        if found.code in UNREADABLE and found.section == section.name and found.rule_id in {"", rule_id}:
            form.fail(found.field, found.text)
    return Written(form, program)


async def _page(
    tx: Tx,
    desk: Desk,
    section: Section,
    rule_id: str,
    form: Form,
    *,
    status: int = HTTP_200_OK,
    is_live: bool = False,
) -> Response[str]:
    """Return the page of a section; ``is_live``: only what stands beside the form."""
    # Read once more on a copy, so that a page shown first has no problems but those of its sense.
    copy = form.altered({}) if form.values("do") else Form(desk.words, section.write(desk, rule_id))
    written = _read(copy, desk, section, rule_id)
    program = written.program if copy.is_sound else desk.program
    problems = find_problems(program, desk)
    for found in problems:
        if found.section == section.name and found.rule_id in {"", rule_id}:
            form.fail(found.field, found.text)
    show_panel = (
        trying_occasion.show_panel if "occasions" in {section.name, section.of} else trying.show_panel
    )
    telling = describe_program(program, language=desk.visit.look.language, names=desk.names)
    values: dict[str, Any] = {
        "desk": desk,
        "form": form,
        "is_stale": not copy.is_sound,
        "problems": problems,
        "telling": telling,
        "rows": part_rows(desk, section.name),
        "meetings": _meetings(desk) if section.name == "promotions" else [],
        "part_told": _part(telling, section, rule_id),
        "panel": await show_panel(tx, form, desk, program, is_sound=not problems),
        "options": Options(desk),
    }
    if is_live:
        answer = desk.visit.fragment("engagement/draft/live.html", **values)
        keep_trial(answer, form, path=desk.url)
        return answer
    answer = desk.visit.page(
        "engagement/draft/editor.html",
        section="engagement",
        page="programs",
        status=status,
        here=section.of or section.name,
        action=f"{desk.url}/{section.name}" + (f"?{urlencode({'id': rule_id})}" if section.of else ""),
        body=f"own/engagement/draft/{section.template}",
        title=desk.words.gettext(section.title),
        sections=SECTIONS,
        found=await _found(tx, form),
        **values,
    )
    keep_trial(answer, form, path=desk.url)
    return answer


def _meetings(desk: Desk) -> list[str]:
    visit = desk.visit
    return tell_meetings(desk.program, today=visit.today, language=visit.look.language, names=desk.names)


def _part(telling: ProgramTelling, section: Section, rule_id: str) -> tuple[str, ...]:
    """Return the sentences of the part that the page is about."""
    of_item = {
        "rule": telling.earning,
        "promotion": telling.promotions,
        "card": telling.cards,
        "occasion": telling.occasions,
    }
    if section.name in of_item:
        return tuple(each.sentence for each in of_item[section.name] if each.rule == rule_id)
    of_section = {
        "promotions": (),
        "cards": (),
        "occasions": (),
        "friends": telling.friends,
        "redemption": telling.redemption,
        "life": telling.life,
        "tiers": telling.tiers,
    }
    return of_section.get(section.name, telling.earning_terms)


async def _found(tx: Tx, form: Form) -> dict[str, Any]:
    """Return what the searches of the form find, by the field they search for."""
    return {
        name.removesuffix(_SEARCH): await search_goods(tx, text[:SEARCH_LENGTH_MAX])
        for name in form.names()
        if name.endswith(_SEARCH) and (text := form.value(name).strip())
    }
