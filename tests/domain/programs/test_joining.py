"""Strangers who enrol themselves by a link, and what came of links."""

from collections.abc import AsyncIterator
from typing import cast

import asyncpg
import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.insights.links import LinkFigures, find_link_figures
from plushka.domain.members.consents import list_consents
from plushka.domain.members.links import (
    Link,
    create_link,
    find_tenant_id,
    get_open_link,
    note_opened,
    set_closed,
)
from plushka.domain.members.model import ConsentMissing, Identity, LinkClosed, TextMissing, UnknownLink
from plushka.domain.members.queries import find_member, get_member
from plushka.domain.programs.joining import join_by_link
from plushka.platform.database import Database

PHONE = Identity("phone", "+79990000001")


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


@pytest.fixture
async def link(shop: Shop) -> Link:
    async with shop.tx() as tx:
        return await create_link(tx, name="Листовка у кассы", cashier="Ира")


async def join(shop: Shop, link: Link, *, wants_offers: bool = False) -> None:
    async with shop.tx() as tx:
        await join_by_link(tx, link, phone=PHONE, name="Оля", agrees=True, wants_offers=wants_offers)


async def test_who_joins_is_a_member_of_the_link_with_what_they_agreed_to(shop: Shop, link: Link) -> None:
    await join(shop, link, wants_offers=True)

    async with shop.tx() as tx:
        member = await find_member(tx, PHONE)
        assert member is not None
        said = await list_consents(tx, member.id)
    assert (member.source, member.link_id, member.is_unverified) == ("link", link.id, True)
    assert {(one.kind, one.is_given, one.source, one.text_version) for one in said} == {
        ("personal_data", True, "link", "1"),
        ("marketing", True, "link", "1"),
    }


async def test_who_is_a_member_already_is_left_as_they_are(shop: Shop, link: Link) -> None:
    member_id = await shop.enroll(PHONE.value)
    await join(shop, link, wants_offers=True)

    async with shop.tx() as tx:
        member = await get_member(tx, member_id)
        assert (member.source, member.is_unverified, await list_consents(tx, member_id)) == (
            "till",
            False,
            [],
        )


async def test_a_known_phone_costs_the_same_statements(shop: Shop, link: Link) -> None:
    said: list[list[str]] = []
    for _ in range(2):
        statements: list[str] = []
        async with shop.tx() as tx:
            connection = cast("asyncpg.Connection", tx.connection)
            with connection.query_logger(lambda asked, kept=statements: kept.append(asked.query)):
                await join_by_link(tx, link, phone=PHONE, name="Оля", agrees=True, wants_offers=True)
        # What asyncpg itself asks of new types is in neither.
        said.append([text for text in statements if "-- " in text or text.endswith("joining")])

    assert said[0][:-1] == said[1][:-1]
    assert (said[0][-1], said[1][-1]) == ("release joining", "rollback to joining")
    async with shop.tx() as tx:
        assert await tx.fetchval("select count(*) from members where tenant_id = $1", tx.tenant_id) == 1


async def test_without_consent_nobody_is_enrolled(shop: Shop, link: Link) -> None:
    async with shop.tx() as tx:
        with pytest.raises(ConsentMissing):
            await join_by_link(tx, link, phone=PHONE, name="", agrees=False, wants_offers=True)
        assert await find_member(tx, PHONE) is None


async def test_a_link_counts_who_opened_registered_and_bought(shop: Shop, link: Link) -> None:
    async with shop.tx() as tx:
        for _ in range(3):
            await note_opened(tx, link.id, tx.at.date())
    await join(shop, link)
    async with shop.tx() as tx:
        assert await find_link_figures(tx) == {link.id: LinkFigures(opened=3, registered=1, bought=0)}
    await shop.buy("1", 100_00, member=PHONE)
    async with shop.tx() as tx:
        assert await find_link_figures(tx) == {link.id: LinkFigures(opened=3, registered=1, bought=1)}


async def test_a_code_names_its_business_until_the_link_is_closed(shop: Shop, link: Link) -> None:
    async with shop.database.global_transaction(actor="visitor", at=shop.clock.now()) as tx:
        assert await find_tenant_id(tx, link.code) == shop.caller.tenant_id
        assert await find_tenant_id(tx, "none") is None
    async with shop.tx() as tenant_tx:
        assert await get_open_link(tenant_tx, link.code) == link
        with pytest.raises(UnknownLink):
            await get_open_link(tenant_tx, "none")
        await set_closed(tenant_tx, link.id, is_closed=True)
        with pytest.raises(LinkClosed):
            await get_open_link(tenant_tx, link.code)
        with pytest.raises(TextMissing):
            await create_link(tenant_tx, name=" ")
