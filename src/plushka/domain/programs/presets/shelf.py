"""The presets as they lie in ``files``, read once."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from plushka.domain.programs.presets.model import Preset, UnknownPreset
from plushka.domain.programs.presets.words import CATEGORIES, WORDINGS
from plushka.engine.conditions import All, Any, Category, Condition, HasLines, Not
from plushka.engine.program import Program
from plushka.engine.program_files import parse, parse_program
from plushka.engine.specs.format import ExampleFile


@cache
def list_presets() -> tuple[Preset, ...]:
    """Return all presets in the order of the gallery."""
    return tuple(_read(preset_id) for preset_id in WORDINGS)


def get_preset(preset_id: str) -> Preset:
    """Return a preset.

    :raises UnknownPreset: there is none of this id
    """
    for preset in list_presets():
        if preset.id == preset_id:
            return preset
    raise UnknownPreset(field="preset")


def _read(preset_id: str) -> Preset:
    file = files("plushka.domain.programs.presets").joinpath("files", f"{preset_id}.json")
    examples = parse(file.read_bytes(), ExampleFile)
    program = parse_program(bytes(examples.program))
    wording = WORDINGS[preset_id]
    return Preset(
        id=preset_id,
        trade=wording.trade,
        pitch=wording.pitch,
        later=wording.later,
        categories={code: CATEGORIES[code] for code in sorted(_categories(program))},
        program=program,
        examples=examples,
    )


def _categories(program: Program) -> set[str]:
    conditions = [condition for rule in program.earning for condition in (rule.when, rule.lines)]
    conditions += [condition for card in program.cards for condition in (card.when, card.lines)]
    return {code for condition in conditions for code in _named(condition)}


def _named(condition: Condition | None) -> Iterator[str]:
    match condition:
        case Category(ids=ids):
            yield from ids
        case All(of=parts) | Any(of=parts):
            for part in parts:
                yield from _named(part)
        case Not(of=part) | HasLines(where=part):
            yield from _named(part)
        case _:
            pass
