"""The page of tiers: who stands where, and who would move if the draft were published."""

import httpx
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, Shop, plain
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import CASHBACK, Cast

from plushka.delivery.office.engagement import tiers as page_of_tiers
from plushka.domain.programs.drafts import get_draft, publish_draft, save_draft
from plushka.domain.programs.queries import get_program_id
from plushka.engine.program import Program, Requirement, TierRule, Tiers
from plushka.platform.database import Database


def tiered(bar_minor: int) -> Program:
    gold = TierRule("gold", "Золотой", (Requirement("spend", bar_minor),), colour="#d4a017")
    return structs.replace(CASHBACK, tiers=Tiers((TierRule("new", "Новый"), gold)))


async def write(database: Database, cast: Cast, clock: SetClock, program: Program, *, publish: bool) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        program_id = await get_program_id(tx)
        draft = await get_draft(tx, program_id)
        saved = await save_draft(tx, program_id, program, mark=draft.mark)
        if publish:
            await publish_draft(tx, program_id, mark=saved.mark, against=draft.began_from or 0)


async def test_without_tiers_the_page_says_what_they_are_for(anna: httpx.AsyncClient) -> None:
    assert "Уровни дают постоянным клиентам" in (await anna.get("/engagement/tiers")).text


@pytest.mark.parametrize("is_large", [False, True], ids=["at once", "as a task"])
async def test_it_shows_who_would_move_by_the_draft(
    *,
    anna: httpx.AsyncClient,
    shop: Shop,
    database: Database,
    cast: Cast,
    clock: SetClock,
    owner_dsn: str,
    monkeypatch: pytest.MonkeyPatch,
    is_large: bool,
) -> None:
    await write(database, cast, clock, tiered(100_000_00), publish=True)
    page = plain((await anna.get("/engagement/tiers")).text)
    assert "«Золотой»: покупки на 100 000 ₽." in page
    assert 'fill="#d4a017"' in page
    assert "Если опубликовать черновик" not in page

    await write(database, cast, clock, tiered(1_000_00), publish=False)
    if is_large:
        monkeypatch.setattr(page_of_tiers, "PAGE_MAX", 0)
        assert "Посчитать, кто сменит уровень" in (await anna.get("/engagement/tiers")).text
        asked = await anna.post("/engagement/tiers/preview", data={"program": str(shop.program_id)})
        assert asked.headers["location"].startswith("/tasks/")
        assert "Считаем" in (await anna.get("/engagement/tiers")).text
        await do_all_tasks(database, clock, owner_dsn)
        assert "Сменят уровень: 1." in plain((await anna.get(asked.headers["location"])).text)
    page = plain((await anna.get("/engagement/tiers")).text)
    assert "поднимутся" in page
    assert f'href="/members/{shop.member_id}"' in page
    assert MEMBER in page
