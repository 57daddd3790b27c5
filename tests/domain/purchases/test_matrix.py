"""Pairs of mechanics booked and returned, paid with points and a certificate: all comes back, in any order (S9)."""

from dataclasses import dataclass
from uuid import UUID

import msgspec
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.certificates.conftest import now, sold
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.referrals.friends import bring, pay
from tests.domain.shop import Shop, open_shop
from tests.engine.mechanics import CIRCUMSTANCES, MECHANICS, program_of

from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.model import Tender
from plushka.domain.coupons.model import Coupon, Limits
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.purchases.model import PurchaseLine
from plushka.domain.rewards.queries import list_cards, list_rewards
from plushka.engine.program import Program
from plushka.platform.database import Database

PAIRS = (
    ("percent off", "visits"),
    ("sets", "multiplied"),
    ("coupon", "units"),
    ("combo price", "goal"),
    ("raised share", "ladder"),
    ("buy and get", "coupon points"),
    ("amount off units", "referral"),
    ("tier discount", "for a visit"),
)
LINES = (
    PurchaseLine("latte", 2000, 500_00, category="drinks"),
    PurchaseLine("croissant", 1000, 180_05, category="bakery"),
    PurchaseLine("tea", 1000, 120_00, category="drinks"),
    PurchaseLine("beans", 750, 333_33, category="coffee"),
)
FIRST, SECOND = ((0, 1000), (3, 250)), ((0, 1000), (1, 1000), (2, 1000))
"""Two returns; what is left after both is two thirds of the beans."""


@dataclass
class Guest:
    """A member, who brought them, and what they pay with."""

    id: UUID
    referrer: UUID
    certificate: Certificate
    code: str


def program_with(names: tuple[str, str], coupon: Coupon) -> Program:
    """Return the programme of a pair under budgets and caps; its coupon is the shop's."""
    one, two = (next(each for each in MECHANICS if each.name == name) for name in names)
    program = program_of(one, two, CIRCUMSTANCES[1])
    if program.referral:
        program = structs.replace(program, referral=structs.replace(program.referral, paid_after_days=0))
    text = msgspec.json.encode(program).decode().replace('"spring"', f'"{coupon.key}"')
    return msgspec.json.decode(text, type=Program)


async def invited(shop: Shop, coupon: Coupon, place: int, number: int) -> Guest:
    """Enrol a member whom another has brought, with 500 points, a certificate and a code that is good once."""
    referrer = await shop.enroll(f"+7999{place:03}{number}000")
    member_id = await shop.enroll(f"+7999{place:03}{number}001")
    await bring(shop, member_id, referrer)
    code = f"CODE-{place}-{number}"
    async with shop.tx() as tx:
        await add_codes(tx, coupon, [code])
    await shop.buy(f"{code} before", 5_000_00, member=member_id)
    return Guest(member_id, referrer, await sold(shop, 300_00), code)


async def state(shop: Shop, guest: Guest) -> dict[str, object]:
    """Return all that a receipt moves, for a guest and those around them."""
    await pay(shop)
    async with shop.tx() as tx:
        cards = await list_cards(tx, guest.id, versions=shop.reference.versions, program_id=shop.program_id)
        gifts = await list_rewards(tx, guest.id, program_id=shop.program_id)
        uses = await tx.fetchval(
            "select uses from coupon_codes where tenant_id = $1 and code = $2", tx.tenant_id, guest.code
        )
        budgets = await tx.fetch(
            "select uses, amount_minor from promotion_counters where tenant_id = $1 and uses > 0",
            tx.tenant_id,
        )
        tier = await tx.fetchrow(
            "select purchases, spend_minor, points_earned from standings where tenant_id = $1 and member_id = $2",
            tx.tenant_id,
            guest.id,
        )
    return {
        "wallet": (await shop.wallet(guest.id)).balance,
        "referrer": (await shop.wallet(guest.referrer)).balance,
        "certificate": (await now(shop, guest.certificate)).balance_minor,
        "cards": [(card.name, card.have, card.ahead) for card in cards],
        "gifts": [gift.name for gift in gifts if gift.state == "open"],
        "uses": uses,
        "budgets": [tuple(row) for row in budgets],
        "standing": tuple(tier or ()),
    }


async def buy(shop: Shop, guest: Guest, number: str) -> None:
    booked = await shop.buy(
        number,
        0,
        lines=LINES,
        member=guest.id,
        redeem=40,
        coupon_codes=(guest.code,),
        tenders=(Tender(guest.certificate.number, 250_00),),
    )
    redeemed = booked.receipt.outcome.redeemed
    assert redeemed is not None
    assert redeemed.points == 40


async def test_pairs_of_mechanics_come_back_whole_and_in_any_order(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        async with shop.tx() as tx:
            coupon = await create_coupon(tx, name="Весна", limits=Limits(uses_per_code=1))
        moved: set[str] = set()
        for place, names in enumerate(PAIRS):
            await shop.publish(structs.replace(CASHBACK, tiers=program_with(names, coupon).tiers))
            one, two = [await invited(shop, coupon, place, number) for number in (1, 2)]
            await shop.publish(program_with(names, coupon))
            empty = await state(shop, one)
            assert await state(shop, two) == empty, names

            await buy(shop, one, f"{place} one")
            bought = await state(shop, one)
            moved |= {what for what in empty if bought[what] != empty[what]}
            await give_back(shop, f"{place} a", f"{place} one", *FIRST)
            await give_back(shop, f"{place} b", f"{place} one", *SECOND)
            left = await state(shop, one)
            await give_back(shop, f"{place} c", f"{place} one")
            assert await state(shop, one) == empty, names

            await buy(shop, two, f"{place} two")
            assert await state(shop, two) == bought, names
            await give_back(shop, f"{place} d", f"{place} two", *SECOND)
            await give_back(shop, f"{place} e", f"{place} two", *FIRST)
            assert await state(shop, two) == left, names
            await give_back(shop, f"{place} f", f"{place} two")
            assert await state(shop, two) == empty, names
        assert moved == set(empty)
        assert await shop.differences() == ()
