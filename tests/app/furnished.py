"""All that a business can offer in its app, at once: for looking at pages that are empty without it."""

from datetime import timedelta
from uuid import UUID

from msgspec import structs
from tests.conftest import SetClock
from tests.office.conftest import Shop
from tests.pos.conftest import CASHBACK, Cast, new_certificate

from plushka.domain.certificates.ordering import order
from plushka.domain.certificates.types import list_types
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.partners.inviting import accept, get_invitation, invite
from plushka.domain.partners.offering import offer_coupon
from plushka.domain.programs.operations import publish
from plushka.domain.rewards.offering import create_offer
from plushka.domain.rewards.offers import OfferTerms
from plushka.engine.conditions import Coupon
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import EarningRule, Fixed, PointsReward, Promotion, Referral
from plushka.engine.referral_parts import BaseShare
from plushka.platform.database import Database

CODE = "NEIGHBOURS-1"


async def furnish(database: Database, clock: SetClock, cast: Cast, shop: Shop) -> UUID:
    """Offer a word, a promotion, rewards, a certificate and a partner's code; return a reward to look at."""
    await new_certificate(database, clock, cast.anna, needs_pin=True)
    today = clock.now().date()
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        coupon = await create_coupon(tx, name="Подарок соседям", last_on=today + timedelta(days=9))
        await add_codes(tx, coupon, [CODE])
        own = await create_coupon(tx, name="Своим")
        await add_codes(tx, own, ["VARVARA-1"], member_id=shop.member_id)
        program = structs.replace(
            CASHBACK,
            earning=(
                *CASHBACK.earning,
                EarningRule("gift", "Подарок", Fixed(200), when=Coupon((coupon.key,)), policy="stack"),
            ),
            promotions=(Promotion("spring", "Весенняя", PercentOff(20_00), last_on=today),),
            referral=Referral((BaseShare(10_00),), friend=PointsReward(50)),
        )
        await publish(tx, program_id=shop.program_id, program=program, valid_from=tx.at)
        (kind,) = await list_types(tx)
        await order(tx, shop.member_id, type_id=kind.id, amount_minor=1000_00)
        terms = OfferTerms(name="Кружка", price_points=5, description="Из белой глины")
        offer = await create_offer(tx, program_id=shop.program_id, terms=terms, stock=3)
        dear = structs.replace(terms, name="Кофемашина", price_points=100_000)
        await create_offer(tx, program_id=shop.program_id, terms=dear, stock=None)
        partnership_id, token = await invite(tx)
    async with database.transaction(cast.eve.tenant_id, actor="test:eve", at=clock.now()) as tx:
        await accept(tx, await get_invitation(tx, token))
        flowers = await create_coupon(tx, name="Цветы")
        await add_codes(tx, flowers, ["FLOWER-1"])
        await offer_coupon(tx, partnership_id, flowers, gives="Букет дешевле на 15 %", shows_sums=False)
    return offer.id
