"""``plushka demo``: two businesses to look at, loaded and going on: a grocery chain's real year, and a coffee shop."""

import asyncio
import logging
import signal
import socket
from dataclasses import asdict
from typing import Annotated, Literal

import httpx
from cyclopts import App, Parameter, validators

from plushka.demo import access, calendar
from plushka.demo.baskets import CURRENCY
from plushka.demo.cafe import menu
from plushka.demo.cafe.present import visitors
from plushka.demo.dataset import Cleaning, read_year
from plushka.demo.messengers.server import serve
from plushka.demo.setup import (
    BASKETS,
    NotLoaded,
    ensure_cafe,
    ensure_demo,
    ensure_demo_bots,
    ensure_partners,
    find_opening,
)
from plushka.demo.shoppers import grocery
from plushka.demo.simulator import TIMEOUT_SECONDS, Tills
from plushka.platform import logs
from plushka.platform.clock import SystemClock
from plushka.platform.migrate import migrate
from plushka.platform.postgres.access import available, running
from plushka.platform.settings import Settings

app = App(
    name="demo", help="Businesses to look at: a grocery chain's real year, and a generated coffee shop."
)

GROCERY_SALES_PER_SECOND = 1.5
CAFE_SALES_PER_SECOND = 0.05
"""Now and then."""

PROVENANCE = (
    "Purchases are a real grocery panel's, anonymised and possibly modelled (Complete Journey, 84.51°, 2017),\n"
    "moved to end yesterday. Names, phones and birthdays are invented, and so is who pays with points\n"
    "and what the goods cost.\n"
    "Имена, телефоны и себестоимость товаров вымышлены; покупки: обезличенная, возможно смоделированная\n"
    "панель 84.51°.\n"
    "The coffee shop beside it is generated, purchases and all. Кофейня рядом придумана вся, вместе с покупками."
)

TOLD = {
    "baskets_in_files": "baskets in the data set",
    "baskets_without_goods": "left out: nothing was sold in them",
    "baskets": "receipts of the year",
    "baskets_for_nothing": "of them for $0.00",
    "baskets_clamped": "of them below $0.00 in the data, taken as $0.00",
    "lines_in_files": "lines in the data set",
    "lines_without_goods": "left out: no quantity and no money (coupons, missed scans)",
    "coupon_lines": "below $0.00: taken off the other lines of their baskets",
    "lines_of_unknown_quantity": "money without a quantity: taken as one piece",
    "fuel_lines": "fuel, measured in thousandths of a gallon",
    "fuel_lines_without_volume": "of them without a volume: taken as one sale",
    "lines": "lines of receipts",
}


@app.default
@app.command
def load(
    *, baskets: Annotated[int, Parameter(validator=validators.Number(gte=1))] | Literal["all"] = BASKETS
) -> None:
    """Open the demo businesses and load the last receipts of their year. Repeated, it loads what is missing.

    Parameters
    ----------
    baskets
        How many receipts of the grocery chain before today, or "all" for the whole year.
    """
    settings = Settings.from_environment()
    with available(settings) as dsn:
        migrate(dsn)
        demo = ensure_demo(dsn, SystemClock(), settings, count=None if baskets == "all" else baskets)
        ensure_cafe(dsn, SystemClock(), settings)
        ensure_partners(dsn, SystemClock())
        ensure_demo_bots(dsn, SystemClock(), settings)
    if demo.year is not None:
        print(f"{demo.booked:,} receipts loaded. What became of the data set:")
        print(_told(demo.year.cleaning))
    print(
        f"{PROVENANCE}\nSign in to the demo: {demo.access.email}, password {demo.access.password}", flush=True
    )


@app.command
def sell(url: str) -> None:
    """Let the demo's tills go on selling through the HTTP API at URL, until they are stopped.

    Parameters
    ----------
    url
        Where Plushka serves, as http://127.0.0.1:8000.
    """
    settings = Settings.from_environment()
    logs.configure(settings.environment)
    # The library would note every request of every till.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    asyncio.run(_sell(url, running(settings), settings))


@app.command
def phones(*, socket_handle: Annotated[int, Parameter(show=False)]) -> None:
    """Serve the messengers that are none, with the phones of their people (plushka run --demo starts it)."""
    settings = Settings.from_environment()
    logs.configure(settings.environment)
    asyncio.run(serve(socket.socket(fileno=socket_handle), settings))


async def _sell(url: str, dsn: str, settings: Settings) -> None:
    clock = SystemClock()
    opened_at = await find_opening(dsn, clock.now())
    ways_in = access.find(settings)
    if opened_at is None or ways_in is None:
        raise NotLoaded("The demo is not loaded: plushka demo")
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS) as client:
        notes = access.folder(settings)
        grocery_tills = Tills(
            client,
            queue=grocery(read_year(), calendar.yesterday_of(opened_at)),
            currency=CURRENCY,
            keys=ways_in.tills,
            notes=notes / "tills.json",
            clock=clock,
        )
        cafe_tills = Tills(
            client,
            queue=visitors(clock),
            currency=menu.CURRENCY,
            keys=ways_in.cafe,
            notes=notes / "cafe-tills.json",
            clock=clock,
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, _stop, grocery_tills, cafe_tills)
        await asyncio.gather(
            grocery_tills.run(sales_per_second=GROCERY_SALES_PER_SECOND),
            cafe_tills.run(sales_per_second=CAFE_SALES_PER_SECOND),
        )


def _stop(*all_tills: Tills) -> None:
    for tills in all_tills:
        tills.stop()


def _told(cleaning: Cleaning) -> str:
    figures = asdict(cleaning)
    return "\n".join(f"{figures[name]:>11,}  {meaning}" for name, meaning in TOLD.items())
