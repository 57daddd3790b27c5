"""Receipt conditions written out as Python: one function tells which rules hold, and another why the rest do not.

Closures of ``receipt_tests`` cost a call for each part; this is one expression after another.
Both say the same, which a property test watches. Nothing that people write becomes code: names and dates are constants
beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from plushka.engine.conditions import (
    All,
    Any,
    Birthday,
    Branch,
    Brand,
    Category,
    Channel,
    Condition,
    FirstPurchase,
    HasLines,
    Not,
    Period,
    Product,
    ReceiptAmount,
    RepeatWithin,
    Tier,
    TimeWindow,
    Weekday,
)
from plushka.engine.line_masks import LineMasks
from plushka.engine.purchase import Note
from plushka.engine.receipt_notes import too_large, too_small, why_not
from plushka.engine.receipt_tests import (
    Scene,
    Test,
    bounds_of,
    holds_for_lines,
    minute_of,
    months_near,
    near_birthday,
)
from plushka.engine.written import Code


class Conditional(NamedTuple):
    """A rule that a receipt can fail: ``test`` is asked where its condition cannot be written."""

    bit: int
    condition: Condition
    test: Test
    rule: str


Explaining = Callable[[Scene, list[Note]], int]
"""Returns the bits of the rules whose conditions hold, and appends why each of the others does not."""

SCENE = (
    "member, tier, moment, receipt_minor = scene.member, scene.tier, scene.moment, scene.receipt_minor",
    "weekday, minute, day = moment.weekday, moment.minute, moment.business_date",
)
"""What conditions are written of."""


def holding(conditional: Sequence[Conditional], code: Code) -> Iterator[str]:
    """Yield lines that add the bits of the rules which hold to ``bits``."""
    by_clock = [each for each in conditional if _asks_the_clock_alone(each.condition)]
    if by_clock:
        yield f"bits |= {code.name(_ByClock(by_clock))}[weekday, minute]"
    yield from _adding([each for each in conditional if each not in by_clock], code)


def _adding(conditional: Sequence[Conditional], code: Code) -> Iterator[str]:
    for each in conditional:
        yield f"if {_written(each.condition, code) or f'{code.name(each.test)}(scene) is None'}:"
        yield f"    bits |= {each.bit}"


def _asks_the_clock_alone(condition: Condition) -> bool:
    match condition:
        case All(of=parts) | Any(of=parts):
            return all(map(_asks_the_clock_alone, parts))
        case Not(of=part):
            return _asks_the_clock_alone(part)
        case _:
            return isinstance(condition, Weekday | TimeWindow)


class _ByClock(dict[tuple[int, int], int]):
    """The bits of the rules that hold by the clock alone, by weekday and minute: a week has few minutes."""

    def __init__(self, conditional: Sequence[Conditional]) -> None:
        super().__init__()
        code = Code()
        lines = ["bits = 0", *_adding(conditional, code), "return bits"]
        self._holding = code.function("weekday, minute", lines)

    def __missing__(self, shown: tuple[int, int]) -> int:
        bits: int = self._holding(*shown)
        self[shown] = bits
        return bits


def explaining_of(conditional: Sequence[Conditional], masks: LineMasks | None = None) -> Explaining:
    """Compile the conditions of rules; of parts that fail the note tells the first."""
    code = Code(masks)
    lines = [line for each in conditional for line in _explaining(each, code)]
    return code.function("scene, notes", [*SCENE, "bits = 0", *lines, "return bits"])


def _explaining(rule: Conditional, code: Code) -> Iterator[str]:
    word = "if"
    for written, failed in _with_notes(rule.condition, rule.rule, code) or ():
        yield f"{word} not {written}:"
        yield f"    notes.append({code.name(failed)})"
        word = "elif"
    if word == "if":
        yield f"failed = {code.name(rule.test)}(scene)"
        yield "if failed is not None:"
        yield "    notes.append(failed)"
    yield "else:"
    yield f"    bits |= {rule.bit}"


def _with_notes(condition: Condition, rule: str, code: Code) -> list[tuple[str, Note]] | None:
    """Return the parts all of which must hold, each with the note of its failure; None: one cannot be written."""
    match condition:
        case All(of=parts):
            of_parts = [_with_notes(part, rule, code) for part in parts]
            return None if None in of_parts else [each for part in of_parts if part for each in part]
        case ReceiptAmount():
            least, most = bounds_of(condition)
            small = (f"({least} <= receipt_minor)", too_small(rule, condition.min_minor))
            if most is None:
                return [small]
            return [small, (f"(receipt_minor <= {most})", too_large(rule, condition.max_minor or 0))]
        case Product() | Category() | Brand():
            return None
        case _:
            written = _written(condition, code)
            return [(written, why_not(condition, rule))] if written else None


def _written(condition: Condition, code: Code) -> str | None:
    """Return a condition as an expression; None where a part of it is left to its closure."""
    match condition:
        case All(of=parts):
            return _joined(" and ", parts, code)
        case Any(of=parts):
            return _joined(" or ", parts, code)
        case Not(of=part):
            negated = _written(part, code)
            return f"(not {negated})" if negated else None
        case _:
            return _written_alone(condition, code)


def _written_alone(condition: Condition, code: Code) -> str | None:  # noqa: C901, PLR0911 - one case a kind
    match condition:
        case Branch(ids=ids):
            return f"(scene.branch in {code.name(frozenset(ids))})"
        case Channel(ids=ids):
            return f"(scene.channel in {code.name(frozenset(ids))})"
        case Tier(ids=ids):
            return f"(tier in {code.name(frozenset(ids))})"
        case Weekday(days=days):
            return f"(weekday in {code.name(frozenset(days))})"
        case TimeWindow():
            start, end = minute_of(condition.start), minute_of(condition.end)
            return f"({start} <= minute < {end})" if start < end else f"(not {end} <= minute < {start})"
        case Period():
            first_on, last_on = condition.first_on or date.min, condition.last_on or date.max
            return f"({code.name(first_on)} <= day <= {code.name(last_on)})"
        case ReceiptAmount():
            least, most = bounds_of(condition)
            return f"({least} <= receipt_minor)" if most is None else f"({least} <= receipt_minor <= {most})"
        case FirstPurchase():
            return "(member is not None and not member.purchases)"
        case RepeatWithin(days=days):
            within = f"{code.name(timedelta(0))} <= day - member.last_purchase_on <= {code.name(timedelta(days=days))}"
            return f"(member is not None and member.last_purchase_on is not None and {within})"
        case Birthday():
            month = f"(day.month - member.birthday.month) % 12 in {code.name(months_near(condition))}"
            is_near = f"{code.name(near_birthday(condition))}(member.birthday, day)"
            return f"(member is not None and member.birthday is not None and {month} and {is_near})"
        case HasLines() if code.masks and (condition.quantity_min_milli or condition.amount_min_minor):
            bit = code.masks.bit_for(condition.where)
            holds = code.name(holds_for_lines(condition, bit))
            # Those lines take part, so they come to no more than all that do.
            return (
                f"(scene.bits & {bit} and {condition.amount_min_minor} <= receipt_minor and {holds}(scene))"
            )
        case _:
            return None


def _joined(word: str, parts: Sequence[Condition], code: Code) -> str | None:
    written = [_written(part, code) for part in parts]
    if not all(written):
        return None
    return f"({word.join(filter(None, written))})"
