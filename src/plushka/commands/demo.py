"""``plushka demo``: the grocery chain's year, loaded and going on."""

import asyncio
import logging
import signal
from dataclasses import asdict
from typing import Annotated, Literal

import httpx
from cyclopts import App, Parameter, validators

from plushka.demo import access, calendar
from plushka.demo.dataset import Cleaning, read_year
from plushka.demo.setup import BASKETS, NotLoaded, ensure_demo, find_opening
from plushka.demo.simulator import TIMEOUT_SECONDS, Tills
from plushka.platform import logs
from plushka.platform.clock import SystemClock
from plushka.platform.migrate import migrate
from plushka.platform.postgres.access import available, running
from plushka.platform.settings import Settings

app = App(name="demo", help="A grocery chain's real year of receipts, as a business to look at.")

PROVENANCE = (
    "Purchases are a real grocery panel's, anonymised and possibly modelled (Complete Journey, 84.51°, 2017),\n"
    "moved to end yesterday. Names, phones and birthdays are invented, and so is who pays with points.\n"
    "Имена и телефоны вымышлены; покупки: обезличенная, возможно смоделированная панель 84.51°."
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
    """Open the demo business and load the last receipts of its year. Repeated, it loads what is missing.

    Parameters
    ----------
    baskets
        How many receipts before today, or "all" for the whole year.
    """
    settings = Settings.from_environment()
    with available(settings) as dsn:
        migrate(dsn)
        demo = ensure_demo(dsn, SystemClock(), settings, count=None if baskets == "all" else baskets)
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


async def _sell(url: str, dsn: str, settings: Settings) -> None:
    clock = SystemClock()
    opened_at = await find_opening(dsn, clock.now())
    ways_in = access.find(settings)
    if opened_at is None or ways_in is None:
        raise NotLoaded("The demo is not loaded: plushka demo")
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS) as client:
        tills = Tills(
            client,
            year=read_year(),
            yesterday=calendar.yesterday_of(opened_at),
            ways_in=ways_in,
            notes=access.folder(settings) / "tills.json",
            clock=clock,
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, tills.stop)
        await tills.run()


def _told(cleaning: Cleaning) -> str:
    figures = asdict(cleaning)
    return "\n".join(f"{figures[name]:>11,}  {meaning}" for name, meaning in TOLD.items())
