"""The browser that tests, benchmarks and pictures look with: Debian's, which asks nobody anything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

CHROMIUM = "/usr/bin/chromium"
_SHELL = "/usr/lib/chromium/chromium-headless-shell"
ENGINE = _SHELL if Path(_SHELL).exists() else CHROMIUM
"""What draws pages and runs their scripts, without a browser's windows around it, if that is there by itself: a new
page costs a fifth. What a browser has beside its pages, such as push, is in Chromium alone."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def chromium(*flags: str, path: str = CHROMIUM) -> AsyncIterator[Browser]:
    """Run a browser that nobody sees, with more flags if wished."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            await browser.close()
