"""Mechanics beside each other, by the average receipt and by who comes again (F35)."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Dots, Empty, Row, Table, Value, cell
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.mechanics import (
    FRIENDS_RULE,
    KINDS,
    Buyers,
    Kind,
    Mechanic,
    list_mechanics,
    name_mechanics,
)
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.insights.reports.sales import sum_sales
from plushka.domain.programs.queries import list_programs
from plushka.domain.rollups.queries import find_as_of
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

KIND_WORDS: Mapping[Kind, str] = MappingProxyType(
    {
        "promotion": marked("promotion"),
        "rule": marked("earning rule"),
        "tier": marked("discount of a tier"),
        "personal": marked("personal discount"),
        "card": marked("stamp card"),
        "redemption": marked("spending of points"),
        "referral": marked("purchase of a friend"),
    }
)
DOTS_MAX = 30


async def make_mechanics(tx: Tx, visit: Visit, asked: Asked) -> Block:
    gettext = visit.words.gettext
    found, everybody = await list_mechanics(tx, asked.scope)
    found.sort(key=lambda each: KINDS.index(each.kind))
    named = await name_mechanics(tx, [(each.program_id, each.code) for each in found])
    programs = {each.id: each.name for each in await list_programs(tx)}
    with_card = (await sum_sales(tx, asked.scope)).with_card

    card = asked.receipts_url({"member": "with"})

    def behind(each: Mechanic) -> str:
        return asked.receipts_url(
            {"mechanic": each.code, PARAMETER: str(each.program_id) if visit.choices else ""}
        )

    def name(each: Mechanic) -> str:
        kind = gettext(KIND_WORDS[each.kind])
        nameless = gettext("Bring a friend") if each.code == FRIENDS_RULE else each.id
        own = named.get((each.program_id, each.code), nameless or kind[:1].upper() + kind[1:])
        is_told = len(programs) > 1 and not asked.program_id
        return f"{own} ({programs.get(each.program_id, '')})" if is_told else own

    def row(first: Cell | Value, kind: str, came: tuple[int, Ratio, Buyers], own: tuple[Value, Value]) -> Row:
        receipts, mean, who = came
        share = Ratio(receipts, with_card.receipts)
        return (
            cell(first),
            kind,
            *linked(cell(first).href or card, receipts, share, mean, who.buyers, who.returning_share, *own),
        )

    return Block(
        name="mechanics",
        title=gettext("Mechanics beside each other"),
        table=Table(
            (
                Column(gettext("Mechanic"), "text"),
                Column(gettext("What it is"), "text"),
                Column(gettext("Receipts"), "count", "mechanic_receipts"),
                Column(gettext("To receipts with a card"), "share", "mechanic_card_share"),
                Column(gettext("Average receipt"), "money", "average_receipt"),
                Column(gettext("Buyers"), "count", "mechanic_buyers"),
                Column(gettext("Came again"), "share", "mechanic_returning"),
                Column(gettext("Took off"), "money", "mechanic_off"),
                Column(gettext("Points"), "points", "mechanic_points"),
            ),
            tuple(
                row(
                    Cell(name(each), href=behind(each)),
                    gettext(KIND_WORDS[each.kind]),
                    (each.receipts, each.mean, each.who),
                    (each.off_minor or None, each.points or None),
                )
                for each in found
            ),
            total=row(
                gettext("All receipts with a card"),
                "",
                (with_card.receipts, with_card.mean, everybody),
                (with_card.discount_minor + with_card.redeemed_minor, None),
            ),
        ),
        as_of=await find_as_of(tx),
        chart=Dots(
            gettext("Average receipt"),
            gettext("Came again"),
            "money",
            "share",
            tuple(
                (name(each), each.mean, each.who.returning_share)
                for each in found[:DOTS_MAX]
                if each.who.buyers
            ),
        )
        if found
        else None,
        definition="mechanics",
        empty=Empty(
            gettext("No mechanic was on a receipt in this period"),
            gettext("Rules, promotions and cards of the programme stand here as soon as receipts have them."),
        ),
    )
