"""A clean ledger proves itself; whatever is changed behind its back is told."""

from uuid import UUID

import psycopg
import pytest
from tests.conftest import SetClock
from tests.domain.certificates.conftest import sold
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.rewards.conftest import bought, offered
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.verification import verify_tenant
from plushka.domain.certificates.model import Tender
from plushka.domain.ledger.queries import list_verifications
from plushka.domain.purchases.model import HoldRequest, ReturnLine, ReturnRequest
from plushka.domain.purchases.operations import hold, return_purchase
from plushka.platform.database import Database

STAMPED = """
    insert into stamps (
        tenant_id, receipt_id, card_id, member_id, program_id, business_date, count, count_left, rewards, rewards_left,
        terms
    )
    select r.tenant_id, r.id, 'card', r.member_id, p.id, r.business_date, 1, 1, 1, 1, '{}'
    from receipts r cross join programs p where r.member_id is not null;
"""
WON = """
    insert into rewards (tenant_id, id, receipt_id, member_id, program_id, card_id, name, code, issued_at)
    select tenant_id, gen_random_uuid(), receipt_id, member_id, program_id, card_id, 'gift', receipt_id, now()
    from stamps;
"""
TAKEN = "update rewards set state = 'taken', taken_at = now(), taken_till_id = tills.id from tills"


async def some_trade(shop: Shop) -> UUID:
    member_id = await shop.enroll()
    await shop.buy("1", 1_000_00, member=member_id)
    await shop.buy("2", 100_00, member=member_id, redeem=40)
    await shop.buy("anonymous", 100_00)
    certificate = await sold(shop, 500_00)
    await shop.buy("gift", 200_00, tenders=(Tender(certificate.number, 200_00),))
    await bought(shop, await offered(shop, stock=2), member_id)
    async with shop.tx() as tx:
        await hold(tx, shop.reference, shop.caller, HoldRequest("order", member_id, 10))
        await return_purchase(tx, shop.reference, shop.caller, ReturnRequest("r", "2", (ReturnLine(0, 500),)))
        await return_purchase(
            tx, shop.reference, shop.caller, ReturnRequest("g", "gift", (ReturnLine(0, 500),))
        )
    return member_id


async def test_a_clean_ledger_is_told_with_its_figures_and_kept(database: Database, clock: SetClock) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        await some_trade(shop)
        verification = await verify_tenant(database, clock, shop.caller.tenant_id)
        assert verification.differences == ()
        figures = verification.figures
        assert (figures["issued"], figures["spent"], figures["reversed"]) == (106, 60, 3)
        assert (figures["available"], figures["held"]) == (33, 10)
        async with shop.tx() as tx:
            assert await list_verifications(tx) == [verification]


@pytest.mark.parametrize(
    ("tampering", "laws"),
    [
        ("update wallets set available = available + 1", {"wallet_equals_journal", "wallet_equals_lots"}),
        ("update lots set available = available - 1 where available > 0", {"lot_equals_journal"}),
        ("update postings set points = points + 1 where kind = 'redeem'", {"receipt_equals_journal"}),
        ("delete from postings where kind = 'restore'", {"return_equals_journal"}),
        ("update holds set state = 'cancelled', closed_at = created_at", {"held_equals_open_holds"}),
        ("update receipts set refunded_minor = 1", {"refund_equals_returns"}),
        (
            "update receipts set earned_points = earned_points + 1 where member_id is not null",
            {"receipt_equals_journal"},
        ),
        (
            """
            insert into programs (tenant_id, id, name, created_at)
                select tenant_id, gen_random_uuid(), 'another', now() from programs;
            update wallets set program_id = (select id from programs where name = 'another')
            """,
            {"receipt_moves_points_of_its_programme"},
        ),
        ("update standings set purchases = 7", {"standing_equals_receipts", "standing_equals_its_days"}),
        (
            """
            insert into promotion_counters (tenant_id, program_id, promotion_id, branch_id, since, span, uses)
                select tenant_id, id, 'p', gen_random_uuid(), '1970-01-01', 'always', 1 from programs
            """,
            {"counter_equals_its_uses"},
        ),
        (
            """
            insert into coupons (tenant_id, id, name, created_at)
                select tenant_id, gen_random_uuid(), 'x', now() from programs;
            insert into coupon_codes (tenant_id, key, code, coupon_id, uses, uses_max)
                select tenant_id, 'A1', 'A1', id, 1, 2 from coupons
            """,
            {"code_counts_its_uses"},
        ),
        (
            "update certificates set balance_minor = balance_minor + 1",
            {"certificate_equals_its_movements"},
        ),
        ("update certificates set nominal_minor = nominal_minor + 1", {"certificate_holds_what_was_sold"}),
        (
            "update certificate_movements set document_id = gen_random_uuid() where kind = 'spend'",
            {"receipt_equals_certificates"},
        ),
        ("update returns set certificates = '[]'", {"return_equals_certificates"}),
        ("update standing_days set spend_minor = 1", {"standing_equals_its_days"}),
        (STAMPED, {"stamps_equal_their_receipt"}),
        (
            """
            insert into card_states (tenant_id, member_id, program_id, card_id, have)
                select m.tenant_id, m.id, p.id, 'card', 1 from members m cross join programs p
            """,
            {"card_equals_its_stamps"},
        ),
        (f"{STAMPED} {WON} update stamps set rewards = 2, rewards_left = 2", {"gifts_equal_full_cards"}),  # noqa: S608  constants
        (f"{STAMPED} {WON} {TAKEN}", {"gift_equals_its_acts"}),
        ("update rewards set state = 'cancelled'", {"reward_equals_journal", "stock_equals_its_rewards"}),
        ("update reward_offers set stock_left = stock_left - 1", {"stock_equals_its_rewards"}),
        (
            "update postings set document_id = gen_random_uuid() where kind = 'hold'",
            {"posting_has_its_document"},
        ),
        (
            "update lots set expires_at = activates_at + interval '1 hour'; update wallets set due_at = null",
            {"wallet_due_not_late"},
        ),
    ],
)
async def test_tampering_is_told(
    database: Database, clock: SetClock, owner_dsn: str, tampering: str, laws: set[str]
) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        await some_trade(shop)
        with psycopg.connect(owner_dsn) as connection:
            connection.execute(tampering)
        verification = await verify_tenant(database, clock, shop.caller.tenant_id)
        assert laws <= {difference.law for difference in verification.differences}


@pytest.mark.parametrize(
    "statement",
    [
        "update postings set points = 1",
        "delete from postings",
        "update receipts set earned_points = 0",
        "delete from receipts",
        "update program_versions set body = '{}'",
        "delete from audit_entries",
        "update certificate_movements set amount_minor = 1",
    ],
)
async def test_the_application_may_not_edit_what_has_happened(
    database: Database, clock: SetClock, statement: str
) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        await some_trade(shop)
        with pytest.raises(Exception, match="permission denied"):
            async with shop.tx() as tx:
                await tx.execute(statement)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("update wallets set available = -1", "wallet_available_not_negative"),
        ("update lots set available = granted + 1", "lot_not_over_granted"),
        (
            """
            insert into postings select tenant_id, gen_random_uuid(), wallet_id, lot_id, 'gift', debit, credit,
            points, document_id, version_id, at from postings limit 1
            """,
            "posting_is_a_known_movement",
        ),
        (
            """
            insert into postings select tenant_id, gen_random_uuid(), wallet_id, lot_id, kind, credit, debit,
            points, document_id, version_id, at from postings limit 1
            """,
            "posting_is_a_known_movement",
        ),
    ],
)
async def test_the_database_itself_refuses_what_cannot_be(
    database: Database, clock: SetClock, statement: str, constraint: str
) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        await some_trade(shop)
        with pytest.raises(Exception, match=constraint):
            async with shop.tx() as tx:
                await tx.execute(statement)
