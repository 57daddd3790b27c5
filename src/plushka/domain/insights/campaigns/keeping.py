"""What was counted is kept: pages read it, and what is final is never counted again."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import structs

from plushka.domain.insights.campaigns.model import FIGURES, Caused, Costs, Figure
from plushka.domain.insights.campaigns.sums import Cells
from plushka.engine.experiments.effects import effect
from plushka.engine.experiments.moments import Cell, Moments
from plushka.platform.database import Tx

_COSTS = Costs.__struct_fields__
_SUMS = Moments.__struct_fields__


async def keep(
    tx: Tx,
    subject: str,
    cells: Cells,
    costs: Costs,
    *,
    from_at: datetime,
    until_at: datetime,
    is_final: bool,
) -> None:
    """Write down what was counted of ``subject``, in place of what was counted before."""
    await tx.execute(
        """
        -- insights.forget_experiment
        delete from experiments where tenant_id = $1 and subject = $2
        """,
        tx.tenant_id,
        subject,
    )
    await tx.execute(
        f"""
        -- insights.keep_experiment
        insert into experiments (tenant_id, subject, from_at, until_at, counted_at, is_final, {", ".join(_COSTS)})
        values ($1, $2, $3, $4, $5, $6, {", ".join(f"${number}" for number in range(7, 7 + len(_COSTS)))})
        """,  # noqa: S608  names of columns
        tx.tenant_id,
        subject,
        from_at,
        until_at,
        tx.at,
        is_final,
        *structs.astuple(costs),
    )
    rows = [(figure, cell) for figure in FIGURES for cell in cells.get(figure, ())]
    await tx.execute(
        f"""
        -- insights.keep_sums
        insert into experiment_sums (tenant_id, subject, figure, stratum, is_control, {", ".join(_SUMS)})
        select $1, $2, given.*
        from unnest(
            $3::text[], $4::smallint[], $5::boolean[], $6::bigint[], $7::numeric[], $8::numeric[], $9::numeric[],
            $10::numeric[], $11::numeric[]
        ) as given
        """,  # noqa: S608  names of columns
        tx.tenant_id,
        subject,
        [figure for figure, _ in rows],
        [cell.stratum for _, cell in rows],
        [cell.is_control for _, cell in rows],
        *[[getattr(cell.moments, field) for _, cell in rows] for field in _SUMS],
    )


async def find_caused(tx: Tx, subjects: Collection[str]) -> Mapping[str, Caused]:
    """Return what was counted, by subject; of one that was not counted yet, nothing."""
    cells: dict[str, dict[Figure, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for row in await tx.fetch(
        f"""
        -- insights.list_sums
        select subject, figure, stratum, is_control, {", ".join(_SUMS)} from experiment_sums
        where tenant_id = $1 and subject = any($2::text[])
        """,  # noqa: S608  names of columns
        tx.tenant_id,
        list(subjects),
    ):
        moments = Moments(*[int(row[field]) for field in _SUMS])
        cells[row["subject"]][row["figure"]].append(Cell(row["stratum"], row["is_control"], moments))
    rows = await tx.fetch(
        f"""
        -- insights.list_experiments
        select subject, from_at, until_at, counted_at, is_final, {", ".join(_COSTS)} from experiments
        where tenant_id = $1 and subject = any($2::text[])
        """,  # noqa: S608  names of columns
        tx.tenant_id,
        list(subjects),
    )
    return {
        row["subject"]: Caused(
            row["from_at"],
            row["until_at"],
            row["counted_at"],
            row["is_final"],
            Costs(*[row[field] for field in _COSTS]),
            {figure: effect(cells[row["subject"]][figure]) for figure in FIGURES},
        )
        for row in rows
    }
