"""A business is founded whole or not at all, and the set-up of the first one belongs to who has the key."""

import asyncio

import pytest
from msgspec.structs import replace
from tests.conftest import SetClock

from plushka.domain.businesses.model import NameTooLong
from plushka.domain.businesses.queries import get_business, list_branches, list_tenant_ids
from plushka.domain.catalog.queries import list_categories
from plushka.domain.founding.model import Founded, FoundedAlready, Owner, Plan
from plushka.domain.founding.operations import found
from plushka.domain.founding.setups import (
    find_first_setup,
    finish,
    open_setup,
    save_draft,
    show_key,
)
from plushka.domain.programs.presets.model import UnknownPreset
from plushka.domain.programs.queries import get_current_version
from plushka.domain.staff.model import EmailTaken
from plushka.domain.staff.queries import find_key_holder, list_staff
from plushka.domain.staff.tokens import read_key
from plushka.platform.database import Database
from plushka.platform.ids import new_id

OWNER = Owner(email=" Anna@Example.com ", name="Анна", password_hash="argon2…", language="ru")


def plan(**changes: object) -> Plan:
    return Plan(
        **{  # type: ignore[arg-type]
            "name": "Кофейня Анны",
            "country": "KZ",
            "currency": "KZT",
            "language": "ru",
            "time_zone": "Asia/Almaty",
            "branch": "На Абая",
            "preset": "coffee",
            **changes,
        }
    )


async def test_all_of_it_is_there_at_once(database: Database, clock: SetClock) -> None:
    tenant_id = new_id()
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        founded = await found(tx, plan(), OWNER)
    presented = read_key(founded.till_key)
    assert presented is not None
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now(), read_only=True) as tx:
        business, version = await get_business(tx), await get_current_version(tx)
        assert (business.name, business.currency, business.time_zone) == (
            "Кофейня Анны",
            "KZT",
            "Asia/Almaty",
        )
        assert [(branch.code, branch.name) for branch in await list_branches(tx)] == [("1", "На Абая")]
        assert [(person.email, person.role) for person in await list_staff(tx)] == [
            ("anna@example.com", "owner")
        ]
        holder = await find_key_holder(tx, presented)
        assert holder is not None
        assert holder.branch == "1"
        assert version is not None
        assert (version.program.name, version.program.currency) == ("Кофе с выпечкой", "KZT")
        assert {category.code: category.name for category in await list_categories(tx)} == {
            "bakery": "Выпечка",
            "coffee": "Кофе",
        }


async def test_without_a_preset_nothing_is_earned_yet(database: Database, clock: SetClock) -> None:
    async with database.transaction(new_id(), actor="test:anna", at=clock.now()) as tx:
        await found(tx, plan(preset=None, currency="GEL"), OWNER)
        version = await get_current_version(tx)
    assert version is not None
    assert (version.program.earning, version.program.currency) == ((), "GEL")


async def test_a_person_founds_another_business(database: Database, clock: SetClock) -> None:
    async with database.transaction(new_id(), actor="test:anna", at=clock.now()) as tx:
        first = await found(tx, plan(), OWNER)
    async with database.transaction(new_id(), actor="test:anna", at=clock.now()) as tx:
        second = await found(tx, plan(name="Пекарня Анны", preset="retail"), first.account_id)
        assert [person.account_id for person in await list_staff(tx)] == [first.account_id]
    assert second.tenant_id != first.tenant_id


@pytest.mark.parametrize(
    ("wrong", "email", "refusal"),
    [
        ({"preset": "casino"}, "eve@example.com", UnknownPreset),
        ({"name": "К" * 101}, "eve@example.com", NameTooLong),
        ({}, "anna@example.com", EmailTaken),
    ],
)
async def test_nothing_is_left_of_what_was_refused(
    database: Database, clock: SetClock, wrong: dict[str, object], email: str, refusal: type[Exception]
) -> None:
    async with database.transaction(new_id(), actor="test:anna", at=clock.now()) as tx:
        await found(tx, plan(), OWNER)
    with pytest.raises(refusal):
        async with database.transaction(new_id(), actor="test:eve", at=clock.now()) as tx:
            await found(tx, plan(**wrong), replace(OWNER, email=email))
    async with database.global_transaction(actor="test:eve", at=clock.now()) as tx:
        assert len(await list_tenant_ids(tx)) == 1


async def test_the_first_set_up_opens_to_the_latest_key_only(database: Database, clock: SetClock) -> None:
    async with database.global_transaction(actor="operator:cli", at=clock.now()) as tx:
        old = await show_key(tx)
        assert old is not None
        setup = await find_first_setup(tx, old)
        assert setup is not None
        await save_draft(tx, setup.id, {"name": "Кофейня"})
        new = await show_key(tx) or ""
        assert await find_first_setup(tx, old) is None
        assert await find_first_setup(tx, "guessed") is None
        again = await find_first_setup(tx, new)
    assert again is not None
    assert (again.id, again.draft) == (setup.id, {"name": "Кофейня"})


async def test_of_two_who_finish_the_first_set_up_one_is_refused(database: Database, clock: SetClock) -> None:
    async with database.global_transaction(actor="operator:cli", at=clock.now()) as global_tx:
        setup = await find_first_setup(global_tx, await show_key(global_tx) or "")
    assert setup is not None

    async def found_it(email: str) -> Founded:
        async with database.transaction(new_id(), actor="visitor", at=clock.now()) as tx:
            await finish(tx, setup.id)
            return await found(
                tx, plan(), Owner(email=email, name="А", password_hash="argon2…", language="ru")
            )

    results = await asyncio.gather(
        *(found_it(f"{number}@example.com") for number in range(3)), return_exceptions=True
    )

    assert [type(result) for result in results].count(FoundedAlready) == 2
    async with database.global_transaction(actor="operator:cli", at=clock.now()) as global_tx:
        assert len(await list_tenant_ids(global_tx)) == 1
        assert await show_key(global_tx) is None


async def test_a_set_up_of_another_business_waits_for_its_person(database: Database, clock: SetClock) -> None:
    async with database.transaction(new_id(), actor="test:anna", at=clock.now()) as tx:
        anna = (await found(tx, plan(), OWNER)).account_id
    async with database.global_transaction(actor="test:anna", at=clock.now(), account_id=anna) as tx:
        setup = await open_setup(tx, anna)
        await save_draft(tx, setup.id, {"name": "Пекарня"})
        again = await open_setup(tx, anna)
    assert (again.id, again.draft) == (setup.id, {"name": "Пекарня"})
