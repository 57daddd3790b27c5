"""Runs example files and says in plain words where the engine differs from what they expect."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec import Struct, UnsetType

from plushka.engine.check import problems
from plushka.engine.evaluate import evaluate
from plushka.engine.program import Program
from plushka.engine.program_files import parse, parse_program
from plushka.engine.returns import remainder
from plushka.engine.specs.format import Case, ExampleFile, Expect
from plushka.engine.specs.units import Units
from plushka.engine.version import Version, compile_version
from plushka.platform.errors import Invalid, Refusal

Read = Callable[[str], bytes | None]


class Result(Struct, frozen=True):
    """How a case went: ``differences`` are sentences; none: as expected."""

    file: str
    it: str
    differences: tuple[str, ...] = ()


class UnsoundProgram(Invalid):
    """The programme of an example file makes no sense: ``field`` and ``problem`` tell where and why."""

    code = "unsound_program"


class NoSuchFile(Invalid):
    """An example file names a programme that is not in its folder."""

    code = "no_such_file"


def run_file(name: str, data: bytes, read: Read) -> tuple[Result, ...]:
    """Run the cases of one example file; ``read`` gives the bytes of a programme's file by name, or None.

    A file that cannot be understood is one result with the reason: nothing is raised for what files say.
    """
    try:
        spec = parse(data, ExampleFile)
        version = compile_version(UUID(int=0), _program(bytes(spec.program), read))
        units = Units(spec, version)
    except Refusal as refusal:
        return (Result(name, "can be read", (_refused(refusal),)),)
    return tuple(Result(name, case.it, tuple(_differences(case, version, units))) for case in spec.cases)


def _program(raw: bytes, read: Read) -> Program:
    if raw.startswith(b'"'):
        name = msgspec.json.decode(raw, type=str)
        found = read(name)
        if found is None:
            raise NoSuchFile(field="program", name=name)
        raw = found
    try:
        program = parse_program(raw)
    except Invalid as refusal:
        refusal.field = ".".join(filter(None, ("program", refusal.field)))
        raise
    for problem in problems(program):
        raise UnsoundProgram(field=f"program.{problem.path}", problem=problem.code)
    return program


def _differences(case: Case, version: Version, units: Units) -> Iterator[str]:
    try:
        got = _decide(case, version, units)
    except Refusal as refusal:
        yield _refused(refusal)
        return
    for field in Expect.__struct_fields__:
        expected, actual = getattr(case.expect, field), getattr(got, field)
        if isinstance(expected, UnsetType):
            continue
        if field == "reasons":
            yield from _other_reasons(expected, actual)
        elif expected != actual:
            yield f"{field.replace('_', ' ')}: expected {_plain(expected)}, got {_plain(actual)}"


def _decide(case: Case, version: Version, units: Units) -> Expect:
    basket, at = units.basket(case), units.instant(case.at)
    member = units.member(case.member) if case.member is not None else None
    outcome = evaluate(version, member, basket, at)
    rest = remainder(version, member, basket, outcome, units.returned(case), at)
    return units.told(outcome, rest, at)


def _other_reasons(expected: Mapping[str, str], actual: Mapping[str, str]) -> Iterator[str]:
    for rule, code in expected.items():
        told = actual.get(rule, "")
        if code not in told.split(", "):
            yield f"reason of {rule or 'the receipt'}: expected {code}, got {told or 'none'}"


def _plain(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case Decimal():
            return f"{value.normalize():f}"
        case Struct():
            return _plain(msgspec.structs.asdict(value))
        case Mapping():
            return ", ".join(f"{key} {_plain(part)}" for key, part in value.items()) or "nothing"
        case tuple():
            return "; ".join(map(_plain, value)) or "nothing"
        case _:
            return str(value)


def _refused(refusal: Refusal) -> str:
    place = f" at {refusal.field}" if refusal.field else ""
    facts = "".join(f", {name} {fact}" for name, fact in refusal.facts.items())
    return f"{refusal.code.replace('_', ' ')}{place}{facts}"
