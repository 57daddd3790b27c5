"""A programme's file form: JSON that is refused by field when it is wrong."""

import re
from typing import Final

import msgspec

from plushka.engine.program import Program
from plushka.platform.errors import Invalid

PROGRAM_BYTES_MAX: Final = 1_000_000

_UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_MISSING_FIELD = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")

_decoder = msgspec.json.Decoder(Program)


class ProgramTooLarge(Invalid):
    """The file is longer than ``PROGRAM_BYTES_MAX``."""

    code = "program_too_large"


class MalformedProgram(Invalid):
    """The file is not JSON at all, not UTF-8, or nested beyond reason."""

    code = "malformed_json"


class UnknownField(Invalid):
    """A field that no programme has; ``field`` ends with its name."""

    code = "unknown_field"


class MissingField(Invalid):
    """A field that a programme must have; ``field`` ends with its name."""

    code = "missing_field"


class InvalidValue(Invalid):
    """A field's value is of the wrong type, out of bounds, or not one of the words allowed."""

    code = "invalid_value"


def parse_program(data: bytes) -> Program:
    """Return the programme in ``data``, the JSON of ``format_program``. Its sense is judged by ``check.problems``.

    :raises ProgramTooLarge: longer than ``PROGRAM_BYTES_MAX``.
    :raises MalformedProgram: not JSON.
    :raises UnknownField: a field is not known, named by path.
    :raises MissingField: a required field is not there, named by path.
    :raises InvalidValue: a value does not fit its field, named by path.
    """
    if len(data) > PROGRAM_BYTES_MAX:
        raise ProgramTooLarge(bytes=len(data), bytes_max=PROGRAM_BYTES_MAX)
    try:
        return _decoder.decode(data)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedProgram(detail=str(error)) from error


def format_program(program: Program) -> bytes:
    """Return the JSON file of ``program``, indented; fields at their defaults are left out."""
    return msgspec.json.format(msgspec.json.encode(program), indent=2)


def _refusal(message: str) -> Invalid:
    found = _PATH.search(message)
    path = found["path"] if found else ""
    detail = message[: found.start()] if found else message
    for pattern, refusal in ((_UNKNOWN_FIELD, UnknownField), (_MISSING_FIELD, MissingField)):
        if named := pattern.match(message):
            return refusal(field=f"{path}.{named['name']}" if path else named["name"])
    return InvalidValue(field=path or None, detail=detail)
