"""``make check-experiments``: thousands of invented campaigns whose effect is known, and what is claimed of each.

Members differ as those of the demo do: many who hardly come, few who come often, receipts of a heavy-tailed size that
is partly the member's own. The same seeds give the same figures on every machine.
"""

import sys
from collections.abc import Iterator
from math import exp
from random import Random
from time import perf_counter
from uuid import UUID

from msgspec import Struct

from plushka.engine.experiments.effects import Effect, effect
from plushka.engine.experiments.groups import assign
from plushka.engine.experiments.moments import Cell, Moments

RUNS = 1000
DAYS = 14
DAYS_BEFORE = 90


class Scenario(Struct, frozen=True):
    """``more_bp`` of treated members buy once more, all of them come ``oftener_bp`` more often.

    ``visits`` a month on average, ``uneven`` below 1 for many who hardly come; sigmas of the logarithm of a member's
    usual receipt and of one receipt around it.
    """

    name: str
    members: int
    control_bp: int = 10_00
    more_bp: int = 0
    oftener_bp: int = 0
    visits: float = 2.0
    uneven: float = 0.6
    member_sigma: float = 0.7
    receipt_sigma: float = 0.9
    typical_minor: int = 500_00
    has_history: bool = True

    @property
    def truth_minor(self) -> float:
        """What a treated member pays more, on average over all members there could be."""
        receipt = self.typical_minor * exp((self.member_sigma**2 + self.receipt_sigma**2) / 2)
        return receipt * (self.more_bp + self.oftener_bp * self.visits * DAYS / 30) / 100_00


SCENARIOS = (
    Scenario("nothing happens, the smallest group that may claim", 1000),
    Scenario("nothing happens, members without history", 2000, has_history=False),
    Scenario("nothing happens, a third held out", 1000, 33_00),
    Scenario("nothing happens, a larger base", 3000),
    Scenario("nothing happens, hardly anybody comes", 1500, visits=0.4, uneven=0.3),
    Scenario("one in ten buys once more", 2000, more_bp=10_00),
    Scenario("one in two buys once more", 1000, more_bp=50_00),
    Scenario("all come a fifth more often", 1000, 20_00, oftener_bp=20_00),
    Scenario("a coffee shop: often, and little", 1500, more_bp=20_00, visits=8, uneven=1, receipt_sigma=0.4),
)


class Tally(Struct):
    """What came of the runs of a scenario."""

    runs: int = 0
    covered: int = 0
    claimed: int = 0
    claimed_harm: int = 0


def simulate(scenario: Scenario, seed: int) -> Effect:
    """Return the effect that one invented campaign seems to have had."""
    draw = Random(f"{scenario.name} {seed}")  # noqa: S311 - the same figures for ever
    members = [_Somebody(scenario, draw) for _ in range(scenario.members)]
    groups = assign([(one.id, one.before) for one in members], f"salt {seed}", scenario.control_bp)
    cells: dict[tuple[int, bool], list[tuple[int, int]]] = {}
    for one, group in zip(members, groups, strict=True):
        pair = (one.before or 0, one.after(scenario, draw, is_treated=not group.is_control))
        cells.setdefault((group.stratum, group.is_control), []).append(pair)
    found = effect(
        Cell(stratum, is_control, Moments.of(pairs)) for (stratum, is_control), pairs in cells.items()
    )
    assert found is not None
    return found


def tally(scenario: Scenario, runs: int) -> Tally:
    """Return what is claimed in ``runs`` campaigns with seeds from 0 on."""
    counted = Tally()
    for seed in range(runs):
        found = simulate(scenario, seed)
        counted.runs += 1
        counted.covered += found.low <= scenario.truth_minor <= found.high
        counted.claimed += found.verdict == "proven"
        counted.claimed_harm += found.verdict == "harm_proven"
    return counted


class _Somebody:
    """A member: how often they come, how large their receipts are, what they paid before (None: nothing ever)."""

    def __init__(self, scenario: Scenario, draw: Random) -> None:
        self.id = UUID(int=draw.getrandbits(128))
        self.visits_a_day = draw.gammavariate(scenario.uneven, scenario.visits / scenario.uneven) / 30
        self.usual_minor = scenario.typical_minor * exp(draw.gauss(0, scenario.member_sigma))
        visits = _poisson(draw, self.visits_a_day * DAYS_BEFORE) if scenario.has_history else 0
        self.before = sum(self._receipts(scenario, draw, visits)) if visits else None

    def after(self, scenario: Scenario, draw: Random, *, is_treated: bool) -> int:
        oftener = 1 + scenario.oftener_bp / 100_00 if is_treated else 1
        visits = _poisson(draw, self.visits_a_day * DAYS * oftener)
        if is_treated and draw.random() * 100_00 < scenario.more_bp:
            visits += 1
        return sum(self._receipts(scenario, draw, visits))

    def _receipts(self, scenario: Scenario, draw: Random, visits: int) -> Iterator[int]:
        return (int(self.usual_minor * exp(draw.gauss(0, scenario.receipt_sigma))) for _ in range(visits))


def _poisson(draw: Random, mean: float) -> int:
    waited, count = draw.expovariate(1), 0
    while waited < mean:
        waited += draw.expovariate(1)
        count += 1
    return count


def main() -> int:
    """Print a row for each scenario; 1 where one is outside what is promised."""
    worst = 0
    print(
        "| scenario | members | held out | covered | claimed more | claimed less |\n|---|--:|--:|--:|--:|--:|"
    )
    begun = perf_counter()
    for scenario in SCENARIOS:
        counted = tally(scenario, RUNS)
        figures = (counted.covered, counted.claimed, counted.claimed_harm)
        shares = " | ".join(f"{100 * figure / counted.runs:.1f} %" for figure in figures)
        print(
            f"| {scenario.name} | {scenario.members} | {scenario.control_bp // 100} % | {shares} |",
            flush=True,
        )
        is_kept = 0.93 <= counted.covered / counted.runs <= 0.97
        if not scenario.truth_minor:
            is_kept = is_kept and counted.claimed + counted.claimed_harm <= 0.05 * counted.runs
        worst |= not is_kept
    print(f"\n{RUNS} runs each, {perf_counter() - begun:.0f} s", file=sys.stderr)
    return worst


if __name__ == "__main__":
    sys.exit(main())
