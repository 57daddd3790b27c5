"""Loads the demo's past through the bulk path, its members shared out among processes."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date, datetime
from multiprocessing import get_context

import polars as pl

from plushka.demo import baskets
from plushka.demo.access import TillAccess
from plushka.demo.business import ACTOR, TENANT_ID
from plushka.demo.dataset import Year
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.model import Caller
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item
from plushka.platform.database import Database

PROCESSES_MAX = 8
WHOLE_YEAR = sys.maxsize
"""As a number of baskets: however many there are."""
BASKETS_PER_TRANSACTION = 2_000

Step = Callable[[int], None]
"""Told how many baskets were dealt with since it was last called."""


def load(
    year: Year,
    yesterday: date,
    count: int | None,
    *,
    dsn: str,
    tills: Mapping[str, TillAccess],
    at: datetime,
    done: Step,
) -> int:
    """Load the last ``count`` baskets of the year, or all, and return how many were new.

    Baskets that are there already are passed over, so an interrupted load is repeated as it was.
    """
    in_order = baskets.in_order(year, yesterday)
    past = baskets.with_lines(in_order if count is None else in_order.tail(count), year)
    booked = 0
    with ProcessPoolExecutor(
        min(os.cpu_count() or 1, PROCESSES_MAX),
        mp_context=get_context("spawn"),
        initializer=_start,
        initargs=(dsn, dict(tills), at),
    ) as processes:
        sizes = {processes.submit(_load_share, share): share.height for share in _shares(past)}
        for share in as_completed(sizes):
            booked += share.result()
            done(sizes[share])
    return booked


def _shares(past: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield all baskets of some households at a time: what is loaded in one transaction. The largest come first."""
    households = past.group_by("household_id").agg(pl.len()).sort("len", "household_id", descending=True)
    numbered = households.with_columns(
        share=(pl.col("len").cum_sum() - pl.col("len")) // BASKETS_PER_TRANSACTION
    )
    by_share = past.join(numbered.select("household_id", "share"), on="household_id", maintain_order="left")
    yield from by_share.partition_by("share", include_key=False, maintain_order=True)


class _Loader:
    """What a process keeps between transactions."""

    def __init__(self, dsn: str, tills: dict[str, TillAccess], at: datetime) -> None:
        self._callers = {
            code: Caller(tenant_id=TENANT_ID, till_id=till.till_id, branch=code)
            for code, till in tills.items()
        }
        self._at = at
        self._reference = Reference()
        self._runner = asyncio.Runner()
        self._database = self._runner.run(Database.connect(dsn, connections_max=1))

    def load(self, share: pl.DataFrame) -> int:
        items = [
            Item(caller=self._callers[basket.branch], purchase=basket.to_purchase())
            for basket in baskets.read(share)
        ]
        return self._runner.run(self._load(items))

    async def _load(self, items: list[Item]) -> int:
        async with self._database.transaction(TENANT_ID, actor=ACTOR, at=self._at) as tx:
            loaded = await load_history(tx, self._reference, items)
        for _, refusal in loaded.refused:
            raise refusal
        return loaded.booked


_loaders: list[_Loader] = []
"""The one of this process, if it is a loading one."""


def _start(dsn: str, tills: dict[str, TillAccess], at: datetime) -> None:
    _loaders.append(_Loader(dsn, tills, at))
    # What a transaction makes is freed by counting references; looking for cycles costs a quarter of the time.
    gc.freeze()
    gc.disable()


def _load_share(share: pl.DataFrame) -> int:
    return _loaders[0].load(share)
