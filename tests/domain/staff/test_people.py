"""Who works as what: roles, rights, branches, dismissing, and that a business keeps an owner."""

import asyncio
from uuid import UUID

import pytest
from tests.conftest import SetClock

from plushka.domain.audit.model import EntryFilter
from plushka.domain.audit.queries import list_entries
from plushka.domain.businesses.branches import open_branch
from plushka.domain.staff.model import (
    ActionsMissing,
    AlreadyHired,
    DismissedAlready,
    ExceedsOwnRights,
    LastOwner,
    Position,
    Role,
    RoleInUse,
    RoleNameTaken,
    StaffMember,
    UnknownRole,
    UnknownStaff,
)
from plushka.domain.staff.operations import add_account, hire, open_session
from plushka.domain.staff.people import dismiss, give_position, rehire
from plushka.domain.staff.queries import find_session, get_staff, list_staff
from plushka.domain.staff.roles import (
    Rights,
    change_role,
    check_rights,
    create_role,
    delete_role,
    list_roles,
)
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id

ALL = Rights(frozenset({"receipts.read", "members.read", "staff.change"}))


async def person(tx: Tx, name: str, role: Role = "cashier") -> StaffMember:
    account = await add_account(
        tx, email=f"{name}@plushka.example", name=name, password_hash="x", language="ru"
    )
    return await hire(tx, account_id=account.id, role=role)


async def test_the_last_owner_stays(tx: Tx) -> None:
    anna = await person(tx, "anna", "owner")
    branch = await open_branch(tx, code="arbat", name="Арбат")
    for position in (Position(role="manager"), Position(role="owner", branch_ids=frozenset({branch.id}))):
        await tx.execute("savepoint before")
        with pytest.raises(LastOwner):
            await give_position(tx, anna.id, position)
        await tx.execute("rollback to before")
    await tx.execute("savepoint before")
    with pytest.raises(LastOwner):
        await dismiss(tx, anna.id)
    await tx.execute("rollback to before")

    boris = await person(tx, "boris", "owner")
    await dismiss(tx, anna.id)
    await tx.execute("savepoint before")
    with pytest.raises(LastOwner):
        await give_position(tx, boris.id, Position(role="manager"))
    await tx.execute("rollback to before")


async def test_two_owners_cannot_dismiss_each_other_at_once(database: Database, clock: SetClock) -> None:
    from plushka.domain.businesses.operations import found_business

    tenant_id = new_id()
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        await found_business(
            tx, name="Кофейня", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
        owners = [await person(tx, "anna", "owner"), await person(tx, "boris", "owner")]
    start = asyncio.Barrier(2)

    async def one_dismisses(other: StaffMember) -> str:
        try:
            async with database.transaction(tenant_id, actor="test:owner", at=clock.now()) as tx:
                await start.wait()
                await dismiss(tx, other.id)
        except LastOwner:
            return "last owner"
        return "dismissed"

    outcomes = await asyncio.gather(*(one_dismisses(owner) for owner in owners))

    assert sorted(outcomes) == ["dismissed", "last owner"]


async def test_who_is_dismissed_is_out_at_once_and_can_come_back(tx: Tx) -> None:
    await person(tx, "anna", "owner")
    kira = await person(tx, "kira")
    signed_in = await open_session(tx, kira.account_id)
    session = await find_session(tx, signed_in.token)
    assert session is not None
    assert session.role == "cashier"

    await dismiss(tx, kira.id)

    assert await find_session(tx, signed_in.token) is None
    assert (await get_staff(tx, kira.id)).dismissed_at == tx.at
    with pytest.raises(DismissedAlready):
        await dismiss(tx, kira.id)
    await rehire(tx, kira.id)
    with pytest.raises(AlreadyHired):
        await rehire(tx, kira.id)
    assert (await get_staff(tx, kira.id)).dismissed_at is None
    assert await find_session(tx, signed_in.token) is None


async def test_hiring_somebody_dismissed_gives_the_place_back_in_the_new_role(tx: Tx) -> None:
    await person(tx, "anna", "owner")
    kira = await person(tx, "kira")
    await dismiss(tx, kira.id)

    again = await hire(tx, account_id=kira.account_id, role="manager")

    assert (again.id, again.role) == (kira.id, "manager")
    assert len(await list_staff(tx)) == 2


async def test_a_role_of_ones_own_is_what_its_actions_are(tx: Tx) -> None:
    kira = await person(tx, "kira")
    role = await create_role(tx, name="Старший кассир", actions=["receipts.read", "members.read"], own=ALL)
    await give_position(tx, kira.id, Position(own_role_id=role.id))
    assert (await get_staff(tx, kira.id)).own_role == role

    await change_role(tx, role.id, name="Старшая смены", actions=["receipts.read"], own=ALL)

    known = (await get_staff(tx, kira.id)).own_role
    assert known is not None
    assert (known.name, known.actions) == ("Старшая смены", frozenset({"receipts.read"}))
    with pytest.raises(RoleNameTaken):
        await create_role(tx, name="Старшая смены", actions=["receipts.read"], own=ALL)
    with pytest.raises(ActionsMissing):
        await create_role(tx, name="Никто", actions=[], own=ALL)
    await tx.execute("savepoint before")
    with pytest.raises(RoleInUse):
        await delete_role(tx, role.id, own=ALL)
    await tx.execute("rollback to before")
    await give_position(tx, kira.id, Position(role="cashier"))
    await delete_role(tx, role.id, own=ALL)
    assert await list_roles(tx) == ()


async def test_nobody_gives_or_takes_what_they_do_not_have(tx: Tx) -> None:
    narrow = Rights(frozenset({"receipts.read"}))
    wide = await create_role(tx, name="Всё", actions=sorted(ALL.actions), own=ALL)

    with pytest.raises(ExceedsOwnRights):
        await create_role(tx, name="Больше", actions=["receipts.read", "members.read"], own=narrow)
    with pytest.raises(ExceedsOwnRights):
        await change_role(tx, wide.id, name="Меньше", actions=["receipts.read"], own=narrow)
    with pytest.raises(ExceedsOwnRights):
        await delete_role(tx, wide.id, own=narrow)


@pytest.mark.parametrize(
    ("own", "given", "may"),
    [
        (set(), set(), True),
        (set(), {1}, True),
        ({1, 2}, {1}, True),
        ({1}, set(), False),
        ({1}, {1, 2}, False),
    ],
)
def test_who_is_restricted_to_branches_gives_no_others(own: set[int], given: set[int], may: bool) -> None:  # noqa: FBT001
    def rights(places: set[int]) -> Rights:
        return Rights(frozenset({"receipts.read"}), frozenset(UUID(int=place) for place in places))

    if may:
        check_rights(rights(own), rights(given))
    else:
        with pytest.raises(ExceedsOwnRights):
            check_rights(rights(own), rights(given))


async def test_the_trail_tells_what_somebody_was_and_is(tx: Tx) -> None:
    kira = await person(tx, "kira")
    branch = await open_branch(tx, code="arbat", name="Арбат")

    await give_position(tx, kira.id, Position(role="manager", branch_ids=frozenset({branch.id})))

    (entry, *_) = await list_entries(tx, EntryFilter(subject=f"staff:{kira.id}"))
    assert entry.action == "staff.change"
    assert entry.changes == {"role": ("cashier", "manager"), "branches": (None, "Арбат")}


async def test_people_and_roles_of_another_business_do_not_exist(database: Database, tx: Tx) -> None:
    kira = await person(tx, "kira")
    role = await create_role(tx, name="Всё", actions=["receipts.read"], own=ALL)
    async with database.transaction(new_id(), actor="test:eve", at=tx.at) as eve:
        with pytest.raises(UnknownStaff):
            await dismiss(eve, kira.id)
        with pytest.raises(UnknownRole):
            await change_role(eve, role.id, name="Моя", actions=["receipts.read"], own=ALL)
        assert await list_roles(eve) == ()
