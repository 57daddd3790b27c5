"""All that a business can offer in its app, at once: for looking at pages that are empty without it."""

from datetime import timedelta
from io import BytesIO
from uuid import UUID

from msgspec import structs
from PIL import Image
from tests.conftest import SetClock
from tests.domain.messages.recipients import letter
from tests.office.conftest import Shop
from tests.pos.conftest import CASHBACK, Cast, new_certificate

from plushka.delivery.jobs.letters import move_letters
from plushka.domain.businesses.pictures import LETTER_PICTURE, draw_anew
from plushka.domain.certificates.ordering import order
from plushka.domain.certificates.types import list_types
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.members.consents import note_consent
from plushka.domain.messages.history import list_inbox
from plushka.domain.messages.letters import post
from plushka.domain.messages.templates.model import Body, Draft, TemplateButton, Words
from plushka.domain.messages.templates.store import create_template, set_template_picture
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
NEWS = Body(
    words={
        "ru": Words("{name|Здравствуйте}, весенний раф уже здесь!\nБонусов у вас: {balance}."),
        "en": Words("{name|Hello}, the spring raf is here!\nYou have {balance}."),
    },
    buttons=(TemplateButton({"ru": "Меню", "en": "Menu"}, link="https://example.ru/menu"),),
)


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


async def write_news(database: Database, clock: SetClock, cast: Cast, shop: Shop) -> UUID:
    """Put two letters with a picture into the member's app; return the one to open, the other is not read yet."""
    drawn = BytesIO()
    Image.new("RGB", (640, 320), "#c05a1c").save(drawn, "PNG")
    tenant_id = cast.anna.tenant_id
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        await note_consent(tx, shop.member_id, "marketing", is_given=True, source="till")
        template_id = await create_template(tx, Draft("Раф", "marketing", NEWS))
        await set_template_picture(
            tx, template_id, draw_anew(drawn.getvalue(), LETTER_PICTURE, field="picture")
        )
        for key in ("first", "second"):
            await post(
                tx, [letter(shop.member_id, key, content=None, template_id=template_id, route=("inbox",))]
            )
    await move_letters(database, clock, tenant_id)
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        return (await list_inbox(tx, shop.member_id, limit=1))[0].id
