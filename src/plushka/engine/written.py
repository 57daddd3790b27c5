"""Python that is written out when a version is compiled, and the constants that stand beside it.

Nothing that people write becomes code: names, dates and sets are constants; only numbers and names of ours stand in it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from plushka.engine.line_masks import LineMasks


class Code:
    """A function that is being written; ``masks`` are those of the lines that it looks at."""

    def __init__(self, masks: LineMasks | None = None) -> None:
        self.masks = masks
        self._constants: dict[str, object] = {}

    def name(self, value: object) -> str:
        """Return the name by which the function knows ``value``."""
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name

    def function(self, arguments: str, lines: Iterable[str]) -> Callable[..., Any]:
        """Return the function that has been written; its last line returns."""
        text = "\n".join([f"def written({arguments}):", *indented(lines)])
        names: dict[str, Callable[..., Any]] = {}
        exec(text, self._constants, names)  # noqa: S102 - written here
        return names["written"]


def indented(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines as those of a block."""
    for line in lines:
        yield f"    {line}"
