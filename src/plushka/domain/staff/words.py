"""Roles, rights and scopes in words, for pages and files alike; translated by whoever shows them."""

from collections.abc import Mapping

from plushka.domain.staff.model import Role, Scope
from plushka.platform.i18n import Translator, marked

ROLE_WORDS: dict[Role, tuple[str, str]] = {
    "owner": (marked("Owner"), marked("may do everything, and gives rights to others")),
    "manager": (marked("Manager"), marked("runs the business: branches, tills, staff, members, programme")),
    "marketer": (marked("Marketer"), marked("knows the members and the programme, sees the figures")),
    "accountant": (marked("Accountant"), marked("sees receipts, the journal of points and its proof")),
    "cashier": (marked("Cashier"), marked("finds members and sees receipts")),
}

GROUP_WORDS: dict[str, str] = {
    "summary": marked("Summary"),
    "checklist": marked("First steps"),
    "businesses": marked("Businesses"),
    "members": marked("Members"),
    "receipts": marked("Receipts"),
    "chats": marked("Messages of members"),
    "programs": marked("Programmes"),
    "certificates": marked("Gift certificates"),
    "events": marked("Events of members"),
    "rewards": marked("Rewards"),
    "referrals": marked("Bring a friend"),
    "coupons": marked("Coupons"),
    "partners": marked("Partners"),
    "links": marked("Registration links"),
    "campaigns": marked("Broadcasts and journeys"),
    "templates": marked("Templates"),
    "segments": marked("Segments"),
    "groups": marked("Groups of members"),
    "reports": marked("Reports"),
    "journal": marked("Journal of points"),
    "payback": marked("Payback of the programme"),
    "points": marked("Points in the books"),
    "ledger": marked("Proof of the ledger"),
    "settings": marked("Settings"),
    "branding": marked("Look"),
    "branches": marked("Branches"),
    "products": marked("Products"),
    "tills": marked("Tills"),
    "staff": marked("Staff"),
    "audit": marked("Who did what"),
    "bots": marked("Messengers"),
    "channels": marked("SMS, mail, pushes"),
    "sandbox": marked("Sandbox"),
}
"""By what stands before the dot of an action, in the order in which they are shown."""

ACTION_WORDS: dict[str, str] = {
    "summary.read": marked("see how today goes"),
    "checklist.hide": marked("put the list of first steps away"),
    "businesses.found": marked("found another business"),
    "chats.read": marked("read what members write"),
    "chats.answer": marked("answer members"),
    "members.read": marked("find members and see their cards"),
    "members.tag": marked("tag members"),
    "members.enroll": marked("enrol members"),
    "members.note": marked("write notes and important days"),
    "members.consent": marked("note what members agreed to"),
    "members.edit": marked("edit profiles, correct phones and cards"),
    "members.birthday": marked("change a birthday before the year is over"),
    "members.adjust": marked("give and take points by hand"),
    "members.approve": marked("approve what is above the limit of others"),
    "members.extend": marked("prolong points"),
    "members.tier": marked("set tiers by hand"),
    "members.block": marked("block members"),
    "members.merge": marked("join two cards of one person"),
    "members.bulk": marked("change many members at once"),
    "members.export": marked("take members away as a file"),
    "members.import": marked("bring members in from a file"),
    "events.read": marked("see events of members"),
    "events.note": marked("note events of members by hand"),
    "events.cancel": marked("cancel events and take their points back"),
    "events.export": marked("take events away as a file"),
    "events.declare": marked("declare kinds of events"),
    "receipts.read": marked("see receipts"),
    "receipts.export": marked("take receipts away as a file"),
    "receipts.margin": marked("see what receipts have earned the business"),
    "reports.read": marked("see dashboards and reports"),
    "reports.advice": marked("see what to do next, begin it and put it away"),
    "reports.margin": marked("see cost and margin in reports"),
    "reports.export": marked("take reports away as files"),
    "payback.costs": marked("write down what the programme costs"),
    "points.accounts": marked("choose the accounts that points are booked to"),
    "points.export": marked("take entries on points for the books away as a file"),
    "programs.read": marked("see the rules of the programmes"),
    "programs.edit": marked("write drafts of rules"),
    "programs.try": marked("try drafts of rules on the business's own receipts"),
    "programs.publish": marked("publish rules, create and rename programmes"),
    "referrals.read": marked("see who brings friends and what is given for it"),
    "groups.read": marked("see the groups of members"),
    "groups.change": marked("change the bounds of groups, tag by rules"),
    "referrals.export": marked("take the list of who brings friends away as a file"),
    "coupons.read": marked("see coupons and what came of them"),
    "coupons.change": marked("make and stop coupons"),
    "coupons.export": marked("take codes of coupons away as a file"),
    "partners.read": marked("see partners and what came of their offers"),
    "partners.change": marked("invite partners, give them coupons, end partnerships"),
    "partners.hand": marked("print codes of partners, show and hide their offers"),
    "links.read": marked("see registration links and what came of them"),
    "links.change": marked("make and close registration links"),
    "campaigns.read": marked("see broadcasts and journeys, and what came of them"),
    "campaigns.change": marked("write broadcasts and journeys"),
    "campaigns.send": marked("start broadcasts and journeys, pause them and call them off"),
    "campaigns.export": marked("take broadcasts, journeys and their members away as files"),
    "templates.read": marked("see templates of letters"),
    "templates.change": marked("write and change templates of letters"),
    "segments.read": marked("see segments of members"),
    "segments.change": marked("make and change segments of members"),
    "segments.import": marked("bring members into lists from files"),
    "journal.read": marked("see all movements of points"),
    "journal.export": marked("take the movements away as a file"),
    "ledger.read": marked("see whether the ledger holds"),
    "ledger.verify": marked("check the ledger now"),
    "settings.read": marked("see how the business is set up"),
    "settings.change": marked("change how the business is set up"),
    "settings.limits": marked("set the limits of points by hand"),
    "settings.consents": marked("write what members agree to"),
    "settings.sign_in": marked("demand a second factor of roles"),
    "branding.change": marked("choose colour, logo and card"),
    "branches.read": marked("see the branches"),
    "branches.open": marked("open new branches"),
    "branches.change": marked("change, close and reopen branches"),
    "products.read": marked("see the products"),
    "products.change": marked("add, change and put away products, set their prices"),
    "products.export": marked("take the products away as a file"),
    "tills.read": marked("see the tills and when they were used"),
    "tills.change": marked("set up tills, issue and revoke their keys"),
    "bots.read": marked("see the bots in messengers and how they do"),
    "bots.change": marked("connect and disconnect bots"),
    "channels.read": marked("see the channels of SMS, mail and push and how they do"),
    "channels.change": marked("connect, try out and disconnect channels of SMS, mail and push"),
    "sandbox.open": marked("open and close the sandbox"),
    "rewards.read": marked("see the catalogue of rewards and what came of it"),
    "rewards.change": marked("change the catalogue of rewards and its stock"),
    "rewards.export": marked("take the catalogue of rewards away as a file"),
    "certificates.read": marked("see gift certificates and what is owed by them"),
    "certificates.issue": marked("make gift certificates and their kinds"),
    "certificates.sell": marked("sell gift certificates by hand"),
    "certificates.change": marked("block, prolong and hand over gift certificates"),
    "certificates.print": marked("print gift certificates with their PINs"),
    "certificates.export": marked("take gift certificates away as a file"),
    "staff.read": marked("see who works here"),
    "staff.change": marked("invite, change roles, dismiss, make links for new passwords"),
    "staff.roles": marked("make roles of your own"),
    "audit.read": marked("see who did what"),
    "audit.export": marked("take the trail away as a file"),
}


SCOPE_WORDS: dict[Scope, str] = {
    "members": marked("find and enrol members"),
    "quotes": marked("count a receipt before it is paid"),
    "purchases": marked("report receipts, spend points"),
    "returns": marked("report returns"),
    "certificates": marked("check and sell gift certificates"),
    "events": marked("tell events of members: reviews, surveys"),
}


def told_actor(actor: str, names: Mapping[str, str], words: Translator) -> str:
    """Return who did something: a person's name where ``names`` knows it, else what kind of actor it was."""
    if actor in names:
        return names[actor]
    match actor.partition(":")[0]:
        case "till":
            return words.gettext("a till")
        case "job":
            return words.gettext("Plushka, by the clock")
        case "visitor":
            return words.gettext("somebody unknown")
        case "operator":
            return words.gettext("the operator")
        case _:
            return words.gettext("a former colleague")


def role_words(role: Role | None, own_name: str | None, words: Translator) -> str:
    """Return what a role is called: one of the five, or the business's own."""
    return words.gettext(ROLE_WORDS[role][0]) if role else own_name or ""
