"""What stands above every page of a member's card: who it is, and what can be done."""

from msgspec import Struct

from plushka.delivery.office.choosing import ProgramLink
from plushka.delivery.office.members.columns import told_contact
from plushka.delivery.office.visit import Visit
from plushka.domain.members.model import Identity, Member
from plushka.platform.i18n import marked

IDENTITIES = {
    "phone": marked("phone"),
    "card": marked("card"),
    "email": marked("e-mail"),
    "external": marked("external id"),
}
_TABS = (
    ("", marked("Overview"), "members.read"),
    ("/points", marked("Points"), "members.read"),
    ("/person", marked("Person"), "members.read"),
    ("/events", marked("Events"), "members.read"),
    ("/letters", marked("Messages"), "members.read"),
    ("/journeys", marked("Journeys"), "campaigns.read"),
    ("/deeds", marked("Changes"), "members.read"),
)
_ACTIONS = (
    ("/adjustment", marked("Give or take points"), "plus", "members.adjust"),
    ("/extension", marked("Prolong points"), "calendar", "members.extend"),
    ("/tier", marked("Set the tier"), "star", "members.tier"),
    ("/merge", marked("Join with another card"), "git-merge", "members.merge"),
)


class Tab(Struct, frozen=True):
    """A page of the card."""

    title: str
    href: str
    is_open: bool


class Action(Struct, frozen=True):
    """Something that can be done about the member."""

    title: str
    href: str
    icon: str
    is_grave: bool = False


class Head(Struct, frozen=True):
    """The texts above the card. ``block`` and ``spending_stopped`` are empty where there is nothing to say.

    ``query`` goes behind an address below ``href`` to say which of several programmes it is about.
    """

    href: str
    query: str
    programs: list[ProgramLink]
    name: str
    contacts: tuple[tuple[str, str], ...]
    block: str
    is_unverified: bool
    spending_stopped: str
    may_allow_spending: bool
    may_confirm: bool
    tabs: tuple[Tab, ...]
    actions: tuple[Action, ...]


def told_name(member: Member) -> str:
    """Return what a member is called; of whom no name is known, by what they are known."""
    return member.name or told_contact(member.identities)


def in_order(identities: tuple[Identity, ...]) -> list[Identity]:
    return sorted(identities, key=lambda identity: list(IDENTITIES).index(identity.kind))


def head_of(member: Member, visit: Visit, *, tab: str, page: str | None = None) -> Head:
    """Return what stands above the page ``tab`` of a member's card; ``page`` is another one that stands below it."""
    words, href = visit.words, f"/members/{member.id}"
    actions = [
        Action(words.gettext(title), visit.in_program(f"{href}{path}"), icon)
        for path, title, icon, action in _ACTIONS
        if visit.may(action)
    ]
    if visit.may("members.block"):
        title = words.gettext("Unblock") if member.block else words.gettext("Block")
        actions.append(Action(title, visit.in_program(f"{href}/block"), "ban", is_grave=not member.block))
    return Head(
        href=href,
        query=visit.in_program(""),
        programs=visit.program_links(f"{href}{tab if page is None else page}"),
        name=told_name(member),
        contacts=tuple(
            (words.gettext(IDENTITIES[identity.kind]), identity.value)
            for identity in in_order(member.identities)
        ),
        block=words.gettext(
            "Blocked since {date}: {reason}",
            date=visit.figures.day(member.block.since),
            reason=member.block.reason,
        )
        if member.block
        else "",
        is_unverified=member.is_unverified,
        spending_stopped=words.gettext(
            "Says since {moment} that points were spent without them. Until you allow it, none are spent.",
            moment=visit.figures.moment(member.spending_stopped_at),
        )
        if member.spending_stopped_at
        else "",
        may_allow_spending=visit.may("members.block"),
        may_confirm=visit.may("members.edit"),
        tabs=tuple(
            Tab(words.gettext(title), visit.in_program(f"{href}{path}"), path == tab)
            for path, title, action in _TABS
            if visit.may(action)
        ),
        actions=tuple(actions),
    )
