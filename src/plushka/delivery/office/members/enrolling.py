"""A member enrolled by staff: a phone is enough."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.choosing import read_program
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.members.identities import identify
from plushka.domain.members.model import NAME_LENGTH_MAX
from plushka.domain.members.queries import find_member
from plushka.domain.occasions.profiles import note_profile
from plushka.domain.programs.operations import enroll
from plushka.platform.errors import Refusal


@get("/members/new", opt={"action": "members.enroll"})
async def show_enrolling(visit: NamedDependency[Visit]) -> Response[str]:
    return _page(visit, visit.form())


@post("/members/new", opt={"action": "members.enroll"})
async def enroll_member(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Enrol a member; who has this phone already is opened instead."""
    form = await visit.typed(request)
    text = form.text("phone")
    name = form.text("name", required=False, length_max=NAME_LENGTH_MAX)
    program = read_program(form, visit.choices, default=visit.program)
    if form.is_sound:
        try:
            phone = identify("phone", text, country=visit.business.country)
            async with visit.writing() as tx:
                known = await find_member(tx, phone)
                member = known or await enroll(
                    tx,
                    name=name,
                    identities=[phone],
                    source="office",
                    program_id=program.id if program else None,
                )
                if known is None:
                    await note_profile(tx, visit.office.reference.versions, member.id)
        except Refusal as refusal:
            form.refused(refusal, default="phone")
        else:
            told = (
                visit.words.gettext("This phone is a member's already: here they are.")
                if known
                else visit.words.gettext("The member is enrolled: {phone}.", phone=phone.value)
            )
            return sent_on(f"/members/{member.id}", told)
    return _page(visit, form)


def _page(visit: Visit, form: Form) -> Response[str]:
    return visit.page(
        "members/new.html",
        section="members",
        page="list",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        **visit.program_options,
    )
