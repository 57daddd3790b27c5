"""A programme's file form: JSON that is refused by field when it is wrong."""

from typing import Final, TypeVar

import msgspec

from plushka.engine.json_faults import fault_of, find_nul
from plushka.engine.program import Program
from plushka.platform.errors import Invalid

BYTES_MAX: Final = 1_000_000

T = TypeVar("T")


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
    """A field's value is of the wrong type, out of bounds, or not one of the words allowed: ``reason`` says which."""

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
        value = msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise _refusal(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedFile(detail=str(error)) from error
    if (place := find_nul(data, value)) is not None:
        raise InvalidValue(field=place, reason="text_has_nul")
    return value


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


def _refusal(error: msgspec.ValidationError) -> Invalid:
    fault = fault_of(error)
    match fault.kind:
        case "field_unknown":
            return UnknownField(field=fault.field)
        case "field_missing":
            return MissingField(field=fault.field)
        case reason:
            return InvalidValue(field=fault.field, reason=reason, **fault.facts)
