"""Statements of the hot path have one possible plan: by a key, also on tables that were never analysed (0051)."""

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.occasions.test_giving import REVIEW, cancelled, tell
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.referrals.friends import pay
from tests.domain.rewards.conftest import bought, offered
from tests.domain.shop import open_shop

from plushka.domain.coupons.model import Limits
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.purchases.taking import give_back_reward, take_reward
from plushka.domain.referrals.binding import bind
from plushka.domain.rewards.buying import cancel_own, settle_due
from plushka.domain.segments.operations import create_segment
from plushka.engine.conditions import Coupon, Segment
from plushka.engine.occasion_parts import OccasionBudget
from plushka.engine.price_effects import AmountOff, PercentOff
from plushka.engine.program import (
    Budget,
    EarningCaps,
    EarningRule,
    Percent,
    Program,
    Promotion,
    Referral,
    Requirement,
    Rolling,
    StampCard,
    TierRule,
    Tiers,
)
from plushka.engine.referral_parts import BaseShare
from plushka.engine.stamp_parts import Gift
from plushka.platform.database import APPLICATION_ROLE, Database

GROW = {
    "members", "identities", "wallets", "lots", "postings", "receipts", "returns", "standings", "standing_days",
    "rule_days", "holds", "spend_permits", "coupon_codes", "coupon_uses", "promotion_uses",
    "stamps", "rewards", "reward_acts", "referral_purchases", "referral_rewards", "certificates",
    "certificate_movements", "products", "member_events", "occasion_gifts", "extensions", "code_reservations",
    "reward_supplies", "referral_tries", "handed_codes", "segment_members",
}  # fmt: skip
"""Tables that have as many rows as a business has members or receipts."""
BELIEVED = 20_000
"""Rows that PostgreSQL believes to be in such a table, when it has grown since it was last looked at."""
SHARED = {"tenant_id", "program_id", "till_id", "coupon_id", "branch_id"}
"""Columns that do not tell such rows apart."""


def everything(coupon: str, segment: str) -> Program:
    """Return a programme of all that a receipt can meet."""
    budgets = (
        Budget("uses", 10),
        Budget("amount", 10**9, "branch", "day"),
        Budget("uses", 2, "member", "month"),
    )
    return structs.replace(
        CASHBACK,
        earning=(
            *CASHBACK.earning,
            EarningRule(
                "capped", "До ста в день", Percent(1_00), caps=EarningCaps(per_day=100), policy="stack"
            ),
        ),
        tiers=Tiers(
            (
                TierRule("one", "Один"),
                TierRule("two", "Два", (Requirement("spend", 10**6, Rolling(30)),)),
                TierRule(
                    "three",
                    "Три",
                    (Requirement("active_friends", 9), Requirement("active_friends", 9, Rolling(30))),
                ),
            )
        ),
        caps=EarningCaps(per_day=10_000, per_month=100_000),
        promotions=(
            Promotion("hundred", "Минус сто", AmountOff(100_00), budgets=budgets),
            Promotion("segment", "Своим", PercentOff(1_00), when=Segment((segment,)), group="segments"),
            Promotion("code", "По слову", PercentOff(5_00), when=Coupon((coupon,)), group="codes"),
        ),
        cards=(StampCard("visits", "Визиты", 2, Gift("Кофе")),),
        occasions=(structs.replace(REVIEW, budget=OccasionBudget("points", 10**6)),),
        referral=Referral((BaseShare(5_00), BaseShare(1_00)), paid_after_days=0),
    )


@pytest.fixture
def knows_plans(server_dsn: str) -> None:
    with psycopg.connect(server_dsn) as connection:
        if connection.info.server_version < 16_00_00:
            pytest.skip("PostgreSQL tells what it does with any values since version 16")


@pytest.mark.usefixtures("knows_plans")
async def test_no_statement_of_a_purchase_or_a_return_reads_a_table_through(
    dsn: str, clock: SetClock
) -> None:
    database = await Database.connect(dsn, connections_max=1)
    async with open_shop(database, clock, CASHBACK) as shop:
        async with shop.tx() as tx:
            coupon = await create_coupon(
                tx, name="Слово", limits=Limits(uses_per_code=9, uses_per_member=5, uses_max_a_month=7)
            )
            await add_codes(tx, coupon, ["СЛОВО"])
            segment_id = await create_segment(tx, name="Свои", audience=None)
        await shop.publish(everything(coupon.key, str(segment_id)))
        referrer = await shop.enroll("+79990000002")
        friend = await shop.enroll()
        async with shop.tx() as tx:
            await bind(tx, friend, way="app", referrer_id=referrer)
        for number in "12":
            await shop.buy(number, 900_00, member=friend, coupon_codes=("СЛОВО",))
        await shop.buy("3", 900_00, member=friend, redeem=20)
        await give_back(shop, "r", "2")
        await pay(shop)
        gift = await bought(shop, await offered(shop, stock=3, limit_count=3, limit_span="day"), friend)
        async with shop.tx() as tx:
            await take_reward(tx, shop.caller, gift.id, idempotency_key="t")
        async with shop.tx() as tx:
            await give_back_reward(tx, shop.caller, gift.id, idempotency_key="g")
        async with shop.tx() as tx:
            await cancel_own(tx, gift.id, member_id=friend)
            await settle_due(tx)
        await cancelled(shop, await tell(shop, friend, "e"))
        async with shop.tx() as tx:
            said = await tx.fetch(
                "select statement from pg_prepared_statements where statement like '%-- %$1%'"
            )
    await database.close()
    statements = {row["statement"] for row in said}
    assert len(statements) > 30, "the statements are no longer seen"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "update pg_class set relpages = 1, reltuples = %s where relname = any(%s)", [BELIEVED, list(GROW)]
        )
        # As the application does: what row-level security lets nobody ask an index for is no key.
        connection.execute("select set_config('plushka.tenant_id', %s, false)", [str(shop.caller.tenant_id)])
        connection.execute(f"set role {APPLICATION_ROLE}".encode())
        found = {one for statement in statements for one in read_through(connection, statement)}
        filled = "select relname from pg_class where relname = any(%s) and pg_relation_size(oid) > 0"
        connection.execute("reset role")
        full = {row[0] for row in connection.execute(filled, [list(GROW)])}
    assert len(full) > 15, "tables are no longer filled"
    through = sorted((name, table) for name, table in found if table in full)
    assert not through, through


def read_through(connection: psycopg.Connection, statement: str) -> list[tuple[str, str]]:
    """Return the tables that a statement reads without a key that tells rows apart, each with its name."""
    asked = f"explain (generic_plan, format json) {statement}"
    row = connection.execute(asked.encode()).fetchone()
    assert row is not None
    name = statement.partition("-- ")[2].split()[0]
    return [
        (name, node["Relation Name"])
        for node in _nodes(row[0][0]["Plan"])
        if node.get("Relation Name") in GROW and node["Node Type"] != "ModifyTable" and not _is_by_key(node)
    ]


def _is_by_key(node: dict[str, Any]) -> bool:
    asked = node.get("Index Cond", "")
    named = {
        *re.findall(r"(?<![.\w])(\w+) (?:=|IS)", asked),
        *re.findall(r"(settle_at|expires_at) <=", asked),
    }
    return bool(named - SHARED) or node["Node Type"] == "Bitmap Heap Scan"


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
