"""A programme is written, compared and published; two writers do not overwrite each other."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec import structs

from plushka.domain.audit.model import EntryFilter
from plushka.domain.audit.queries import list_entries
from plushka.domain.programs.drafts import discard_draft, get_draft, publish_draft, roll_back, save_draft
from plushka.domain.programs.model import (
    DESCRIPTION_LENGTH_MAX,
    DraftChanged,
    NoDraft,
    ProgramNameMissing,
    ProgramTextTooLong,
    ProgramUnsound,
    UnknownProgram,
    ValidFromPast,
    ValidFromTooFar,
    VersionsChanged,
)
from plushka.domain.programs.operations import create_program, publish, rename_program
from plushka.domain.programs.queries import (
    find_version_in_force,
    get_current_version,
    get_program,
    list_programs,
    list_versions,
)
from plushka.domain.programs.serving import get_serving
from plushka.engine.program import Band, EarningRule, Ladder, Percent, Program
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

FIVE = Program(name="Кофейня", currency="RUB", earning=(EarningRule("base", "Базовое", Percent(500)),))
SEVEN = structs.replace(FIVE, earning=(EarningRule("base", "Базовое", Percent(700)),))
UNSOUND = structs.replace(
    FIVE, earning=(EarningRule("base", "Базовое", Ladder((Band(100, 500), Band(100, 700)))),)
)


@pytest.fixture
async def program_id(tx: Tx) -> UUID:
    program_id = await create_program(tx, name="Кофейня")
    await publish(tx, program_id=program_id, program=FIVE, valid_from=tx.at)
    return program_id


async def test_a_draft_begins_with_the_latest_version_and_is_saved_as_it_grows(
    tx: Tx, program_id: UUID
) -> None:
    begun = await get_draft(tx, program_id)
    assert (begun.program, begun.began_from, begun.revision) == (FIVE, 1, None)

    saved = await save_draft(tx, program_id, SEVEN, mark=begun.mark)

    assert await get_draft(tx, program_id) == saved
    assert (saved.program, saved.began_from, saved.saved_by) == (SEVEN, 1, "test:anna")
    assert (await get_current_version(tx)).program == FIVE  # type: ignore[union-attr]


async def test_a_new_programme_begins_empty_in_the_currency_of_the_business(tx: Tx) -> None:
    program_id = await create_program(tx, name=" Визиты ")

    draft = await get_draft(tx, program_id)

    assert (draft.program, draft.began_from) == (Program(name="Визиты", currency="RUB"), None)


async def test_who_saves_over_what_they_have_not_seen_is_refused(tx: Tx, program_id: UUID) -> None:
    begun = await get_draft(tx, program_id)
    first = await save_draft(tx, program_id, SEVEN, mark=begun.mark)

    with pytest.raises(DraftChanged):
        await save_draft(tx, program_id, FIVE, mark=begun.mark)
    second = await save_draft(tx, program_id, SEVEN, mark=first.mark)
    with pytest.raises(DraftChanged):
        await discard_draft(tx, program_id, mark=first.mark)
    with pytest.raises(DraftChanged):
        await publish_draft(tx, program_id, mark=first.mark, against=1)

    assert await get_draft(tx, program_id) == second


async def test_a_draft_that_was_published_meanwhile_does_not_rise_again(tx: Tx, program_id: UUID) -> None:
    saved = await save_draft(tx, program_id, SEVEN, mark=(await get_draft(tx, program_id)).mark)
    await publish_draft(tx, program_id, mark=saved.mark, against=1)

    with pytest.raises(DraftChanged):
        await save_draft(tx, program_id, FIVE, mark=saved.mark)

    assert (await get_draft(tx, program_id)).revision is None


async def test_a_draft_thrown_away_leaves_what_is_published(tx: Tx, program_id: UUID) -> None:
    saved = await save_draft(tx, program_id, SEVEN, mark=(await get_draft(tx, program_id)).mark)

    await discard_draft(tx, program_id, mark=saved.mark)

    assert (await get_draft(tx, program_id)).program == FIVE
    assert len(await list_versions(tx, program_id)) == 1


async def test_a_published_draft_is_a_version_at_once_or_from_a_moment_to_come(
    tx: Tx, program_id: UUID
) -> None:
    saved = await save_draft(tx, program_id, SEVEN, mark=(await get_draft(tx, program_id)).mark)
    tomorrow = tx.at + timedelta(days=1)

    planned = await publish_draft(tx, program_id, mark=saved.mark, against=1, valid_from=tomorrow)

    assert (planned.number, planned.valid_from) == (2, tomorrow)
    in_force = await find_version_in_force(tx, program_id)
    assert in_force is not None
    assert in_force.number == 1
    then = await find_version_in_force(replace(tx, at=tomorrow), program_id)
    assert then is not None
    assert then.program == SEVEN
    actions = [entry.action for entry in await list_entries(tx, EntryFilter(subject=f"program:{program_id}"))]
    assert actions == ["program.publish", "program.save_draft", "program.publish", "program.create"]


@pytest.mark.parametrize(
    ("days", "refusal"), [(-1, ValidFromPast), (400, ValidFromTooFar)], ids=["past", "too far"]
)
async def test_rules_are_not_published_for_such_a_moment(
    tx: Tx, program_id: UUID, days: int, refusal: type[Exception]
) -> None:
    saved = await save_draft(tx, program_id, SEVEN, mark=(await get_draft(tx, program_id)).mark)

    with pytest.raises(refusal):
        await publish_draft(
            tx, program_id, mark=saved.mark, against=1, valid_from=tx.at + timedelta(days=days)
        )


async def test_what_was_compared_with_another_version_is_not_published(tx: Tx, program_id: UUID) -> None:
    saved = await save_draft(tx, program_id, SEVEN, mark=(await get_draft(tx, program_id)).mark)
    await publish(tx, program_id=program_id, program=FIVE, valid_from=tx.at)

    with pytest.raises(VersionsChanged):
        await publish_draft(tx, program_id, mark=saved.mark, against=1)


async def test_an_unsound_draft_is_kept_and_not_published(tx: Tx, program_id: UUID) -> None:
    saved = await save_draft(tx, program_id, UNSOUND, mark=(await get_draft(tx, program_id)).mark)

    with pytest.raises(ProgramUnsound):
        await publish_draft(tx, program_id, mark=saved.mark, against=1)

    assert (await get_draft(tx, program_id)).program == UNSOUND


async def test_nothing_is_published_where_nothing_was_written(tx: Tx, program_id: UUID) -> None:
    with pytest.raises(NoDraft):
        await publish_draft(tx, program_id, mark=(await get_draft(tx, program_id)).mark, against=1)


async def test_to_roll_back_is_to_publish_the_old_rules_anew(tx: Tx, program_id: UUID) -> None:
    (first,) = await list_versions(tx, program_id)
    await publish(tx, program_id=program_id, program=SEVEN, valid_from=tx.at)

    third = await roll_back(tx, first.id)

    assert (third.number, third.program, third.valid_from) == (3, FIVE, tx.at)
    assert (await get_current_version(tx)) == third


async def test_a_name_and_a_description_change_at_once(tx: Tx, program_id: UUID) -> None:
    await rename_program(tx, program_id, name="Плюшки", description="За каждую покупку")

    card = await get_program(tx, program_id)
    assert (card.name, card.description) == ("Плюшки", "За каждую покупку")
    assert (await get_draft(tx, program_id)).program.name == "Плюшки"
    with pytest.raises(ProgramNameMissing):
        await rename_program(tx, program_id, name="  ", description="")
    with pytest.raises(ProgramTextTooLong):
        await rename_program(tx, program_id, name="x", description="x" * (DESCRIPTION_LENGTH_MAX + 1))
    with pytest.raises(UnknownProgram):
        await rename_program(tx, new_id(), name="x", description="")


async def test_a_second_programme_does_not_take_over_the_business(tx: Tx, program_id: UUID) -> None:
    later = replace(tx, at=tx.at + timedelta(hours=1))
    second = await create_program(later, name="Визиты")
    await publish(later, program_id=second, program=SEVEN, valid_from=later.at)

    assert [card.id for card in await list_programs(later)] == [program_id, second]
    assert (await get_current_version(later)).program == FIVE  # type: ignore[union-attr]
    assert (await get_serving(later, None)).id == program_id
    assert (await find_version_in_force(later, second)).program == SEVEN  # type: ignore[union-attr]
