"""The checklist of the first days: from a programme to a till to the first members."""

from litestar import post
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.navigation import page_of
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.businesses.operations import hide_checklist, show_checklist
from plushka.domain.insights.checklist import FIRST_MEMBERS, Checklist

ANNOUNCE = "/campaigns/announce"


class Item(Struct, frozen=True):
    """A line of the checklist; ``is_next`` is the first that is not done, ``progress`` how far it is.

    ``is_pressed``: the action is no page to look at but is done there, by a press.
    """

    title: str
    text: str
    href: str
    action: str
    is_done: bool
    is_next: bool
    progress: str
    is_pressed: bool = False


def checklist_items(checklist: Checklist, visit: Visit) -> list[Item]:
    """Return the lines to show: none when all is done, when the list was put away, or to who cannot act on it."""
    if checklist.is_hidden or not visit.may("checklist.hide"):
        return []
    words = visit.words
    has_rules = bool(visit.choices) or (visit.version is not None and bool(visit.version.program.earning))
    known = (
        (
            words.gettext("Programme"),
            words.gettext("What points are given for, and what they pay."),
            page_of("engagement"),
            words.gettext("Look at the programme"),
            has_rules,
            "",
        ),
        (
            words.gettext("Till is connected") if checklist.has_receipt else words.gettext("Connect a till"),
            words.gettext("Put the key into the till: its first receipt will tick this line off."),
            "/settings/tills",
            words.gettext("How to connect a till"),
            checklist.has_receipt,
            "",
        ),
        (
            words.gettext("First 10 members"),
            words.gettext("A till enrols a member by their phone, when they first buy."),
            page_of("members"),
            words.gettext("Look at members"),
            checklist.members >= FIRST_MEMBERS,
            words.gettext("{count} of {goal}", count=checklist.members, goal=FIRST_MEMBERS),
        ),
        (
            words.gettext("Announce the programme"),
            words.gettext(
                "A broadcast to members who agreed and were never told. You read it before it is sent."
            ),
            ANNOUNCE,
            words.gettext("Write the announcement"),
            checklist.was_announced,
            "",
        ),
    )
    if all(is_done for *_, is_done, _ in known):
        return []
    upcoming = next(place for place, (*_, is_done, _) in enumerate(known) if not is_done)
    return [
        Item(*line[:5], place == upcoming, line[5], is_pressed=line[2] == ANNOUNCE)
        for place, line in enumerate(known)
    ]


@post("/checklist/hide", opt={"action": "checklist.hide"})
async def put_checklist_away(visit: NamedDependency[Visit]) -> Redirect:
    async with visit.writing() as tx:
        await hide_checklist(tx)
    return sent_on("/", visit.words.gettext("The checklist is put away."), undo="/checklist/show")


@post("/checklist/show", opt={"action": "checklist.hide"})
async def take_checklist_back(visit: NamedDependency[Visit]) -> Redirect:
    async with visit.writing() as tx:
        await show_checklist(tx)
    return sent_on("/", visit.words.gettext("The checklist is back."))
