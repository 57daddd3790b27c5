"""What is told of carts, each time the whole of it: what was told later, by the shop's clock, holds."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.domain.businesses.model import WrongCurrency
from plushka.domain.businesses.queries import get_business
from plushka.domain.events.carts.model import (
    AGE_MAX,
    LINK_LENGTH_MAX,
    Cart,
    CartEnd,
    CartInFuture,
    CartLinkWrong,
    CartTooOld,
    ToldCart,
)
from plushka.domain.events.carts.queries import COLUMNS, cart_of, get_cart_numbered
from plushka.domain.events.store import CLOCK_AHEAD_MAX
from plushka.domain.members.model import UnknownMember
from plushka.domain.members.store import keep_apart
from plushka.platform.database import Tx
from plushka.platform.ids import new_id
from plushka.platform.links import is_link


class Bought(Struct, frozen=True):
    """A purchase that names the cart which it was."""

    external_id: str
    at: datetime


async def fill_cart(tx: Tx, told: ToldCart, *, currency: str) -> tuple[Cart, bool]:
    """Write down what lies in a cart now; return it as it stands, and whether it is a new one.

    Told again it changes nothing, nor does what was said before the last that is known of it. What is filled after it
    was over is a new cart under the same number, and so is one that somebody else has now.

    :raises WrongCurrency: the business has another one
    :raises CartLinkWrong: the link is no https address
    :raises CartInFuture: by the shop's clock it was not yet
    :raises CartTooOld: it was more than ``AGE_MAX`` ago
    :raises UnknownMember: the business has none of this id
    """
    if currency != (business := await get_business(tx)).currency:
        raise WrongCurrency(field="currency", currency=business.currency)
    if told.link and not is_link(told.link, length_max=LINK_LENGTH_MAX):
        raise CartLinkWrong(field="link", length_max=LINK_LENGTH_MAX)
    _check_moment(tx, told.at, field="changed_at")
    await _keep_member(tx, told)
    new = new_id()
    row = await tx.fetchrow(
        f"""
        -- carts.fill
        insert into carts
            (tenant_id, id, external_id, member_id, till_id, sum_minor, items, link, said_at, changed_at, noted_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, least($9, $10::timestamptz), $10)
        on conflict (tenant_id, external_id) do update
        set id = case
                when carts.ended_at is null and excluded.member_id = (
                    select coalesce(m.merged_into, m.id) from members m
                    where m.tenant_id = $1 and m.id = carts.member_id
                ) then carts.id
                else excluded.id
            end,
            member_id = excluded.member_id, till_id = excluded.till_id, sum_minor = excluded.sum_minor,
            items = excluded.items, link = excluded.link, said_at = excluded.said_at,
            changed_at = case
                when carts.said_at = excluded.said_at then carts.changed_at else excluded.changed_at
            end,
            noted_at = excluded.noted_at, ended_at = null, outcome = null
        where carts.said_at < excluded.said_at or (carts.said_at = excluded.said_at and carts.ended_at is null)
        returning {COLUMNS}
        """,  # noqa: S608  a constant
        *_row(tx, told, new),
    )
    cart = await _stands(tx, row, told)
    return cart, cart.id == new


async def end_cart(tx: Tx, told: ToldCart, outcome: CartEnd) -> Cart:
    """Write down that a cart is over; return it as it stands. What it holds need not be told.

    Told again it changes nothing, nor does an end that came before the last that is known of the cart. One of which
    nothing else is known is kept as over, so that what was said before and comes late does not begin it.

    :raises CartInFuture: by the shop's clock it was not yet
    :raises CartTooOld: it was more than ``AGE_MAX`` ago
    :raises UnknownMember: the business has none of this id
    """
    _check_moment(tx, told.at, field="ended_at")
    await _keep_member(tx, told)
    row = await tx.fetchrow(
        f"""
        -- carts.end
        insert into carts
            (tenant_id, id, external_id, member_id, till_id, sum_minor, items, link, said_at, changed_at, noted_at,
             ended_at, outcome)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, least($9, $10::timestamptz), $10, least($9, $10), $11)
        on conflict (tenant_id, external_id) do update
        set said_at = excluded.said_at, noted_at = excluded.noted_at, ended_at = excluded.ended_at,
            outcome = excluded.outcome
        where carts.said_at <= excluded.said_at
        returning {COLUMNS}
        """,  # noqa: S608  a constant
        *_row(tx, told, new_id()),
        outcome,
    )
    return await _stands(tx, row, told)


async def end_bought(tx: Tx, bought: Sequence[Bought]) -> None:
    """Write down which carts were bought; what nobody has told of, or was filled since, stays.

    The till's clock need not be the site's. Carts are locked in the order of their numbers, after all else.
    """
    await tx.execute(
        """
        -- carts.end_bought
        with bought as (
            select c.id, b.at
            from unnest($3::text[], $4::timestamptz[]) as b (external_id, at)
            join carts c on c.tenant_id = $1 and c.external_id = b.external_id
                and c.said_at <= b.at + $5::interval
            order by c.external_id
            for no key update of c
        )
        update carts c
        set said_at = greatest(c.said_at, b.at), ended_at = least(b.at, $2::timestamptz), outcome = 'bought',
            noted_at = $2
        from bought b
        where c.tenant_id = $1 and c.id = b.id
        """,
        tx.tenant_id,
        tx.at,
        [each.external_id for each in bought],
        [each.at for each in bought],
        CLOCK_AHEAD_MAX,
    )


def _check_moment(tx: Tx, at: datetime, *, field: str) -> None:
    if at > tx.at + CLOCK_AHEAD_MAX:
        raise CartInFuture(field=field)
    if at < tx.at - AGE_MAX:
        raise CartTooOld(field=field, days_max=AGE_MAX.days)


async def _keep_member(tx: Tx, told: ToldCart) -> None:
    # Nobody is erased or merged meanwhile: what is written now would outlive that they are forgotten.
    if not await keep_apart(tx, [told.member_id]):
        raise UnknownMember(field="member")


def _row(tx: Tx, told: ToldCart, cart_id: object) -> tuple[object, ...]:
    return (
        tx.tenant_id,
        cart_id,
        told.external_id,
        told.member_id,
        told.till_id,
        told.sum_minor,
        msgspec.json.encode(told.items).decode(),
        told.link,
        told.at,
        tx.at,
    )


async def _stands(tx: Tx, row: Record | None, told: ToldCart) -> Cart:
    """Return what was written, or what was told later and so stays."""
    return cart_of(row) if row is not None else await get_cart_numbered(tx, told.external_id)
