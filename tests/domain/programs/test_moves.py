"""Who would move under a draft is counted in pages, with a few who would."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from tests.conftest import SetClock
from tests.domain.shop import Shop, open_shop

from plushka.domain.insights.model import ProgramFigures
from plushka.domain.insights.queries import find_program_figures
from plushka.domain.programs import moves
from plushka.domain.programs.moves import count_moves
from plushka.domain.programs.standings import count_by_tier
from plushka.engine.program import (
    EarningRule,
    Percent,
    Program,
    Requirement,
    Rolling,
    TierReview,
    TierRule,
    Tiers,
)
from plushka.engine.version import compile_version
from plushka.platform.database import Database
from plushka.platform.ids import new_id

TODAY = date(2026, 3, 10)


def program(bar_minor: int) -> Program:
    rule = TierRule("gold", "Золотой", (Requirement("spend", bar_minor, Rolling(30)),))
    return Program(
        name="Кофейня",
        currency="RUB",
        earning=(EarningRule("base", "Базовое", Percent(1000)),),
        tiers=Tiers((TierRule("new", "Новый"), rule), review=TierReview("month")),
    )


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, program(500_00)) as shop:
        yield shop


async def test_members_are_counted_by_where_they_would_move(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = [await shop.enroll(f"+7999000000{number}") for number in range(3)]
    for number, (member, amount_minor) in enumerate(zip(members, (100_00, 300_00, 900_00), strict=True)):
        await shop.buy(f"r{number}", amount_minor, member=member)
    monkeypatch.setattr(moves, "PAGE_MAX", 2)
    easier, harder = compile_version(new_id(), program(300_00)), compile_version(new_id(), program(1000_00))

    async with shop.tx() as tx:
        first = await count_moves(tx, easier, program_id=shop.program_id, on=TODAY)
        assert first.last == members[1]
        all_of_them = await count_moves(tx, easier, program_id=shop.program_id, on=TODAY, so_far=first)
        falling = await count_moves(tx, harder, program_id=shop.program_id, on=TODAY)
        falling = await count_moves(tx, harder, program_id=shop.program_id, on=TODAY, so_far=falling)
        by_tier = await count_by_tier(tx, program_id=shop.program_id)
        figures = await find_program_figures(tx)

    assert all_of_them.last is None
    assert all_of_them.counts == {("new", "new"): 1, ("new", "gold"): 1, ("gold", "gold"): 1}
    assert all_of_them.samples == {("new", "gold"): (members[1],)}
    assert falling.counts == {("new", "new"): 2, ("gold", "new"): 1}
    assert by_tier == {"new": 2, "gold": 1}
    assert figures == {shop.program_id: ProgramFigures(members=3, issued=130, left=130)}
