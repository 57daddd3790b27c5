"""The shop that is measured: the demo's programme of 20 rules, a catalog, members with cards, one till."""

import random
from dataclasses import dataclass
from uuid import UUID

from plushka.domain.businesses.branches import open_branch
from plushka.domain.businesses.operations import found_business
from plushka.domain.catalog.model import Category, ProductEntry
from plushka.domain.catalog.operations import upsert_categories, upsert_products
from plushka.domain.ledger.bookkeeping import insert_wallets
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.programs.standings import open_standings
from plushka.domain.staff.model import SCOPES
from plushka.domain.staff.operations import issue_key, set_up_till
from plushka.engine.program import Program
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id

MEMBERS = 20_000
PRODUCTS = 2_000
FIRST_CARD = 100_000
TIME_ZONE = "America/New_York"
DEPARTMENTS = {
    "grocery": ("soft-drinks", "coffee", "cheese", "frozen-pizza", "cereal", "bread", "beers-ales"),
    "produce": ("bananas", "tomatoes", "potatoes"),
    "meat": ("beef", "chicken"),
    "pastry": ("cakes", "cookies"),
    "deli": ("salads", "meats"),
    "drug-gm": ("hair-care-products", "diapers-disposables", "candy-checklane", "cigarettes"),
    "nutrition": ("fitness-diet",),
}
"""A small likeness of the demo's data set: the rules name some of them."""


@dataclass(frozen=True)
class Shop:
    """The business with its only till; ``skus`` are what it sells."""

    tenant_id: UUID
    till_id: UUID
    branch_id: UUID
    program_id: UUID
    key: str
    skus: tuple[str, ...]


async def open_shop(database: Database, program: Program) -> Shop:
    """Found the shop under ``program``, in its currency, with nobody enrolled yet."""
    products = list(_products())
    async with database.transaction(new_id(), actor="operator:bench", at=SystemClock().now()) as tx:
        await found_business(
            tx,
            name="Bench",
            currency=program.currency,
            country="US",
            language="en",
            time_zone=TIME_ZONE,
        )
        branch = await open_branch(tx, code="main", name="Main")
        till = await set_up_till(tx, name="Till 1", branch_id=branch.id)
        _, key = await issue_key(tx, till_id=till.id, scopes=SCOPES)
        await upsert_categories(tx, _categories())
        await upsert_products(tx, products)
        program_id = await create_program(tx, name=program.name)
        await publish(tx, program_id=program_id, program=program, valid_from=tx.at)
    skus = tuple(product.sku for product in products)
    return Shop(tx.tenant_id, till.id, branch.id, program_id, key, skus)


async def enroll_many(database: Database, shop: Shop, program: Program, count: int) -> list[UUID]:
    """Enrol members with cards from ``FIRST_CARD`` on, as ``enroll`` would, but all at once."""
    member_ids = [new_id() for _ in range(count)]
    async with database.transaction(shop.tenant_id, actor="operator:bench", at=SystemClock().now()) as tx:
        await _insert_members(tx, member_ids)
        await insert_wallets(
            tx, [(new_id(), member_id) for member_id in member_ids], program_id=shop.program_id
        )
        tier = program.tiers.tiers[0].id if program.tiers else None
        await open_standings(tx, member_ids, program_id=shop.program_id, tier=tier)
    return member_ids


async def _insert_members(tx: Tx, member_ids: list[UUID]) -> None:
    await tx.execute(
        """
        -- bench.insert_members
        insert into members (tenant_id, id, name, enrolled_at)
        select $1, id, 'Member', $2 from unnest($3::uuid[]) as new (id)
        """,
        tx.tenant_id,
        tx.at,
        member_ids,
    )
    await tx.execute(
        """
        -- bench.insert_identities
        insert into identities (tenant_id, kind, value, member_id, created_at)
        select $1, 'card', value, member_id, $2 from unnest($3::text[], $4::uuid[]) as new (value, member_id)
        """,
        tx.tenant_id,
        tx.at,
        [str(FIRST_CARD + number) for number in range(len(member_ids))],
        member_ids,
    )


def _categories() -> list[Category]:
    departments = [Category(department, department) for department in DEPARTMENTS]
    return departments + [
        Category(f"{department}/{name}", name, parent=department)
        for department, names in DEPARTMENTS.items()
        for name in names
    ]


def _products() -> list[ProductEntry]:
    dice = random.Random(7)  # noqa: S311  a repeatable assortment, not a secret
    categories = [category.code for category in _categories() if category.parent]
    return [
        ProductEntry(
            sku=str(4_600_000 + number),
            name=f"Product number {number}",
            category=dice.choice(categories),
            brand=dice.choice(("National", "National", "Private")),
        )
        for number in range(PRODUCTS)
    ]
