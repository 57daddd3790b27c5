"""Which figures of a page have no definition behind a click: neither its column, nor its line, nor its tile."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.office.reports.reading import FIGURE

_VOID = frozenset({"input", "br", "img", "link", "meta", "hr"})


@dataclass
class Title:
    """A cell of a table, or the name of a tile; ``parts`` are the words that stand in it, each with its definition.

    ``told``: what a tile tells.
    """

    is_number: bool = False
    told: str = ""
    parts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " / ".join(text for text, _ in self.parts)

    @property
    def is_defined(self) -> bool:
        return bool(self.parts) and all(key for _, key in self.parts)


@dataclass
class Titles(HTMLParser):
    """The heads, the names of lines and of tiles of a page; ``keys``: the definitions that the page tells."""

    heads: list[list[Title]] = field(default_factory=list)
    lines: list[list[Title]] = field(default_factory=list)
    tiles: list[Title] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._hidden: list[str] = []
        self._title: Title | None = None
        self._is_told = False
        self._at = ""
        self._opens = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: C901  one tag after the other
        given = dict(attrs)
        classes = (given.get("class") or "").split()
        if tag in _VOID:
            pass
        elif self._hidden or "popover" in given or tag in ("svg", "script"):
            self._hidden.append(tag)
            if "definition" in classes and given.get("id"):
                self.ids.append(given["id"] or "")
        elif tag == "table":
            self.heads.append([])
            self.lines.append([])
        elif tag in ("thead", "tbody", "tfoot", "dl"):
            self._at = tag
        elif tag == "tr" and self._at == "thead":
            self.heads[-1] = []
        elif tag == "th":
            self._title = Title("number" in classes)
            (self.heads if self._at == "thead" else self.lines)[-1].append(self._title)
        elif tag == "dt":
            self._title = Title(is_number=True)
            self.tiles.append(self._title)
        elif tag == "td":
            self._title = None
        elif tag == "dd":
            self._is_told = True
        elif tag == "button" and "defined" in classes:
            self._opens = given["popovertarget"] or ""

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            while self._hidden and self._hidden.pop() != tag:
                pass
        elif tag in ("th", "dt"):
            self._title = None
        elif tag == "dd":
            self._is_told = False
        elif tag == "button":
            self._opens = ""

    def handle_data(self, data: str) -> None:
        if self._title is not None and not self._hidden and data.strip():
            self._title.parts.append((data.strip(), self._opens))
        elif self._is_told and self.tiles and not self._hidden:
            self.tiles[-1].told += data.strip()


def undefined(html: str) -> set[str]:
    """Return the names of tiles and numeric columns without a definition; a tile is one whose words are a figure.

    Where all lines have theirs, columns need none.
    The first column names the lines. A definition that a name opens and that is not on the page is none.
    """
    read = Titles()
    read.feed(html)
    assert len(read.ids) == len(set(read.ids)), "a definition stands twice under one id"
    there = set(read.ids)
    alone = {tile.text for tile in read.tiles if FIGURE.fullmatch(tile.told) and not _is_told(tile, there)}
    for heads, lines in zip(read.heads, read.lines, strict=True):
        if lines and all(_is_told(line, there) for line in lines):
            continue
        alone |= {head.text for head in heads[1:] if head.is_number and not _is_told(head, there)}
    return alone


def _is_told(title: Title, there: set[str]) -> bool:
    return title.is_defined and all(key in there for _, key in title.parts)
