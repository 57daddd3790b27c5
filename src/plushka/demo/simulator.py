"""The demo's tills: they go on selling through the HTTP API, as tills of any shop would.

A sale is written down before it is sent and crossed out when it is answered. Whatever happens in
between (this process killed, the server away), the same request goes out again under the same
Idempotency-Key, so nothing is sold twice and nothing is left out.
"""

import asyncio
import contextlib
import random
from collections.abc import Mapping
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from plushka.demo.access import TillAccess, write_privately
from plushka.demo.shoppers import Queue, Shopper
from plushka.platform.clock import Clock

TIMEOUT_SECONDS = 10.0
PAUSE_SECONDS_MIN = 0.5
PAUSE_SECONDS_MAX = 30.0
TEMPORARY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
POINTS_CHANGED = frozenset(
    {"payable_changed", "redemption_over_maximum", "redemption_refused", "insufficient_points"}
)
"""Refusals after which a cashier takes money instead: the points were spent elsewhere since the quote."""

log = structlog.get_logger()


class Sale(Struct, frozen=True):
    """A purchase on its way: ``body`` is sent as it stands, however often."""

    branch: str
    external_id: str
    body: dict[str, Any]


class Progress(Struct, frozen=True):
    """How many shoppers were dealt with so far, and the sale that is not answered yet."""

    done: int = 0
    sale: Sale | None = None


class Stopped(Exception):
    """The tills were told to stop before a request was answered."""


class Tills:
    """All tills of a business, selling to one shopper after another.

    ``keys`` are the tills by branch, ``notes`` is the file that outlives this process.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        queue: Queue,
        currency: str,
        keys: Mapping[str, TillAccess],
        notes: Path,
        clock: Clock,
    ) -> None:
        self._client = client
        self._currency = currency
        self._keys = keys
        self._notes = notes
        self._clock = clock
        self._stop = asyncio.Event()
        self._progress = (
            msgspec.json.decode(notes.read_bytes(), type=Progress) if notes.exists() else Progress()
        )
        self._coming = queue(self._progress.done + (self._progress.sale is not None))

    def stop(self) -> None:
        """Tell ``run`` to end soon."""
        self._stop.set()

    async def run(self, *, sales_per_second: float) -> None:
        """Sell at a human pace until ``stop``."""
        with contextlib.suppress(Stopped):
            while not self._stop.is_set():
                await self.sell()
                # Shoppers come independently of each other, so the gaps between them are exponential.
                await self._pause(random.expovariate(sales_per_second))

    async def sell(self) -> None:
        """Make the next sale, first ending the one that was interrupted.

        :raises Stopped: before it was answered; the next call, of this process or another, goes on with it
        """
        sale = self._progress.sale
        if sale is None:
            sale = await self._ring_up(next(self._coming))
            self._note(replace(self._progress, sale=sale))
        response = await self._post("/v1/purchases", sale)
        if response.is_error and _code_of(response) in POINTS_CHANGED:
            sale = replace(sale, body=_for_money(sale.body))
            self._note(replace(self._progress, sale=sale))
            response = await self._post("/v1/purchases", sale)
        if response.is_error:
            log.error(
                "demo_sale_refused", receipt=sale.external_id, status=response.status_code, body=response.text
            )
        self._note(Progress(done=self._progress.done + 1))

    async def _ring_up(self, shopper: Shopper) -> Sale:
        member = {} if shopper.card is None else {"member": {"card": shopper.card}}
        cashier = {} if shopper.cashier is None else {"cashier": shopper.cashier}
        codes = {"coupon_codes": shopper.coupon_codes} if shopper.coupon_codes else {}
        sale = Sale(
            branch=shopper.branch,
            external_id=shopper.receipt,
            body={
                "external_id": shopper.receipt,
                "occurred_at": self._clock.now(),
                "currency": self._currency,
                **member,
                **cashier,
                **codes,
                "lines": [
                    {
                        "sku": line.sku,
                        "quantity_milli": line.quantity_milli,
                        "amount_minor": line.amount_minor,
                    }
                    for line in shopper.lines
                ],
            },
        )
        return await self._quote(sale) if shopper.pays_with_points else sale

    async def _quote(self, sale: Sale) -> Sale:
        """Ask what points may pay, as a till does before it asks for the money."""
        asked = {name: value for name, value in sale.body.items() if name != "external_id"}
        response = await self._post("/v1/quotes", replace(sale, body={**asked, "redeem": "max"}))
        if response.is_error:
            return sale
        decision = response.json()["decision"]
        agreed = {
            "redeem": decision["redeemed_points"],
            "expected_payable_minor": decision["payable_minor"],
        }
        return replace(sale, body={**sale.body, **agreed})

    async def _post(self, path: str, sale: Sale) -> httpx.Response:
        """Send until something other than a passing trouble comes back.

        :raises Stopped: before that
        """
        headers = {
            "Authorization": f"Bearer {self._keys[sale.branch].key}",
            "Content-Type": "application/json",
        }
        if path == "/v1/purchases":
            headers["Idempotency-Key"] = sale.external_id
        content = msgspec.json.encode(sale.body)
        for attempt in count():
            pause = min(PAUSE_SECONDS_MIN * 2**attempt, PAUSE_SECONDS_MAX)
            try:
                response = await self._client.post(path, content=content, headers=headers)
            except httpx.TransportError as error:
                log.info("demo_till_retries", reason=type(error).__name__, in_seconds=pause)
            else:
                if response.status_code not in TEMPORARY and not response.is_server_error:
                    return response
                log.info("demo_till_retries", reason=response.status_code, in_seconds=pause)
            await self._pause(pause)
        raise AssertionError  # the count never ends

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
            raise Stopped

    def _note(self, progress: Progress) -> None:
        write_privately(self._notes, msgspec.json.encode(progress))
        self._progress = progress


def _for_money(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in ("redeem", "expected_payable_minor")}


def _code_of(response: httpx.Response) -> str:
    try:
        return str(response.json()["code"])
    except (ValueError, KeyError):
        return ""
