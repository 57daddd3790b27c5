"""Loads the demo's past through the bulk path, its members shared out among processes."""

import asyncio
import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date, datetime
from multiprocessing import get_context

import polars as pl

from plushka.demo import baskets
from plushka.demo.access import TillAccess
from plushka.demo.business import ACTOR, TENANT_ID
from plushka.demo.dataset import Year, read_year
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.model import Caller
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item
from plushka.platform.database import Database

PROCESSES = 2
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
    past = _last(baskets.in_order(year, yesterday), count)
    booked = 0
    with ProcessPoolExecutor(
        PROCESSES,
        mp_context=get_context("spawn"),
        initializer=_start,
        initargs=(dsn, dict(tills), yesterday, count, at),
    ) as processes:
        sizes = {processes.submit(_load_members, members): size for members, size in _shares(past)}
        for share in as_completed(sizes):
            booked += share.result()
            done(sizes[share])
    return booked


def _last(in_order: pl.DataFrame, count: int | None) -> pl.DataFrame:
    return in_order if count is None else in_order.tail(count)


def _shares(past: pl.DataFrame) -> Iterator[tuple[list[int], int]]:
    """Yield households to be loaded in one transaction, with the number of their baskets."""
    households: list[int] = []
    size = 0
    counted = past.group_by("household_id").agg(pl.len()).sort("len", "household_id", descending=True)
    for household_id, length in counted.iter_rows():
        if households and size + length > BASKETS_PER_TRANSACTION:
            yield households, size
            households, size = [], 0
        households.append(household_id)
        size += length
    if households:
        yield households, size


class _Loader:
    """What a process keeps between transactions."""

    def __init__(
        self, dsn: str, tills: dict[str, TillAccess], yesterday: date, count: int | None, at: datetime
    ) -> None:
        year = read_year()
        past = _last(baskets.in_order(year, yesterday), count)
        self._past = baskets.with_lines(past, year)
        self._callers = {
            code: Caller(tenant_id=TENANT_ID, till_id=till.till_id, branch=code)
            for code, till in tills.items()
        }
        self._at = at
        self._reference = Reference()
        self._runner = asyncio.Runner()
        self._database = self._runner.run(Database.connect(dsn, connections_max=1))

    def load(self, households: list[int]) -> int:
        return self._runner.run(self._load(households))

    async def _load(self, households: list[int]) -> int:
        rows = self._past.filter(pl.col("household_id").is_in(households))
        items = [
            Item(caller=self._callers[basket.branch], purchase=basket.to_purchase())
            for basket in baskets.read(rows)
        ]
        async with self._database.transaction(TENANT_ID, actor=ACTOR, at=self._at) as tx:
            loaded = await load_history(tx, self._reference, items)
        for _, refusal in loaded.refused:
            raise refusal
        return loaded.booked


_loaders: list[_Loader] = []
"""The one of this process, if it is a loading one."""


def _start(dsn: str, tills: dict[str, TillAccess], yesterday: date, count: int | None, at: datetime) -> None:
    _loaders.append(_Loader(dsn, tills, yesterday, count, at))
    # What a transaction makes is freed by counting references; looking for cycles costs a quarter of the time.
    gc.freeze()
    gc.disable()


def _load_members(households: list[int]) -> int:
    return _loaders[0].load(households)
