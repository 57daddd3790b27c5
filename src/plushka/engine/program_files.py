"""A programme's file form: JSON that is refused by field when it is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
from msgspec import structs

from plushka.engine.experiments.groups import CONTROL_DEFAULT_BP
from plushka.engine.json_faults import fault_of, find_nul
from plushka.engine.program import Program, Promotion
from plushka.engine.promotion_plans import coupons_of
from plushka.platform.errors import Invalid

BYTES_MAX: Final = 1_000_000
CONTROL: Final = "control_bp"
"""The field of a promotion that says how many are held out of it."""

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


def parse_brought(data: bytes, *, known: Sequence[Promotion]) -> Program:
    """Return the programme in a file that takes the place of one with the promotions ``known``.

    A promotion of whose ``control_bp`` the file says nothing keeps what it has there; a new one gets the share that
    promotions begin with, where there can be a control group. A written 0 is none.

    :raises Invalid: as ``parse``.
    """
    program = parse_program(data)
    before = {promotion.id: promotion.control_bp for promotion in known}
    said = [CONTROL in written for written in msgspec.json.decode(data).get("promotions", ())]
    promotions = [
        promotion if is_said else structs.replace(promotion, control_bp=_unsaid(promotion, before))
        for promotion, is_said in zip(program.promotions, said, strict=True)
    ]
    return structs.replace(program, promotions=tuple(promotions))


def _unsaid(promotion: Promotion, before: Mapping[str, int]) -> int:
    is_for_all = promotion.for_anonymous or bool(coupons_of(promotion.when))
    return 0 if is_for_all else before.get(promotion.id, CONTROL_DEFAULT_BP)


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
    """Return the JSON file of ``program``, indented; fields at their defaults are left out.

    A promotion without a control group says so: what is not said is not a 0 to ``parse_brought``.
    """
    written: dict[str, Any] = msgspec.to_builtins(program)
    for each, promotion in zip(written.get("promotions", ()), program.promotions, strict=True):
        each[CONTROL] = promotion.control_bp
    return msgspec.json.format(msgspec.json.encode(written), indent=2)


def program_schema() -> bytes:
    """Return the JSON Schema of a programme's file: what editors complete by and other systems check with."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Plushka programme",
        **msgspec.json.schema(Program),
    }
    schema["$defs"]["Promotion"]["properties"][CONTROL]["default"] = CONTROL_DEFAULT_BP
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
