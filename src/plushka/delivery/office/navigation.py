"""The sections of the office as an owner thinks of them, and the pages of each."""

from collections.abc import Callable

from msgspec import Struct

from plushka.platform.i18n import marked


class Page(Struct, frozen=True):
    """A page of a section; who may do ``action`` finds it in the navigation."""

    name: str
    title: str
    href: str
    action: str


class Section(Struct, frozen=True):
    """A section with its pages; a section of one page shows none below it."""

    name: str
    title: str
    icon: str
    pages: tuple[Page, ...]


class Item(Struct, frozen=True):
    """A line of the navigation as one person sees it; ``pages`` are those of the section that is open."""

    name: str
    title: str
    icon: str
    href: str
    is_open: bool
    pages: tuple[tuple[str, str, bool], ...]


SECTIONS = (
    Section("home", marked("Summary"), "home", (Page("summary", marked("Summary"), "/", "summary.read"),)),
    Section(
        "members",
        marked("Members"),
        "users",
        (
            Page("list", marked("All members"), "/members", "members.read"),
            Page("inbox", marked("Messages of members"), "/inbox", "chats.read"),
            Page("events", marked("Events"), "/members/events", "events.read"),
            Page("import", marked("Import"), "/members/import", "members.import"),
            Page("approvals", marked("Waiting for approval"), "/members/approvals", "members.approve"),
        ),
    ),
    Section(
        "receipts",
        marked("Receipts"),
        "receipt",
        (Page("list", marked("All receipts"), "/receipts", "receipts.read"),),
    ),
    Section(
        "engagement",
        marked("Engagement"),
        "wand",
        (
            Page("programs", marked("Programmes"), "/engagement/programs", "programs.read"),
            Page("tiers", marked("Tiers"), "/engagement/tiers", "programs.read"),
            Page("calendar", marked("Calendar"), "/engagement/calendar", "programs.read"),
            Page("rewards", marked("Rewards"), "/engagement/rewards", "rewards.read"),
            Page("referrals", marked("Bring a friend"), "/engagement/referrals", "referrals.read"),
            Page("coupons", marked("Coupons"), "/engagement/coupons", "coupons.read"),
            Page("partners", marked("Partners"), "/engagement/partners", "partners.read"),
            Page(
                "certificates", marked("Gift certificates"), "/engagement/certificates", "certificates.read"
            ),
            Page("links", marked("Registration links"), "/engagement/links", "links.read"),
        ),
    ),
    Section(
        "campaigns",
        marked("Campaigns"),
        "send",
        (
            Page("broadcasts", marked("Broadcasts"), "/campaigns", "campaigns.read"),
            Page("journeys", marked("Journeys"), "/campaigns/journeys", "campaigns.read"),
            Page("segments", marked("Segments"), "/campaigns/segments", "segments.read"),
            Page("templates", marked("Templates"), "/campaigns/templates", "templates.read"),
            Page("groups", marked("Groups of members"), "/campaigns/groups", "groups.read"),
            Page("tags", marked("Automatic tags"), "/campaigns/tags", "groups.read"),
            Page("suggestions", marked("What to suggest"), "/campaigns/suggestions", "groups.read"),
            Page("promotions", marked("Results of promotions"), "/campaigns/promotions", "campaigns.read"),
            Page("birthdays", marked("Birthday greetings"), "/campaigns/birthdays", "campaigns.read"),
            Page("method", marked("How results are proven"), "/campaigns/method", "programs.read"),
        ),
    ),
    Section(
        "reports",
        marked("Reports"),
        "chart-bar",
        (
            Page("dashboard", marked("Dashboard"), "/reports", "reports.read"),
            Page("sales", marked("Sales"), "/reports/sales", "reports.read"),
            Page("branches", marked("Branches and cashiers"), "/reports/branches", "reports.read"),
            Page("mechanics", marked("Mechanics and promotions"), "/reports/mechanics", "reports.read"),
            Page("buyers", marked("How buyers come again"), "/reports/buyers", "reports.read"),
            Page("payback", marked("Payback of the programme"), "/reports/payback", "reports.read"),
            Page("points", marked("Points as money"), "/reports/points", "reports.read"),
            Page("constructor", marked("Report constructor"), "/reports/constructor", "reports.read"),
            Page("rfm", marked("RFM and groups"), "/reports/rfm", "reports.read"),
            Page("future", marked("What buyers will bring"), "/reports/future", "reports.read"),
            Page("definitions", marked("What the figures mean"), "/reports/definitions", "reports.read"),
        ),
    ),
    Section(
        "journal",
        marked("Ledger"),
        "shield-check",
        (
            Page("movements", marked("Movements of points"), "/journal", "journal.read"),
            Page("ledger", marked("Proof of the ledger"), "/ledger", "ledger.read"),
        ),
    ),
    Section(
        "settings",
        marked("Settings"),
        "settings",
        (
            Page("business", marked("Business"), "/settings", "settings.read"),
            Page("branding", marked("Look"), "/settings/branding", "settings.read"),
            Page("branches", marked("Branches"), "/settings/branches", "branches.read"),
            Page("products", marked("Products"), "/settings/products", "products.read"),
            Page("tills", marked("Tills"), "/settings/tills", "tills.read"),
            Page("app", marked("Members' app"), "/settings/app", "settings.read"),
            Page("messengers", marked("Messengers"), "/settings/messengers", "bots.read"),
            Page("channels", marked("SMS, mail, push"), "/settings/channels", "channels.read"),
            Page("letters", marked("Letters: rules"), "/settings/letters", "settings.read"),
            Page("events", marked("Events"), "/settings/events", "events.declare"),
            Page("staff", marked("Staff"), "/settings/staff", "staff.read"),
            Page("roles", marked("Roles"), "/settings/roles", "staff.roles"),
            Page("consents", marked("Consents"), "/settings/consents", "settings.consents"),
            Page("sign-in", marked("Signing in"), "/settings/sign-in", "settings.sign_in"),
            Page("limits", marked("Limits"), "/settings/limits", "settings.limits"),
            Page("audit", marked("Who did what"), "/settings/audit", "audit.read"),
            Page("sandbox", marked("Sandbox"), "/settings/sandbox", "sandbox.open"),
        ),
    ),
)


def navigation(*, section: str, page: str, may: Callable[[str], bool]) -> tuple[Item, ...]:
    """Return the sections of which somebody may open a page; a section leads to the first such page.

    ``page`` is the open page's name within ``section``; empty: the section's first.
    """
    items = []
    for known in SECTIONS:
        allowed = [entry for entry in known.pages if may(entry.action)]
        if not allowed:
            continue
        is_open = known.name == section
        shown = page or allowed[0].name
        items.append(
            Item(
                name=known.name,
                title=known.title,
                icon=known.icon,
                href=allowed[0].href,
                is_open=is_open,
                pages=tuple((entry.title, entry.href, entry.name == shown) for entry in allowed)
                if is_open and len(known.pages) > 1
                else (),
            )
        )
    return tuple(items)


def first_page(may: Callable[[str], bool]) -> str:
    """Return where somebody arrives: the summary, or the first page that they may see; else that about themselves."""
    items = navigation(section="", page="", may=may)
    return items[0].href if items else "/account"


def page_of(section: str) -> str:
    """Return where a section begins."""
    return next(known.pages[0].href for known in SECTIONS if known.name == section)
