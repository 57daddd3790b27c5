"""Members and what they are known by."""

import asyncio
from datetime import date

import pytest
from tests.conftest import SetClock

from plushka.domain.businesses.operations import found_business
from plushka.domain.members.identities import identify, normalize_phone
from plushka.domain.members.model import (
    EmailInvalid,
    Identity,
    IdentityEmpty,
    IdentityKind,
    IdentityMissing,
    IdentityTaken,
    IdentityTooLong,
    PhoneInvalid,
    UnknownMember,
)
from plushka.domain.members.naming import add_identity
from plushka.domain.members.operations import enroll, recognize
from plushka.domain.members.queries import (
    count_members,
    find_member,
    get_member,
)
from plushka.platform.database import Database, Tx
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

PHONE = Identity("phone", "+79161234567")
CARD = Identity("card", "100022")


@pytest.mark.parametrize(
    ("spelling", "country"),
    [
        ("+79161234567", "RU"),
        ("+7 (916) 123-45-67", "US"),
        ("8 916 123 45 67", "RU"),
        ("8(916)1234567", "RU"),
        ("9161234567", "RU"),
        ("79161234567", "RU"),
        ("79161234567", "US"),
        ("٨٩١٦١٢٣٤٥٦٧", "RU"),
        ("8 916 123 45 67", "KZ"),
    ],
)
def test_a_phone_has_one_spelling(spelling: str, country: str) -> None:
    assert normalize_phone(spelling, country) == "+79161234567"


@pytest.mark.parametrize("spelling", ["", "12", "phone", "+7916123456789012345", "8-916"])
def test_what_is_no_phone_is_refused(spelling: str) -> None:
    with pytest.raises(PhoneInvalid):
        normalize_phone(spelling, "RU")


@pytest.mark.parametrize(
    ("kind", "text", "refusal"),
    [
        ("card", "  ", IdentityEmpty),
        ("external", "x" * 201, IdentityTooLong),
        ("email", "anna", EmailInvalid),
        ("email", "@example.com", EmailInvalid),
        ("email", "anna@example", EmailInvalid),
        ("email", "an na@example.com", EmailInvalid),
    ],
)
def test_what_names_nobody_is_refused(kind: IdentityKind, text: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        identify(kind, text, country="RU")
    assert refused.value.field == kind


def test_cards_lose_their_spaces_and_mails_their_capitals() -> None:
    assert identify("card", " 1000 22 ", country="RU") == CARD
    assert identify("email", "Anna@Example.com", country="RU").value == "anna@example.com"


async def test_a_member_is_found_by_each_identity(tx: Tx) -> None:
    member = await enroll(tx, name="Пётр", identities=[PHONE, CARD], birthday=date(1990, 2, 28))

    assert (
        await find_member(tx, PHONE)
        == await find_member(tx, CARD)
        == await get_member(tx, member.id)
        == member
    )
    assert await find_member(tx, Identity("card", "7")) is None
    with pytest.raises(UnknownMember):
        await get_member(tx, new_id())


async def test_an_identity_belongs_to_one_member(tx: Tx) -> None:
    peter = await enroll(tx, name="Пётр", identities=[PHONE])
    olga = await enroll(tx, name="Ольга", identities=[CARD])

    with pytest.raises(IdentityTaken) as refused:
        await add_identity(tx, olga.id, PHONE)
    assert refused.value.facts == {"kind": "phone"}
    with pytest.raises(IdentityTaken):
        await recognize(tx, [PHONE, CARD])
    with pytest.raises(IdentityMissing):
        await enroll(tx, name="Никто", identities=[])
    assert await add_identity(tx, peter.id, PHONE) == peter


async def test_a_recognised_member_is_known_by_all_from_now_on(tx: Tx) -> None:
    member = await enroll(tx, name="Пётр", identities=[PHONE])

    assert await recognize(tx, [Identity("card", "9"), Identity("external", "9")]) is None
    assert (await recognize(tx, [PHONE, CARD])).identities == (CARD, PHONE)  # type: ignore[union-attr]
    assert (await find_member(tx, CARD)).id == member.id  # type: ignore[union-attr]


async def test_one_phone_enrolled_by_many_at_once_is_one_member(database: Database, clock: SetClock) -> None:
    tenant_id = new_id()
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        await found_business(
            tx, name="Кофейня", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
    barrier = asyncio.Barrier(6)

    async def till() -> bool:
        await barrier.wait()
        try:
            async with database.transaction(tenant_id, actor="till:1", at=clock.now()) as tx:
                await enroll(tx, name="Пётр", identities=[PHONE])
        except IdentityTaken:
            return False
        return True

    assert sorted(await asyncio.gather(*(till() for _ in range(6)))) == [False] * 5 + [True]
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        assert await count_members(tx) == 1
