"""Receipt conditions written out as Python: one function tells which rules hold, for those who do not ask why not.

Closures of ``receipt_tests`` answer with a note and cost a call for each part; this is one expression after another.
Both say the same, which a property test watches. Nothing that people write becomes code: names and dates are constants
beside it.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from plushka.engine.conditions import (
    All,
    Any,
    Branch,
    Channel,
    Condition,
    FirstPurchase,
    Not,
    Period,
    ReceiptAmount,
    RepeatWithin,
    Tier,
    TimeWindow,
    Weekday,
)
from plushka.engine.receipt_tests import Scene, Test, bounds_of, minute_of

Holding = Callable[[Scene], int]
"""Returns the bits of the rules whose conditions hold."""

_HEAD = """
def holding(scene):
    member, tier, moment, receipt_minor = scene.member, scene.tier, scene.moment, scene.receipt_minor
    weekday, minute, day = moment.weekday, moment.minute, moment.business_date
    bits = 0
"""


class _Code:
    """The constants of a function that is being written."""

    def __init__(self) -> None:
        self.constants: dict[str, object] = {}

    def name(self, value: object) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name


def holding_of(conditional: Sequence[tuple[int, Condition, Test]]) -> Holding:
    """Compile the conditions of rules, each with its bit and the closure to be asked where it cannot be written."""
    code, lines = _Code(), [_HEAD]
    for bit, condition, test in conditional:
        written = _written(condition, code) or f"{code.name(test)}(scene) is None"
        lines.append(f"    if {written}:\n        bits |= {bit}\n")
    lines.append("    return bits\n")
    names: dict[str, Holding] = {}
    exec("".join(lines), code.constants, names)  # noqa: S102 - written above
    return names["holding"]


def _written(condition: Condition, code: _Code) -> str | None:
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


def _written_alone(condition: Condition, code: _Code) -> str | None:  # noqa: PLR0911 - one case a kind
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
        case _:
            return None


def _joined(word: str, parts: Sequence[Condition], code: _Code) -> str | None:
    written = [_written(part, code) for part in parts]
    if not all(written):
        return None
    return f"({word.join(filter(None, written))})"
