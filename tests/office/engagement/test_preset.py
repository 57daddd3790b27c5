"""A preset is taken into the draft of a programme, and nothing of it is in force before it is published."""

import re
from uuid import UUID

import httpx
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.pos.conftest import CASHBACK, Cast

from plushka.domain.catalog.model import Category
from plushka.domain.catalog.operations import upsert_categories
from plushka.domain.catalog.queries import list_categories
from plushka.domain.programs.drafts import get_draft
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.programs.presets.shelf import get_preset
from plushka.domain.programs.presets.writing import write_program
from plushka.domain.programs.queries import get_current_version, get_program_id
from plushka.engine.program import PointUnit
from plushka.platform.database import Database


@pytest.fixture
async def program_id(database: Database, cast: Cast, clock: SetClock) -> UUID:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        await upsert_categories(tx, [Category("coffee", "Кофе с собой")])
        return await get_program_id(tx)


def mark_of(page: str) -> str:
    found = re.search(r'name="mark" value="([^"]*)"', page)
    assert found is not None
    return found[1]


async def test_it_replaces_the_draft_and_nothing_else(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock, program_id: UUID
) -> None:
    url = f"/engagement/programs/{program_id}/draft"
    assert f"{url}/preset" in (await anna.get(url)).text
    page = await anna.get(f"{url}/preset")
    assert "Латте и булочка" in page.text
    assert 'value="empty"' not in page.text

    taken = await anna.post(f"{url}/preset", data={"mark": mark_of(page.text), "preset": "coffee"})

    assert taken.headers["location"] == url
    assert "Комбо: напиток и выпечка" in (await anna.get(url)).text
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        draft, version = await get_draft(tx, program_id), await get_current_version(tx)
        names = {category.code: category.name for category in await list_categories(tx)}
    wanted = write_program(get_preset("coffee"), currency="RUB", language="ru")
    assert draft.program == structs.replace(wanted, name=draft.program.name)
    assert draft.program.name == CASHBACK.name
    assert version is not None
    assert version.program.earning == CASHBACK.earning
    assert (names["coffee"], names["bakery"]) == ("Кофе с собой", "Выпечка")


async def test_a_draft_that_somebody_else_has_saved_is_not_overwritten(
    anna: httpx.AsyncClient, program_id: UUID
) -> None:
    url = f"/engagement/programs/{program_id}/draft/preset"
    old = mark_of((await anna.get(url)).text)
    await anna.post(url, data={"mark": old, "preset": "coffee"})

    late = await anna.post(url, data={"mark": old, "preset": "retail"})

    assert late.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert re.search(r'value="retail"[^>]* checked>', late.text)
    assert "Комбо" in (await anna.get(url.removesuffix("/preset"))).text


@pytest.mark.parametrize("preset", ["", "empty", "casino"])
async def test_what_is_no_preset_is_refused_at_its_field(
    anna: httpx.AsyncClient, program_id: UUID, preset: str
) -> None:
    refused = await anna.post(f"/engagement/programs/{program_id}/draft/preset", data={"preset": preset})
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'id="preset-problem"' in refused.text


async def test_points_in_fractions_are_not_made_whole(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    fractions = structs.replace(CASHBACK, point=PointUnit(scale=2))
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        program_id = await create_program(tx, name="С долями")
        await publish(tx, program_id=program_id, program=fractions, valid_from=tx.at)
    url = f"/engagement/programs/{program_id}/draft/preset"
    refused = await anna.post(url, data={"mark": mark_of((await anna.get(url)).text), "preset": "retail"})
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "бонусы с долями" in refused.text
