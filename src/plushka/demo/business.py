"""Opens the demo business: branches, tills with keys, catalog, programme, members. All of it or nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from secrets import token_urlsafe
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import polars as pl

from plushka.demo import baskets, calendar, campaigns, catalog, dataset, people
from plushka.demo.access import Access, TillAccess
from plushka.demo.certificates import sell_certificates
from plushka.demo.dataset import Year
from plushka.demo.enrolling import Newcomer, enroll_all
from plushka.demo.goods import costs_of_goods
from plushka.demo.promotions import with_friends, with_promotions
from plushka.domain.businesses.branches import open_branch
from plushka.domain.businesses.operations import found_business
from plushka.domain.catalog.operations import upsert_categories, upsert_products
from plushka.domain.members.model import Identity
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.staff.model import SCOPES
from plushka.domain.staff.operations import hire, issue_key, register_account, set_up_till
from plushka.engine.program import Program
from plushka.platform.database import Database, Tx

TENANT_ID = UUID("01915e00-0000-7000-8000-0000000084c5")
"""Always the same, so that a second load finds the first."""

NAME = "Complete Journey (демо)"
OWNER = "Анна Абрамова"
EMAIL = "demo@plushka.example"
ACTOR = "operator:demo"
PASSWORD_BYTES = 9
DAY_STARTS = 4
"""The hour at which a business day turns in each of its branches."""

ENROLLED_BEFORE = timedelta(minutes=10)
"""Members enroll at the desk, shortly before their first purchase of the year."""

Step = Callable[[int], None]
"""Told how many members were enrolled since it was last called."""


async def open_business(
    database: Database, year: Year, yesterday: date, *, enrolled: Step, keep: Callable[[Access], None]
) -> Access:
    """Open the business as of the first day of its year, in one transaction, and return its ways in.

    ``keep`` is given the ways in before the transaction commits.
    """
    opened_at = calendar.opens_at(yesterday)
    password = token_urlsafe(PASSWORD_BYTES)
    async with database.transaction(TENANT_ID, actor=ACTOR, at=opened_at) as tx:
        await found_business(
            tx,
            name=NAME,
            currency=baskets.CURRENCY,
            country="US",
            language="ru",
            time_zone=dataset.TIME_ZONE,
        )
        owner = await register_account(tx, email=EMAIL, name=OWNER, password=password, language="ru")
        await hire(tx, account_id=owner.id, role="owner")
        tills = {code: await _open_branch(tx, code) for code in baskets.branch_codes(year)}
        products = dataset.read("products")
        await upsert_categories(tx, catalog.categories(products))
        await upsert_products(tx, catalog.entries(products, costs_of_goods(products, year.lines)))
        campaign_coupons = await campaigns.make_coupons(tx, yesterday)
        program = campaigns.with_campaigns(read_program(), campaign_coupons, yesterday)
        program = await with_promotions(tx, program, from_on=yesterday + timedelta(days=1))
        program_id = await create_program(tx, name=program.name)
        await publish(tx, program_id=program_id, program=program, valid_from=opened_at)
        await publish(
            replace(tx, at=_at(yesterday, 12)),
            program_id=program_id,
            program=with_friends(program),
            valid_from=_at(yesterday + timedelta(days=1), DAY_STARTS),
        )
        await sell_certificates(tx, yesterday)
        members = await _enroll_members(tx, baskets.in_order(year, yesterday), enrolled)
        await campaigns.hand_out(tx, campaign_coupons, members)
        ways_in = Access(email=EMAIL, password=password, tills=tills)
        keep(ways_in)
    return ways_in


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(dataset.TIME_ZONE))


def read_program() -> Program:
    """Return the demo's programme."""
    return msgspec.json.decode(files("plushka.demo").joinpath("program.json").read_bytes(), type=Program)


async def _open_branch(tx: Tx, code: str) -> TillAccess:
    name = "Прочие магазины" if code == baskets.OTHER_STORES else f"Магазин № {code}"
    branch = await open_branch(tx, code=code, name=name)
    till = await set_up_till(tx, name=f"{name}, касса 1", branch_id=branch.id)
    _, secret = await issue_key(tx, till_id=till.id, scopes=SCOPES)
    return TillAccess(till_id=till.id, key=secret)


async def _enroll_members(tx: Tx, in_order: pl.DataFrame, enrolled: Step) -> dict[int, UUID]:
    """Return the members by their households."""
    numbers = {
        household_id: number for number, household_id in enumerate(in_order["household_id"].unique().sort())
    }
    first = (
        in_order.group_by("household_id").agg(pl.col("occurred_at").min()).sort("occurred_at", "household_id")
    )
    newcomers = [
        Newcomer(
            at=occurred_at - ENROLLED_BEFORE,
            name=people.name(numbers[household_id]),
            birthday=people.birthday(household_id),
            identities=(
                Identity(kind="phone", value=people.phone(numbers[household_id])),
                Identity(kind="card", value=baskets.card(household_id)),
            ),
        )
        for household_id, occurred_at in first.iter_rows()
    ]
    member_ids = await enroll_all(tx, newcomers)
    enrolled(len(newcomers))
    return dict(zip(first["household_id"], member_ids, strict=True))
