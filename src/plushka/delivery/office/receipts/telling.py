"""The filters of the list of receipts in words, each with the list without it."""

from collections.abc import Iterator
from uuid import UUID

from plushka.delivery.office.chips import Chip
from plushka.delivery.office.receipts.asked import NONE, ONCE, Asked
from plushka.delivery.office.receipts.mechanics import Choices
from plushka.delivery.office.reports.constructor.matching import told_rows
from plushka.delivery.office.visit import Visit
from plushka.domain.businesses.queries import list_branches
from plushka.domain.catalog.queries import list_categories, name_products
from plushka.platform.database import Tx
from plushka.platform.i18n import WEEKDAYS, marked

_WORDS = {
    ("member", "with"): marked("With a card"),
    ("member", "without"): marked("Without a card"),
    ("mark", "redeemed"): marked("Points were spent"),
    ("mark", "earned"): marked("Points were earned"),
    ("mark", "unspent"): marked("No points were spent"),
    ("mark", "plain"): marked("Points neither earned nor spent"),
    ("mark", "returned"): marked("With a return"),
    ("left", "yes"): marked("Without those that came back whole"),
    ("left", "no"): marked("Came back whole"),
    ("turn", "first"): marked("First purchases"),
    ("turn", "again"): marked("Repeat purchases"),
    ("own", "yes"): marked("Goods of the category itself"),
    ("bought", ONCE): marked("Members who have bought once"),
    ("bought", "2"): marked("Members who have bought twice or more"),
    ("bought", "3"): marked("Members who have bought three times or more"),
    ("bought", "4"): marked("Members who have bought four times or more"),
    ("sex", "female"): marked("Women"),
    ("sex", "male"): marked("Men"),
    ("sex", NONE): marked("Sex is not known"),
    ("born", "yes"): marked("Birthday is known"),
    ("born", "no"): marked("Birthday is not known"),
    ("rated", "any"): marked("Rated"),
    ("rated", "low"): marked("Rated low"),
}
_DAYS = (
    ("first_on", "last_on", marked("Days of purchase")),
    ("back_from", "back_to", marked("Days of return")),
    ("since_from", "since_to", marked("The member's first purchase")),
    ("", "last_to", marked("The member's last purchase")),
    ("born_from", "born_to", marked("The member was born")),
)


async def chips(tx: Tx, asked: Asked, mechanics: Choices, visit: Visit) -> list[Chip]:
    """Return what is asked in words, but for the number and the member, which stand in fields of their own."""
    names = {str(branch.id): branch.name for branch in await list_branches(tx)} if asked.branch else {}
    products = await name_products(tx, asked.sku) if asked.sku else {}
    categories = {each.code: each.name for each in await list_categories(tx)} if asked.category else {}
    gettext = visit.words.gettext
    told: list[tuple[tuple[str, ...], str]] = [*_told_days(asked, visit), *_told_words(asked, visit)]
    if asked.branch:
        places = ", ".join(names.get(each, "…") for each in asked.branch)
        told.append((("branch",), gettext("Branch: {name}", name=places)))
    if asked.program:
        told.append(
            (("program",), gettext("Programme: {name}", name=visit.name_of(UUID(asked.program)) or "…"))
        )
    if asked.mechanic:
        named = {code: name for _, choices in mechanics for code, name in choices}
        told.append((("mechanic",), gettext("On it: {name}", name=named.get(asked.mechanic, asked.mechanic))))
    if asked.sku:
        goods = " + ".join(products.get(sku, sku) for sku in asked.sku)
        told.append((("sku",), gettext("Has: {name}", name=goods)))
    if asked.category == NONE:
        told.append((("category", "within", "own"), gettext("Has goods of no category")))
    elif asked.category:
        category = categories.get(asked.category, asked.category)
        above = asked.within if asked.within != NONE else ""
        told.append(
            (
                ("category", "within", "own"),
                gettext(
                    "Has goods of: {category}, part of {above}",
                    category=category,
                    above=categories.get(above, above),
                )
                if above
                else gettext("Has goods of: {category}", category=category),
            )
        )
    if matching := asked.matching(visit):
        told.append((("rows",), await told_rows(tx, matching, visit)))
    return [Chip(text, asked.url(without=fields)) for fields, text in told]


def _told_days(asked: Asked, visit: Visit) -> Iterator[tuple[tuple[str, ...], str]]:
    gettext, day = visit.words.gettext, visit.figures.full_day
    for first, last, title in _DAYS:
        from_on, to_on = getattr(asked, first, None), getattr(asked, last)
        if from_on and to_on:
            told = day(from_on) if from_on == to_on else f"{day(from_on)}\N{EN DASH}{day(to_on)}"
        elif from_on:
            told = gettext("since {day}", day=day(from_on))
        elif to_on:
            told = gettext("until {day}", day=day(to_on))
        else:
            continue
        yield (first, last), f"{gettext(title)}: {told}"


def _told_words(asked: Asked, visit: Visit) -> Iterator[tuple[tuple[str, ...], str]]:
    gettext = visit.words.gettext
    for name in ("left", "member", "turn", "mark", "bought", "sex", "born", "rated"):
        if words := _WORDS.get((name, getattr(asked, name))):
            yield (name,), gettext(words)
    if asked.rated.isdigit():
        yield ("rated",), gettext("Rated {score}", score=asked.rated)
    if asked.weekday:
        yield ("weekday",), gettext(WEEKDAYS[int(asked.weekday) - 1]).capitalize()
    if asked.hour:
        yield ("hour",), gettext("Hour: {hour}", hour=f"{asked.hour}:00")
    if asked.seller or asked.cashier:
        told = gettext("not named by the till") if asked.seller == NONE else asked.seller or asked.cashier
        yield ("seller", "cashier"), gettext("Cashier: {name}", name=told)
    if asked.least or asked.most:
        bounds = (
            gettext("from {amount}", amount=asked.least) if asked.least else "",
            gettext("to {amount}", amount=asked.most) if asked.most else "",
        )
        yield ("least", "most"), gettext("Amount {bounds}", bounds=" ".join(filter(None, bounds)))
