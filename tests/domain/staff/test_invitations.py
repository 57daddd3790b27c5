"""Links that make somebody staff."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.staff.test_people import ALL, person

from plushka.domain.businesses.operations import found_business
from plushka.domain.staff.invitations import (
    accept,
    find_open_invitation,
    invite,
    list_invitations,
    revoke_invitation,
)
from plushka.domain.staff.model import (
    INVITATION_DAYS,
    Account,
    AlreadyHired,
    Position,
    UnknownInvitation,
)
from plushka.domain.staff.operations import add_account
from plushka.domain.staff.people import dismiss
from plushka.domain.staff.roles import create_role
from plushka.domain.staff.tokens import read_invitation_token
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id

CASHIER = Position(role="cashier")


async def stranger(tx: Tx, name: str) -> Account:
    return await add_account(tx, email=f"{name}@plushka.example", name=name, password_hash="x", language="ru")


async def test_a_link_gives_its_place_once(tx: Tx) -> None:
    role = await create_role(tx, name="Старшая", actions=["receipts.read"], own=ALL)
    invitation, token = await invite(tx, name="Кира", position=Position(own_role_id=role.id))
    assert read_invitation_token(token) == tx.tenant_id
    assert invitation.role == "Старшая"

    kira = await accept(tx, token, await stranger(tx, "kira"))

    assert kira.own_role == role
    with pytest.raises(UnknownInvitation):
        await accept(tx, token, await stranger(tx, "boris"))
    (kept,) = await list_invitations(tx)
    assert kept.accepted_at == tx.at
    assert not kept.is_open(tx.at)


async def test_a_link_that_was_taken_back_or_is_old_gives_nothing(database: Database, tx: Tx) -> None:
    boris = await stranger(tx, "boris")
    invitation, token = await invite(tx, name="Борис", position=CASHIER)
    await revoke_invitation(tx, invitation.id)
    with pytest.raises(UnknownInvitation):
        await accept(tx, token, boris)
    with pytest.raises(UnknownInvitation):
        await revoke_invitation(tx, invitation.id)

    _, token = await invite(tx, name="Борис", position=CASHIER)
    later = Tx(
        connection=tx.connection,
        tenant_id=tx.tenant_id,
        actor=tx.actor,
        at=tx.at + timedelta(days=INVITATION_DAYS),
    )
    assert await find_open_invitation(later, token) is None
    assert await find_open_invitation(tx, token) is not None
    async with database.transaction(new_id(), actor="test:eve", at=tx.at) as eve:
        assert await find_open_invitation(eve, token) is None


async def test_who_works_here_cannot_use_a_link_and_who_was_dismissed_comes_back(tx: Tx) -> None:
    await person(tx, "anna", "owner")
    kira = await person(tx, "kira")
    account = Account(id=kira.account_id, email=kira.email, name=kira.name, language="ru")
    _, token = await invite(tx, name="Кира", position=Position(role="manager"))
    await tx.execute("savepoint before")
    with pytest.raises(AlreadyHired):
        await accept(tx, token, account)
    await tx.execute("rollback to before")

    await dismiss(tx, kira.id)
    again = await accept(tx, token, account)

    assert (again.id, again.role) == (kira.id, "manager")


async def test_of_two_who_open_a_link_at_once_one_is_hired(database: Database, clock: SetClock) -> None:
    tenant_id = new_id()
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        await found_business(
            tx, name="Кофейня", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
        _, token = await invite(tx, name="Кто-то", position=CASHIER)
        accounts = [await stranger(tx, "boris"), await stranger(tx, "clara")]
    start = asyncio.Barrier(2)

    async def one_accepts(account: Account) -> UUID | None:
        try:
            async with database.transaction(tenant_id, actor="test:x", at=clock.now()) as tx:
                await start.wait()
                return (await accept(tx, token, account)).id
        except UnknownInvitation:
            return None

    hired = await asyncio.gather(*(one_accepts(account) for account in accounts))

    assert sum(staff_id is not None for staff_id in hired) == 1
