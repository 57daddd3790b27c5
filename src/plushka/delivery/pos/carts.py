"""Carts on the business's site: filled, changed and over, told so that whoever leaves one can be reminded of it."""

from plushka.delivery.pos.answers import CartOut
from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.refusals import MemberAmbiguous
from plushka.delivery.pos.requests import CartEndIn, CartIn, OneMember, Query
from plushka.domain.businesses.model import WrongCurrency
from plushka.domain.events.carts.model import CartInFuture, CartLinkWrong, CartTooOld, ToldCart
from plushka.domain.events.carts.operations import end_cart, fill_cart
from plushka.domain.members.model import Person, PhoneInvalid, UnknownMember
from plushka.domain.members.queries import find_people
from plushka.platform.database import Tx

_MEMBER = {"phone": "+79161234567"}


@endpoint(
    "POST /v1/carts",
    scope="events",
    statuses=(201, 200),
    refusals=(
        UnknownMember,
        MemberAmbiguous,
        PhoneInvalid,
        WrongCurrency,
        CartLinkWrong,
        CartInFuture,
        CartTooOld,
    ),
    example={
        "external_id": "cart-77120",
        "member": _MEMBER,
        "sum_minor": 189000,
        "currency": "RUB",
        "items": [{"name": "Кофе в зёрнах, 1 кг"}, {"name": "Фильтры", "count": 2}],
        "changed_at": "2026-03-10T11:40:00+03:00",
    },
)
async def tell_cart(call: Call[CartIn, Query]) -> Answer[CartOut]:
    """Tell what lies in a member's cart now, each time that it changes.

    Safe to repeat and in any order: what has the latest `changed_at` holds, and the answer says what that is. A cart of
    which nothing more is told can begin a journey, for as long as its member buys nothing.
    """
    async with call.transaction() as tx:
        member = await _member(tx, call, call.body.member)
        told = call.body.to_domain(member.id, call.holder.till_id)
        cart, is_new = await fill_cart(tx, told, currency=call.body.currency)
    return Answer(CartOut.of(cart), 201 if is_new else 200)


@endpoint(
    "POST /v1/carts/end",
    scope="events",
    refusals=(UnknownMember, MemberAmbiguous, PhoneInvalid, CartInFuture, CartTooOld),
    example={
        "external_id": "cart-77120",
        "member": _MEMBER,
        "outcome": "ordered",
        "ended_at": "2026-03-10T11:55:00+03:00",
    },
)
async def tell_cart_end(call: Call[CartEndIn, Query]) -> Answer[CartOut]:
    """Tell that a cart was ordered or emptied: nobody is reminded of it any more.

    A purchase that names its `cart` says so by itself. Safe to repeat and in any order, as `POST /v1/carts` is.
    """
    body = call.body
    async with call.transaction() as tx:
        member = await _member(tx, call, body.member)
        told = ToldCart(body.external_id, member.id, call.holder.till_id, body.ended_at)
        cart = await end_cart(tx, told, body.outcome)
    return Answer(CartOut.of(cart))


async def _member(tx: Tx, call: Call[CartIn, Query] | Call[CartEndIn, Query], named: OneMember) -> Person:
    asked = named.to_domain(country=call.holder.country)
    person = (await find_people(tx, {asked})).get(asked)
    if person is None:
        raise UnknownMember(field="member")
    return person
