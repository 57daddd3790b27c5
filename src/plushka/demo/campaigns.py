"""Coupon campaigns of the data set as coupons: whom they addressed, for what, and when who redeemed them (0046)."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from msgspec import Struct, structs

from plushka.demo import calendar, dataset
from plushka.demo.catalog import category_code
from plushka.demo.dataset import code_of
from plushka.domain.coupons.model import Coupon
from plushka.domain.coupons.operations import add_personal_codes, create_coupon
from plushka.engine import conditions
from plushka.engine.program import EarningRule, Fixed, Program
from plushka.platform.database import Tx

POINTS = {"Type A": 150, "Type B": 100, "Type C": 100}
"""What using a coupon gives: invented, since the data's discounts are in the prices already."""
SOURCES = {"Type A": "Почта, кампании A", "Type B": "Почта, кампании B", "Type C": "Почта, кампании C"}
CATEGORIES_MAX = 20
"""Coupons of a campaign for goods of more categories than this were picked for each household out of hundreds: such a
campaign is for any purchase."""


class Campaign(Struct, frozen=True):
    """A campaign with its turned days; ``categories`` are those of its coupons' goods, none: any."""

    number: int
    type: str
    first_on: date
    last_on: date
    categories: tuple[str, ...]


def read_campaigns(yesterday: date) -> list[Campaign]:
    """Return the campaigns in the order of their first days."""
    products = dataset.read("products").select("product_id", "department", "product_category").drop_nulls()
    goods = (
        dataset.read("coupons")
        .join(products, on="product_id")
        .select("campaign_id", "department", "product_category")
        .unique()
        .sort("campaign_id", "department", "product_category")
    )
    categories: dict[int, list[str]] = {}
    for campaign_id, *path in goods.iter_rows():
        categories.setdefault(campaign_id, []).append(category_code(path))
    described = dataset.read("campaign_descriptions").sort("start_date", "campaign_id")
    found = []
    for number, kind, start, end in described.select(
        "campaign_id", "campaign_type", "start_date", "end_date"
    ).iter_rows():
        first_on, last_on = calendar.turned_period(start.date(), end.date(), yesterday)
        codes = tuple(categories.get(number, ()))
        found.append(Campaign(number, kind, first_on, last_on, codes if len(codes) <= CATEGORIES_MAX else ()))
    return found


async def make_coupons(tx: Tx, yesterday: date) -> dict[int, Coupon]:
    """Make a coupon of each campaign, without codes, and return them by campaign."""
    return {
        campaign.number: await create_coupon(
            tx,
            name=f"Кампания № {campaign.number}",
            source=SOURCES[campaign.type],
            first_on=campaign.first_on,
            last_on=campaign.last_on,
        )
        for campaign in read_campaigns(yesterday)
    }


def with_campaigns(program: Program, coupons: Mapping[int, Coupon], yesterday: date) -> Program:
    """Return the programme with a rule for each campaign: points for a purchase of its goods with its coupon."""
    rules = [
        EarningRule(
            f"campaign-{campaign.number}",
            f"Купон кампании № {campaign.number}",
            Fixed(POINTS[campaign.type]),
            when=conditions.Coupon((coupons[campaign.number].key,)),
            lines=conditions.Category(campaign.categories) if campaign.categories else None,
            group="coupons",
            policy="stack",
        )
        for campaign in read_campaigns(yesterday)
    ]
    return structs.replace(program, earning=(*program.earning, *rules))


async def hand_out(tx: Tx, coupons: Mapping[int, Coupon], members: Mapping[int, UUID]) -> None:
    """Give each household that a campaign addressed a code of its own; ``members`` are those that there are."""
    addressed: dict[int, list[tuple[str, UUID]]] = {}
    for campaign_id, household_id in (
        dataset.read("campaigns")
        .select("campaign_id", "household_id")
        .unique()
        .sort("campaign_id")
        .iter_rows()
    ):
        if household_id in members:
            code = code_of(campaign_id, household_id)
            addressed.setdefault(campaign_id, []).append((code, members[household_id]))
    for campaign_id, codes in addressed.items():
        await add_personal_codes(tx, coupons[campaign_id], codes)
