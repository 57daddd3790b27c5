"""Members in messengers: whose an account is, and whether it can be written to."""

from plushka.domain.members.channels import (
    Address,
    bind_address,
    find_address,
    list_addresses,
    mark_unreachable,
    note_seen,
    speak,
)
from plushka.domain.members.merges import merge_people, part_people
from plushka.domain.members.model import Identity
from plushka.domain.members.operations import enroll
from plushka.platform.database import Tx

ANNA = Address("telegram", "100")
BORIS = Address("max", "200")


async def test_an_account_is_of_who_proved_it_last(tx: Tx) -> None:
    first = await enroll(tx, name="Аня", identities=[Identity("phone", "+79990000001")])
    second = await enroll(tx, name="Боря", identities=[Identity("phone", "+79990000002")])
    await bind_address(tx, first.id, ANNA, language="ru")
    await bind_address(tx, second.id, ANNA, language="en")
    found = await find_address(tx, ANNA)
    assert found is not None
    assert (found.member_id, found.language) == (second.id, "en")
    assert await list_addresses(tx, first.id) == []


async def test_who_has_blocked_the_bot_is_not_written_to_until_they_write(tx: Tx) -> None:
    member = await enroll(tx, name="Аня", identities=[Identity("phone", "+79990000001")])
    await bind_address(tx, member.id, ANNA, language="ru")
    await mark_unreachable(tx, ANNA, "blocked")
    assert [one.state for one in await list_addresses(tx, member.id)] == ["blocked"]
    await note_seen(tx, ANNA)
    await speak(tx, ANNA, "en")
    assert [(one.state, one.language) for one in await list_addresses(tx, member.id)] == [("open", "en")]


async def test_accounts_go_with_merged_members_and_come_back_with_them(tx: Tx) -> None:
    kept = await enroll(tx, name="Аня", identities=[Identity("phone", "+79990000001")])
    merged = await enroll(tx, name="Анна", identities=[Identity("phone", "+79990000002")])
    await bind_address(tx, kept.id, ANNA, language="ru")
    await bind_address(tx, merged.id, BORIS, language="ru")
    moved = await merge_people(tx, kept_id=kept.id, merged_id=merged.id)
    assert {one.external_id for one in await list_addresses(tx, kept.id)} == {"100", "200"}
    await part_people(tx, moved, kept_id=kept.id, merged_id=merged.id)
    assert [one.external_id for one in await list_addresses(tx, kept.id)] == ["100"]
    assert [one.external_id for one in await list_addresses(tx, merged.id)] == ["200"]
