"""A block as it stands on its page: its figures, where they lead, and what is listed there."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser

import httpx

FIGURE = re.compile(r"[-−+]?[\d\s]+(,\d+)?\s*(%|₽|пп|п\.\s*п\.)?")
"""A number with its unit; a day is told in words."""
_VOID = frozenset({"input", "br", "img", "link", "meta", "hr", "path", "use", "circle", "source"})


@dataclass
class Shown:
    """A figure as a page tells it, and where it leads."""

    text: str = ""
    href: str = ""
    linked: str = ""

    @property
    def number(self) -> Decimal:
        """What leads somewhere, or else what is told, as a number: of money in whole units, of shares in per cent."""
        return number_of(self.linked or self.text)


@dataclass
class Read(HTMLParser):
    """``tables``: rows of a page's tables, the heading first; ``tiles``: (title, value, value before …) of a block."""

    tables: list[list[list[Shown]]] = field(default_factory=list)
    tiles: list[list[Shown]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._hidden: list[str] = []
        self._cell: Shown | None = None
        self._is_linked = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        given = dict(attrs)
        # A title in a cell is seen on a phone alone, where there is no head of the column.
        is_title = "cell-title" in (given.get("class") or "").split()
        if self._hidden or is_title or "popover" in given or tag in ("svg", "script"):
            self._hidden.append(tag)
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self._cell = Shown()
            self.tables[-1][-1].append(self._cell)
        elif tag == "dt":
            self._cell = Shown()
            self.tiles.append([self._cell])
        elif tag == "dd":
            self._cell = Shown()
            self.tiles[-1].append(self._cell)
        elif tag == "a" and self._cell is not None:
            self._cell.href, self._is_linked = given["href"] or "", True

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            while self._hidden and self._hidden.pop() != tag:
                pass
        elif tag == "a":
            self._is_linked = False
        elif tag in ("th", "td", "dt", "dd"):
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._hidden:
            self._cell.text = f"{self._cell.text}{data}".strip()
            self._cell.linked += data.strip() if self._is_linked else ""


@dataclass(frozen=True)
class Listed:
    """What a list of receipts says that there is of them; what is given back is of the days that were asked for."""

    receipts: Decimal
    members: Decimal
    revenue: Decimal
    given_back: Decimal

    @property
    def mean(self) -> Decimal:
        return self.revenue / self.receipts if self.receipts else Decimal(0)


def number_of(text: str) -> Decimal:
    digits = re.sub(r"[^0-9,−-]", "", text).replace(",", ".").replace("−", "-")
    return Decimal(digits or "0")


async def tiles_of(browser: httpx.AsyncClient, block: str, query: str) -> dict[str, list[Shown]]:
    """Return the tiles of a block by their titles: the value, and that of before."""
    return await read_tiles(browser, f"/reports/blocks/{block}?{query}")


async def read_tiles(browser: httpx.AsyncClient, path: str) -> dict[str, list[Shown]]:
    """Return the tiles of a page by their titles."""
    read = Read()
    read.feed((await browser.get(path)).text)
    return {tile[0].text: tile[1:] for tile in read.tiles}


async def rows_of(browser: httpx.AsyncClient, block: str, query: str) -> tuple[list[str], list[list[Shown]]]:
    """Return the titles of a block's columns and its rows, the total last."""
    return await read_rows(browser, f"/reports/blocks/{block}?{query}")


async def read_rows(browser: httpx.AsyncClient, path: str) -> tuple[list[str], list[list[Shown]]]:
    """Return the titles of the columns of a page's last table and its rows."""
    answer = await browser.get(path)
    assert answer.status_code == httpx.codes.OK, path
    read = Read()
    read.feed(answer.text)
    table = next((table for table in reversed(read.tables) if table), [])
    # The names of groups of columns stand above their titles.
    heads = [row for row in table if len(row) == max(map(len, table))]
    return ([cell.text for cell in heads[0]], heads[1:]) if heads else ([], [])


async def unlinked(
    browser: httpx.AsyncClient, block: str, query: str = "period=year"
) -> set[tuple[str, str]]:
    """Return (row, column) of every figure of a block that leads nowhere; a tile has no column."""
    tiles = await tiles_of(browser, block, query)
    found = {(title, "") for title, (value, *_) in tiles.items() if is_left_alone(value)}
    titles, rows = await rows_of(browser, block, query)
    for row in rows:
        cells = list(zip(titles, row, strict=True))[1:]
        found |= {(row[0].text, title) for title, cell in cells if is_left_alone(cell)}
    return found


def is_left_alone(cell: Shown) -> bool:
    return not cell.href and bool(FIGURE.fullmatch(cell.text)) and cell.number != 0


async def listed(browser: httpx.AsyncClient, href: str) -> Listed:
    """Return what the page of receipts says of those that it lists."""
    page = unescape((await browser.get(href)).text).replace("\N{NO-BREAK SPACE}", " ")
    assert "Найдено: " in page, href

    def found(pattern: str, place: int = 1) -> Decimal:
        match = re.search(pattern, page)
        return number_of(match[place]) if match else Decimal(0)

    of_all = r"Найдено: ([\d ]+) чек[а-я]*, деньгами оплачено ([\d ,]+)"
    return Listed(
        found(of_all), found(r"Это чеки ([\d ]+) клиент"), found(of_all, 2), found(r"эти дни: ([\d ,]+)")
    )


async def counted_members(browser: httpx.AsyncClient, href: str) -> Decimal:
    """Return how many the list of members says that there are."""
    page = unescape((await browser.get(href)).text).replace("\N{NO-BREAK SPACE}", " ")
    match = re.search(r"([\d ]+) клиент", page[page.index('aria-live="polite"') :])
    assert match is not None, href
    return number_of(match[1])


async def moved_points(browser: httpx.AsyncClient, href: str) -> tuple[Decimal, Decimal]:
    """Return what the movements of a list brought to members, and what they took from them."""
    page = unescape((await browser.get(href)).text).replace("\N{NO-BREAK SPACE}", " ")
    match = re.search(r"пришло клиентам ([\d ,]+) \w+, ушло ([\d ,]+)", page)
    assert match is not None, href
    return number_of(match[1]), number_of(match[2])
