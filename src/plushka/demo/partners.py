"""The grocery chain and the coffee shop are partners: each gives out the other's codes."""

from datetime import datetime
from uuid import UUID

from plushka.demo import business, promotions
from plushka.demo.cafe import business as cafe
from plushka.demo.cafe import promotions as cafe_promotions
from plushka.domain.coupons.queries import CouponFilter, find_coupons
from plushka.domain.partners.inviting import accept, get_invitation, invite
from plushka.domain.partners.offering import offer_coupon
from plushka.domain.partners.queries import list_partnerships
from plushka.domain.programs.coupon_effects import list_given
from plushka.platform.database import Database


async def make_partners(database: Database, at: datetime) -> None:
    """Join the two businesses unless they are partners, and let each give the other its coupon."""
    async with database.transaction(business.TENANT_ID, actor=business.ACTOR, at=at) as tx:
        if await list_partnerships(tx):
            return
        partnership_id, token = await invite(tx)
    async with database.transaction(cafe.TENANT_ID, actor=business.ACTOR, at=at) as tx:
        await accept(tx, await get_invitation(tx, token))
    for tenant_id, name in (
        (business.TENANT_ID, promotions.FOR_PARTNER),
        (cafe.TENANT_ID, cafe_promotions.FOR_PARTNER),
    ):
        await _offer(database, tenant_id, partnership_id, name, at)


async def _offer(database: Database, tenant_id: UUID, partnership_id: UUID, name: str, at: datetime) -> None:
    async with database.transaction(tenant_id, actor=business.ACTOR, at=at) as tx:
        for coupon in await find_coupons(tx, CouponFilter(text=name), on=at.date()):
            given = await list_given(tx, coupon.key, "ru")
            gives = " ".join(each.sentence for each in given)
            await offer_coupon(tx, partnership_id, coupon, gives=gives, shows_sums=True)
