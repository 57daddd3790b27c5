"""Who deleted themselves and is known again: no second welcome within a year, no offers but by their own hand."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.bots.leaving import delete_member
from plushka.domain.businesses.queries import get_business
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.members.consents import list_consents, note_consent
from plushka.domain.members.imports.model import Column, ImportRow, Problem
from plushka.domain.members.links import create_link
from plushka.domain.members.model import ConsentKind, ConsentSource, ConsentSuppressed, Identity, Source
from plushka.domain.members.queries import find_member
from plushka.domain.members.suppressions import WELCOME_AGAIN_AFTER
from plushka.domain.programs.importing import import_members
from plushka.domain.programs.joining import join_by_link, join_with_phone
from plushka.domain.programs.operations import enroll
from plushka.domain.programs.queries import get_current_version
from plushka.engine.program import Welcome
from plushka.platform.database import Database
from plushka.platform.vault import Vault

PHONE = Identity("phone", "+79990000001")
EMAIL = Identity("email", "anna@example.com")
CARD = Identity("card", "100500")
ACCOUNT = Address("telegram", "100")
WELCOME = 100


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    """A shop from which somebody with a phone, an e-mail, a card and Telegram has deleted themselves."""
    async with open_shop(database, clock, CASHBACK) as shop:
        await shop.publish(structs.replace(CASHBACK, welcome=Welcome(points=WELCOME)))
        member_id = await come(shop, [PHONE, EMAIL, CARD])
        assert await points(shop, member_id) == WELCOME
        async with shop.tx() as tx:
            await bind_address(tx, member_id, ACCOUNT, language="ru")
            await delete_member(tx, member_id)
        yield shop


async def come(shop: Shop, identities: Sequence[Identity], *, accounts: Sequence[Address] = ()) -> UUID:
    async with shop.tx() as tx:
        return (await enroll(tx, name="Аня", identities=identities, accounts=accounts)).id


async def points(shop: Shop, member_id: UUID) -> int:
    return (await shop.wallet(member_id)).balance.available


async def said(shop: Shop, member_id: UUID) -> list[tuple[ConsentKind, bool, ConsentSource]]:
    async with shop.tx() as tx:
        return [(one.kind, one.is_given, one.source) for one in await list_consents(tx, member_id)]


@pytest.mark.parametrize(
    ("identities", "accounts", "welcome"),
    [
        ([PHONE], [], 0),
        ([Identity("card", "2"), EMAIL], [], 0),
        ([Identity("phone", "+79990000002")], [ACCOUNT], 0),
        ([Identity("phone", "+79990000002")], [Address("max", ACCOUNT.external_id)], WELCOME),
        ([CARD], [], WELCOME),
    ],
    ids=["phone", "e-mail", "messenger", "another messenger's number", "a card names nobody"],
)
async def test_who_is_known_again_is_not_welcomed_again(
    shop: Shop, identities: list[Identity], accounts: list[Address], welcome: int
) -> None:
    assert await points(shop, await come(shop, identities, accounts=accounts)) == welcome


async def test_a_year_later_they_are(shop: Shop, clock: SetClock) -> None:
    clock.advance(WELCOME_AGAIN_AFTER - timedelta(seconds=1))
    early = await come(shop, [EMAIL])
    clock.advance(timedelta(seconds=1))
    late = await come(shop, [PHONE])
    assert [await points(shop, early), await points(shop, late)] == [0, WELCOME]


async def test_a_second_deletion_begins_a_second_year(shop: Shop, clock: SetClock) -> None:
    clock.advance(timedelta(days=200))
    member_id = await come(shop, [PHONE])
    async with shop.tx() as tx:
        await delete_member(tx, member_id)
    clock.advance(timedelta(days=200))
    assert await points(shop, await come(shop, [PHONE])) == 0


@pytest.mark.usefixtures("shop")
async def test_another_business_knows_nothing(database: Database, clock: SetClock) -> None:
    async with open_shop(database, clock, CASHBACK) as eves:
        await eves.publish(structs.replace(CASHBACK, welcome=Welcome(points=WELCOME)))
        assert await points(eves, await come(eves, [PHONE])) == WELCOME


async def test_the_marks_tell_nothing_to_who_has_another_key(shop: Shop) -> None:
    async with shop.tx() as tx:
        rows = await tx.fetch("select fingerprint from suppressions")
        others = replace(tx, vault=Vault(b"x" * 32))
    assert len(rows) == 3
    marks = {row["fingerprint"] for row in rows}
    assert tx.fingerprint(f"phone:{PHONE.value}") in marks
    assert others.fingerprint(f"phone:{PHONE.value}") not in marks


@pytest.mark.parametrize("kind", ["marketing", "sms", "email", "messenger", "call"])
async def test_the_staff_cannot_sign_them_up_for_offers(shop: Shop, kind: ConsentKind) -> None:
    member_id = await come(shop, [PHONE])
    for source in ("office", "till", "import", "link"):
        with pytest.raises(ConsentSuppressed):
            async with shop.tx() as tx:
                await note_consent(tx, member_id, kind, is_given=True, source=source)
    async with shop.tx() as tx:
        await note_consent(tx, member_id, "personal_data", is_given=True, source="office")
    assert await said(shop, member_id) == [("personal_data", True, "office")]


@pytest.mark.parametrize("source", ["app", "bot"])
async def test_their_own_hand_lifts_it_for_good(shop: Shop, source: Source) -> None:
    member_id = await come(shop, [PHONE])
    async with shop.tx() as tx:
        await note_consent(tx, member_id, "marketing", is_given=True, source=source)
    async with shop.tx() as tx:
        await note_consent(tx, member_id, "sms", is_given=True, source="office")
    assert [kind for kind, _, _ in await said(shop, member_id)] == ["sms", "marketing"]


async def test_who_gets_a_card_in_the_app_may_want_offers_anew(shop: Shop) -> None:
    async with shop.tx() as tx:
        member = await join_with_phone(tx, phone=PHONE, name="Аня", agrees=True, wants_offers=True)
    assert {kind for kind, _, _ in await said(shop, member.id)} == {"personal_data", "marketing"}
    assert await points(shop, member.id) == 0


async def test_a_form_behind_a_link_takes_the_card_and_no_offers(shop: Shop) -> None:
    async with shop.tx() as tx:
        link = await create_link(tx, name="Плакат")
        await join_by_link(tx, link, phone=PHONE, name="Аня", agrees=True, wants_offers=True)
    async with shop.tx() as tx:
        member = await find_member(tx, PHONE)
    assert member is not None
    assert await said(shop, member.id) == [("personal_data", True, "link")]


async def test_a_file_cannot_sign_them_up_and_says_so(shop: Shop) -> None:
    other = Identity("phone", "+79990000002")
    agreed: dict[ConsentKind, bool] = {"personal_data": True, "marketing": True}
    rows = [
        ImportRow(2, identities=(PHONE,), consents=agreed),
        ImportRow(3, identities=(other,), consents=agreed),
    ]
    async with shop.tx() as tx:
        version = await get_current_version(tx)
        assert version is not None
        outcomes = await import_members(
            tx, rows, business=await get_business(tx), version=version, source="Старая система"
        )
        suppressed, taken = await find_member(tx, PHONE), await find_member(tx, other)
    assert suppressed is not None
    assert taken is not None
    assert [one.status for one in outcomes] == ["created", "created"]
    assert [one.problems for one in outcomes] == [(Problem("consent_suppressed", Column.MARKETING),), ()]
    assert await said(shop, suppressed.id) == [("personal_data", True, "import")]
    assert {kind for kind, _, _ in await said(shop, taken.id)} == {"personal_data", "marketing"}
