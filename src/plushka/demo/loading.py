"""Loads a past through the bulk path, its members shared out among processes."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date, datetime
from multiprocessing import get_context
from typing import Protocol
from uuid import UUID

import polars as pl

from plushka.demo import baskets
from plushka.demo.access import TillAccess
from plushka.demo.baskets import Basket
from plushka.demo.business import ACTOR, TENANT_ID
from plushka.demo.dataset import Year
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.model import Caller, Purchase
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item
from plushka.platform.database import Database

PROCESSES_MAX = 8
WHOLE_YEAR = sys.maxsize
"""As a number of baskets: however many there are."""
BASKETS_PER_TRANSACTION = 2_000

Step = Callable[[int], None]
"""Told how many receipts were dealt with since it was last called."""


class Share(Protocol):
    """All receipts of some members: what is loaded in one transaction. It is sent to another process."""

    @property
    def size(self) -> int: ...

    def sales(self) -> Iterator[tuple[str, Purchase]]:
        """Return each purchase with the code of its branch."""
        ...


class BasketShare:
    """All baskets of some households."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    @property
    def size(self) -> int:
        return self._frame.height

    def sales(self) -> Iterator[tuple[str, Purchase]]:
        for basket in baskets.read(self._frame):
            yield basket.branch, basket.to_purchase()


def load(
    year: Year,
    yesterday: date,
    count: int | None,
    *,
    dsn: str,
    tills: Mapping[str, TillAccess],
    at: datetime,
    done: Step,
    until: datetime | None = None,
) -> int:
    """Load the last ``count`` baskets of the grocery chain's year, or all, and return how many were new.

    Those after ``until`` are left out. Baskets that are there already are passed over, so an interrupted load is
    repeated as it was.
    """
    shares = _shares(year, yesterday, count, until)
    return load_shares(shares, dsn=dsn, tenant_id=TENANT_ID, tills=tills, at=at, done=done)


def load_shares(
    shares: Iterable[Share],
    *,
    dsn: str,
    tenant_id: UUID,
    tills: Mapping[str, TillAccess],
    at: datetime,
    done: Step,
) -> int:
    """Load receipts of the past and return how many were new; those that are there already are passed over."""
    booked = 0
    process_count = min(os.cpu_count() or 1, PROCESSES_MAX)
    with ProcessPoolExecutor(
        process_count,
        mp_context=get_context("spawn"),
        initializer=_start,
        initargs=(dsn, tenant_id, dict(tills), at),
    ) as processes:
        # A process starts with its first task: let them start while the shares are put together.
        for _ in range(process_count):
            processes.submit(_be_ready)
        sizes = {processes.submit(_load_share, share): share.size for share in shares}
        for share in as_completed(sizes):
            booked += share.result()
            done(sizes[share])
    return booked


def read_since(year: Year, yesterday: date, count: int | None, since: datetime) -> list[Basket]:
    """Return those of the last ``count`` baskets that come after ``since``, in the order of time."""
    past = _last(year, yesterday, count)
    return list(baskets.read(baskets.with_lines(past.filter(pl.col("occurred_at") > since), year)))


def _last(year: Year, yesterday: date, count: int | None) -> pl.DataFrame:
    in_order = baskets.in_order(year, yesterday)
    return in_order if count is None else in_order.tail(count)


def _shares(year: Year, yesterday: date, count: int | None, until: datetime | None) -> Iterator[Share]:
    """Yield the shares of the past, the largest first. Nothing is put together before the first is asked for."""
    last = _last(year, yesterday, count)
    past = baskets.with_lines(last if until is None else last.filter(pl.col("occurred_at") <= until), year)
    households = past.group_by("household_id").agg(pl.len()).sort("len", "household_id", descending=True)
    numbered = households.with_columns(
        share=(pl.col("len").cum_sum() - pl.col("len")) // BASKETS_PER_TRANSACTION
    )
    by_share = past.join(numbered.select("household_id", "share"), on="household_id", maintain_order="left")
    yield from map(BasketShare, by_share.partition_by("share", include_key=False, maintain_order=True))


class _Loader:
    """What a process keeps between transactions."""

    def __init__(self, dsn: str, tenant_id: UUID, tills: dict[str, TillAccess], at: datetime) -> None:
        self._tenant_id = tenant_id
        self._callers = {
            code: Caller(tenant_id=tenant_id, till_id=till.till_id, branch=code)
            for code, till in tills.items()
        }
        self._at = at
        self._reference = Reference()
        self._runner = asyncio.Runner()
        self._database = self._runner.run(Database.connect(dsn, connections_max=1))

    def load(self, share: Share) -> int:
        items = [Item(caller=self._callers[branch], purchase=purchase) for branch, purchase in share.sales()]
        return self._runner.run(self._load(items))

    async def _load(self, items: list[Item]) -> int:
        async with self._database.transaction(self._tenant_id, actor=ACTOR, at=self._at) as tx:
            loaded = await load_history(tx, self._reference, items)
        for _, refusal in loaded.refused:
            raise refusal
        return loaded.booked


_loaders: list[_Loader] = []
"""The one of this process, if it is a loading one."""


def _start(dsn: str, tenant_id: UUID, tills: dict[str, TillAccess], at: datetime) -> None:
    _loaders.append(_Loader(dsn, tenant_id, tills, at))
    # What a transaction makes is freed by counting references; looking for cycles costs a quarter of the time.
    gc.freeze()
    gc.disable()


def _be_ready() -> None:
    """Do nothing: the process has started."""


def _load_share(share: Share) -> int:
    return _loaders[0].load(share)
