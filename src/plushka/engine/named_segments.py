"""Which segments a programme asks about."""

from collections.abc import Iterator

import msgspec

from plushka.engine.program import Program


def named_segments(program: Program) -> Iterator[tuple[str, str]]:
    """Return each segment's id that a condition of the programme names, with where it stands in its file."""
    yield from _walk(msgspec.to_builtins(program), "")


def _walk(part: object, path: str) -> Iterator[tuple[str, str]]:
    match part:
        case {"is": "segment", "ids": [*ids]}:
            for segment_id in ids:
                yield f"{path}.ids", str(segment_id)
        case dict():
            for name, value in part.items():
                yield from _walk(value, f"{path}.{name}" if path else str(name))
        case list() | tuple():
            for index, value in enumerate(part):
                yield from _walk(value, f"{path}[{index}]")
        case _:
            pass
