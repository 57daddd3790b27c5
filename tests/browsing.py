"""A real browser as tests look through it: its windows, how long it waits, and what may not be found on a page."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from pprint import pformat
from types import TracebackType
from typing import Any, ClassVar, Self

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect

AXE = Path("node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
LAPTOP = {"width": 1440, "height": 900}
TABLET = {"width": 768, "height": 1024}
PHONE_SCREEN = {"width": 390, "height": 844}
APPEARS_MS = 40_000
"""For what a person waits for a second: machines that test are busy, and the first bot loads its library."""
SHIFTED = """new Promise((resolve) => {
  const shifts = [];
  const tell = (source) => source.node
    ? `${source.node.outerHTML?.slice(0, 150) ?? source.node.textContent}: `
      + `${JSON.stringify(source.previousRect)} -> ${JSON.stringify(source.currentRect)}`
    : "what is gone";
  new PerformanceObserver((list) => list.getEntries().forEach(
    (each) => shifts.push([each.value, Math.round(each.startTime), each.sources.map(tell)]),
  )).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(shifts), 50);
})"""
"""What moved under the reader's eyes by itself while the page was loaded: by how much, when (ms), and from where."""
UNSEEN_SHIFT = 0.01
"""A tenth of what is called good (web.dev/cls): a button that settles by a hair, not a line that jumps."""
ASKS_TO_SIGN_IN = r"Failed to load resource: .*status of 401"
NO_NETWORK = ("Failed to load resource: net::ERR_INTERNET_DISCONNECTED",)
API_REFUSES = (r"Failed to load resource: .*/v1/", r"Failed to load resource: .*favicon")
"""The till's page asks an API that may refuse or be away; a tab's icon is fetched when the browser likes."""
expect.set_options(timeout=APPEARS_MS)


@dataclass(kw_only=True)
class Browsing:
    """A browser at one address; ``complaints`` is what its pages and scripts complained of.

    ``usual`` (regular expressions) is not a complaint: it is just what is tried here. At the end of the block all
    windows are closed, and nothing may have been complained of.
    """

    screen: ClassVar[dict[str, int]] = LAPTOP
    address: str
    browser: Browser
    usual: tuple[str, ...] = ()
    complaints: list[str] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What is under way in a window that is closed breaks off, which is no complaint of its page.
        complaints = await self._heard_to_the_end()
        await close_windows(self.browser)
        if error is None:
            assert not complaints, f"a script broke, or the policy forbade something: {complaints}"

    async def context(self, **options: Any) -> BrowserContext:
        """Return the browser of somebody who was never here."""
        given = {"viewport": self.screen, "locale": "ru", **options}
        context = await self.browser.new_context(base_url=self.address, **given)
        context.set_default_timeout(APPEARS_MS)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", self._hear)
        return context

    def _hear(self, message: ConsoleMessage) -> None:
        complaint = f"{message.text} {message.location['url']}"
        if message.type == "error" and not any(re.match(usual, complaint) for usual in self.usual):
            self.complaints.append(complaint)

    def forgive(self, words: str) -> None:
        """Forget complaints with these words: what was just done is meant to be complained of."""
        self.complaints = [complaint for complaint in self.complaints if words not in complaint]

    async def _heard_to_the_end(self) -> list[str]:
        """Return the complaints once all that pages have said until now has come."""
        for context in self.browser.contexts:
            for page in context.pages:
                with suppress(Error, TimeoutError):  # A tab that has died says no more.
                    await asyncio.wait_for(page.evaluate("0"), APPEARS_MS / 1000)
        return [*self.complaints]


async def close_windows(browser: Browser) -> None:
    """Leave nothing of what somebody did in this browser: whoever comes next was never here."""
    for context in browser.contexts:
        await context.close()


STILL = """
const still = new CSSStyleSheet();
still.replaceSync("*, ::before, ::after { transition-duration: 0s !important; transition-delay: 0s !important }");
document.adoptedStyleSheets.push(still);
document.getAnimations()
    .filter((each) => Number.isFinite(each.effect.getComputedTiming().endTime))
    .forEach((each) => each.finish())
"""
"""From here on nothing is between two colours, not even what begins to change while it is looked at."""


BEYOND_A_PHONE = """innerWidth > 480 ? [] : [
        ...document.querySelectorAll("main :not([data-as-wide-as-its-file]) > table"),
    ]
    .filter((table) => table.checkVisibility() && table.parentElement.scrollWidth > table.parentElement.clientWidth)
    .map((table) => table.closest("section, [aria-labelledby], [aria-label]")?.id || table.innerText.slice(0, 80))
"""
"""Tables of which some is seen only by who thinks of pushing them aside; on a phone their rows are lists."""


async def check_nothing_moved(page: Page) -> None:
    """Find that what was there stayed in its place while the page was loaded, with all that comes later."""
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
    shifts = await page.evaluate(SHIFTED)
    assert sum(value for value, *_ in shifts) < UNSEEN_SHIFT, f"{page.url}: {pformat(shifts)}"


async def look(page: Page) -> None:
    """Find nothing that keeps somebody from using the page, and nothing to scroll sideways for."""
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide, f"{page.url} is wider than the screen"
    hidden = await page.evaluate(BEYOND_A_PHONE)
    assert not hidden, f"{page.url}: on a phone these go on beyond the edge: {hidden}"
    # A colour on its way to another is neither of them.
    await page.evaluate(STILL)
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    problems = [
        (violation["id"], node["html"], node["failureSummary"])
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    assert not problems, f"{page.url}: {pformat(problems)}"
