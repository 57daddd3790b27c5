"""A programme's file form: JSON that is refused by field when it is wrong."""

import re
from typing import Final, TypeVar

import msgspec

from plushka.engine.program import Program
from plushka.platform.errors import Invalid

BYTES_MAX: Final = 1_000_000

T = TypeVar("T")

_UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_MISSING_FIELD = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")


class FileTooLarge(Invalid):
    """The file is longer than ``BYTES_MAX``."""

    code = "file_too_large"


class MalformedFile(Invalid):
    """The file is not JSON at all, not UTF-8, or nested beyond reason."""

    code = "malformed_json"


class UnknownField(Invalid):
    """A field that is not known; ``field`` ends with its name."""

    code = "unknown_field"


class MissingField(Invalid):
    """A field that must be there; ``field`` ends with its name."""

    code = "missing_field"


class InvalidValue(Invalid):
    """A field's value is of the wrong type, out of bounds, or not one of the words allowed."""

    code = "invalid_value"


def parse_program(data: bytes) -> Program:
    """Return the programme in ``data``, the JSON of ``format_program``. Its sense is judged by ``check.problems``.

    :raises Invalid: as ``parse``.
    """
    return parse(data, Program)


def parse(data: bytes, kind: type[T]) -> T:
    """Return the value of ``kind`` in the JSON ``data``.

    :raises FileTooLarge: longer than ``BYTES_MAX``.
    :raises MalformedFile: not JSON.
    :raises UnknownField: a field is not known, named by path.
    :raises MissingField: a required field is not there, named by path.
    :raises InvalidValue: a value does not fit its field, named by path.
    """
    if len(data) > BYTES_MAX:
        raise FileTooLarge(bytes=len(data), bytes_max=BYTES_MAX)
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedFile(detail=str(error)) from error


def format_program(program: Program) -> bytes:
    """Return the JSON file of ``program``, indented; fields at their defaults are left out."""
    return msgspec.json.format(msgspec.json.encode(program), indent=2)


def program_schema() -> bytes:
    """Return the JSON Schema of a programme's file: what editors complete by and other systems check with."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Plushka programme",
        **msgspec.json.schema(Program),
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=2)


def _refusal(message: str) -> Invalid:
    found = _PATH.search(message)
    path = found["path"] if found else ""
    detail = message[: found.start()] if found else message
    for pattern, refusal in ((_UNKNOWN_FIELD, UnknownField), (_MISSING_FIELD, MissingField)):
        if named := pattern.match(message):
            return refusal(field=f"{path}.{named['name']}" if path else named["name"])
    return InvalidValue(field=path or None, detail=detail)
