"""What was bought with on two days is told apart from what was bought with twice on one, whatever the days are."""

from random import Random

import asyncpg
import pytest

from plushka.domain.insights.reports.mechanics import PART_BITS, tell_days_apart


@pytest.mark.parametrize("width", [1, 2, 3, 4, 7, 10, 12, 15, 20, 21, PART_BITS])
@pytest.mark.parametrize("days", [1, 2, 31, 366, 3650])
async def test_mechanics_of_two_days_are_found(owner_dsn: str, width: int, days: int) -> None:
    dice = Random(f"{width} {days}")  # noqa: S311  repeatable
    rows = [
        (member, dice.randrange(days), dice.randrange(1, 1 << width))
        for member in range(200)
        for _ in range(dice.randrange(1, 6))
    ]
    told = tell_days_apart(days, width)
    connection = await asyncpg.connect(owner_dsn)
    try:
        found = await connection.fetch(
            f"""
            select member, {told.bought} as bought, {told.returned} as returned
            from (
                select member, {told.any_day} as any_day, {told.pairs} as pairs
                from unnest($1::integer[], $2::integer[], $3::bigint[]) as r (member, day, mask)
                group by member
            ) as m
            """,  # noqa: S608  as the readers put it together
            *map(list, zip(*rows, strict=True)),
        )
    finally:
        await connection.close()
    for row in found:
        own = [(day, mask) for member, day, mask in rows if member == row["member"]]
        on_days = [{day for day, mask in own if mask >> bit & 1} for bit in range(width)]
        assert row["bought"] == sum(1 << bit for bit in range(width) if on_days[bit])
        assert row["returned"] == sum(1 << bit for bit in range(width) if len(on_days[bit]) > 1)
