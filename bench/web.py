"""``make bench-web``: how soon the office's pages show something on a slow machine, and what they weigh.

Chromium is slowed down to a quarter and gets the network that its developer tools call “Fast 4G”; the cache is
empty at each load. Plushka runs with its demo on the same machine.
"""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from msgspec import Struct
from playwright.async_api import Browser, Page
from tools.chromium import chromium
from tools.member import HOME, enter_app

from bench import machine

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks-web.md"
SCREEN = {"width": 390, "height": 844}
SLOWDOWN = 4
FAST_4G = {
    "offline": False,
    "latency": 60 * 2.75,
    "downloadThroughput": 9_000_000 / 8 * 0.9,
    "uploadThroughput": 1_500_000 / 8 * 0.9,
}
"""As in Chromium's developer tools: bytes a second and milliseconds."""
LOADS = 5
STARTS_SECONDS_MAX = 180
WEIGHT_KB_MAX = 150
PAINT_MS_MAX = 1200

ADDRESSES = (
    ("Summary", "/", "", ""),
    ("Members", "/members", "", ""),
    ("A member", "/members", "main tbody a[href^='/members/']", ""),
    ("Receipts", "/receipts", "", ""),
    ("A receipt", "/receipts?member=with", "main tbody a[href^='/receipts/']", ""),
    ("Programmes", "/engagement/programs", "", ""),
    ("A programme's draft", "/engagement/programs", "main article h2 a", "/draft"),
    ("Movements of points", "/journal", "", ""),
    ("Proof of the ledger", "/ledger", "", ""),
    ("Staff", "/settings/staff", "", ""),
    ("Look", "/settings/branding", "", ""),
)
"""Pages by name: an address, or the first link in it that a selector finds, with what follows it."""

APP_ADDRESSES = (
    ("App: sign-in", f"{HOME}/sign-in"),
    ("App: card", HOME),
    ("App: history", f"{HOME}/history"),
    ("App: friends", f"{HOME}/friends"),
    ("App: profile", f"{HOME}/profile"),
)
APP_WEIGHT_KB_MAX = 60
APP_PAINT_MS_MAX = 1000

_MEASURE = """
async () => {
  const entries = (type) => new Promise((resolve) => {
    const found = [];
    const observer = new PerformanceObserver((list) => found.push(...list.getEntries()));
    observer.observe({ type, buffered: true });
    setTimeout(() => { observer.disconnect(); resolve(found); }, 200);
  });
  const [paints, largest, shifts] = await Promise.all(
    ["paint", "largest-contentful-paint", "layout-shift"].map(entries));
  const files = performance.getEntriesByType("resource");
  const weight = (kind) => files.filter((file) => kind.test(new URL(file.name).pathname))
    .reduce((sum, file) => sum + file.transferSize, 0);
  return {
    paint_ms: paints.find((paint) => paint.name === "first-contentful-paint").startTime,
    largest_ms: largest.at(-1)?.startTime ?? 0,
    shift: shifts.reduce((sum, entry) => sum + entry.value, 0),
    code_bytes: weight(/\\.(js|css)$/),
    all_bytes: weight(/./) + performance.getEntriesByType("navigation")[0].transferSize,
  };
}
"""


class Load(Struct, frozen=True):
    """One load of a page: moments since it was asked for, bytes over the wire, compressed as they came."""

    paint_ms: float
    largest_ms: float
    shift: float
    code_bytes: int
    all_bytes: int


def main() -> None:
    """Measure every page and write the table."""
    with demo() as address:
        measured = asyncio.run(_measure_all(address))
    DOCUMENT.write_text(render(measured))
    print(DOCUMENT.read_text())


def render(measured: dict[str, list[Load]]) -> str:
    """Return the table: medians of each page's loads."""
    rows = [_row(name, loads) for name, loads in measured.items()]
    return f"""# Pages on a slow machine

Made by `make bench-web`; nothing here is typed by hand. Chromium on a phone's screen (390 × 844), its processor slowed
down {SLOWDOWN} times, on the network that Chromium's developer tools call “Fast 4G” (8.1 Mbit/s, 165 ms), with an empty
cache; Plushka with its demo on the same machine. Medians of {LOADS} loads. What is wanted: first content within
{PAINT_MS_MAX / 1000} s, no layout shift, at most {WEIGHT_KB_MAX} kB of script and style, compressed;
in the members' app within {APP_PAINT_MS_MAX / 1000:g} s and at most {APP_WEIGHT_KB_MAX} kB.

{datetime.now(UTC).date()}, commit {_commit()}. {machine.describe()}.

| page | first content, ms | largest content, ms | layout shift | script and style, kB | all, kB |
|---|---:|---:|---:|---:|---:|
{chr(10).join(rows)}
"""


def _row(name: str, loads: list[Load]) -> str:
    def middle(field: str) -> float:
        return float(median(getattr(load, field) for load in loads))

    return (
        f"| {name} | {middle('paint_ms'):.0f} | {middle('largest_ms'):.0f} | {middle('shift'):.3f} "
        f"| {middle('code_bytes') / 1000:.1f} | {middle('all_bytes') / 1000:.1f} |"
    )


def _commit() -> str:
    command = ["/usr/bin/env", "git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def demo() -> Iterator[str]:
    """Run Plushka with its demo on data of its own, and yield where it serves."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with TemporaryDirectory() as folder:
        environ = {**os.environ, "PLUSHKA_DATA": folder, "PLUSHKA_PORT": str(port), "DATABASE_URL": ""}
        process = subprocess.Popen(
            [sys.executable, "-m", "plushka", "run", "--demo"], env=environ, stdout=subprocess.DEVNULL
        )
        try:
            _wait_for_sign_in(address)
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def _wait_for_sign_in(address: str) -> None:
    """Wait until the demo lets people in."""
    until = time.monotonic() + STARTS_SECONDS_MAX
    while time.monotonic() < until:
        try:
            if httpx.get(f"{address}/demo").status_code == httpx.codes.SEE_OTHER:
                return
        except httpx.TransportError:
            pass
        time.sleep(1)
    sys.exit(f"the demo did not start within {STARTS_SECONDS_MAX} s")


async def _measure_all(address: str) -> dict[str, list[Load]]:
    measured: dict[str, list[Load]] = {}
    async with chromium() as browser:
        for name, path in (await _find_addresses(browser, address)).items():
            print(f"Measuring {name} …", file=sys.stderr, flush=True)
            measured[name] = [await _load(browser, address, path) for _ in range(LOADS)]
        session = await enter_app(browser, address)
        for name, path in APP_ADDRESSES:
            print(f"Measuring {name} …", file=sys.stderr, flush=True)
            measured[name] = [await _load(browser, address, path, cookies=session) for _ in range(LOADS)]
    return measured


async def _find_addresses(browser: Browser, address: str) -> dict[str, str]:
    context = await browser.new_context(base_url=address)
    page = await context.new_page()
    await page.goto("/demo")
    found = {"Sign-in": "/sign-in"}
    for name, path, selector, then in ADDRESSES:
        found[name] = path
        if selector:
            await page.goto(path)
            found[name] = (await page.locator(selector).first.get_attribute("href") or path) + then
    await context.close()
    return found


async def _load(browser: Browser, address: str, path: str, *, cookies: Sequence[Any] | None = None) -> Load:
    """Load a page as somebody who is signed in (to the app: by ``cookies``) and has never seen it."""
    context = await browser.new_context(base_url=address, viewport=SCREEN, locale="ru")  # type: ignore[arg-type]
    page = await context.new_page()
    if cookies is not None:
        await context.add_cookies([*cookies])
    elif path != "/sign-in":
        await page.goto("/demo")
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.clearBrowserCache")
    await session.send("Network.emulateNetworkConditions", FAST_4G)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    await page.goto(path, wait_until="networkidle" if not _is_live(path) else "load")
    measured = await _measure(page)
    await context.close()
    return measured


def _is_live(path: str) -> bool:
    """Tell whether a page asks for news for ever, so that its network never falls silent."""
    return re.match(r"/receipts(\?|$)", path) is not None


async def _measure(page: Page) -> Load:
    found: dict[str, Any] = await page.evaluate(_MEASURE)
    return Load(**found)


if __name__ == "__main__":
    main()
