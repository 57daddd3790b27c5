"""Laws of journeys: nobody walks in a circle, everybody arrives, and the same comes of the same."""

from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from plushka.engine.audience import Audience, Purchases
from plushka.engine.journeys.advancing import Advance, Seen, advance, asks, begin, wait_end, way_of
from plushka.engine.journeys.check import journey_problems
from plushka.engine.journeys.editing import added, find_step, moved, removed, replaced
from plushka.engine.journeys.entering import Before, bar
from plushka.engine.journeys.parts import (
    AfterDays,
    Again,
    Choice,
    EachTime,
    Finish,
    GivePoints,
    GoalAudience,
    GoalPurchase,
    Journey,
    Message,
    Never,
    OnAbsence,
    OnRegistration,
    Share,
    Split,
    Step,
    TagMember,
    Wait,
    Webhook,
)
from plushka.engine.journeys.plan import Plan, plan, walk, ways_of

TEMPLATE = "01a219c9-3399-76b6-a003-e1c8014c83e3"
ZONE = "Europe/Berlin"
"""It has summer time, unlike Moscow."""
NOON = datetime(2026, 3, 8, 11, tzinfo=UTC)
SOMEBODY = msgspec.convert({"is": "tag", "ids": ["vip"]}, Audience)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
waits = st.builds(
    Wait,
    st.just(""),
    days=st.integers(0, 40),
    hours=st.integers(0, 23),
    until=st.sampled_from([None, "00:00", "02:30", "10:00", "23:59"]),
)
leaves = st.one_of(
    waits,
    st.builds(GivePoints, st.just(""), st.integers(1, 500)),
    st.builds(Message, st.just(""), st.just(TEMPLATE)),
    st.builds(TagMember, st.just(""), st.just("vip")),
    st.just(Finish("")),
)


def _branches(steps: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
    ways = st.lists(steps, max_size=3).map(tuple)
    choices = st.builds(Choice, st.just(""), st.just(SOMEBODY), ways, ways)
    splits = st.builds(
        lambda first, a, b: Split("", (Share(first, a), Share(100 - first, b))),
        st.integers(1, 99),
        ways,
        ways,
    )
    return st.one_of(choices, splits)


def _numbered(steps: tuple[Step, ...], numbers: "count[int]") -> tuple[Step, ...]:
    """Give all steps ids of their own."""
    named: list[Step] = []
    for step in steps:
        step = msgspec.structs.replace(step, id=f"s{next(numbers)}")  # noqa: PLW2901
        match step:
            case Choice(id=id_, when=when, yes=yes, no=no):
                named.append(Choice(id_, when, _numbered(yes, numbers), _numbered(no, numbers)))
            case Split(id=id_, shares=shares):
                ways = tuple(Share(each.percent, _numbered(each.steps, numbers)) for each in shares)
                named.append(Split(id_, ways))
            case _:
                named.append(step)
    return tuple(named)


journeys = st.builds(
    lambda steps: Journey("Цепочка", OnRegistration(), _numbered(tuple(steps), count()), goal=GoalPurchase()),
    st.lists(st.recursive(leaves, _branches, max_leaves=8), max_size=6),
)


def follow(laid: Plan, answers: list[bool], *, member: str = "anna") -> list[Advance]:
    """Lead a member through a journey as the domain does, from one due moment to the next."""
    run, now, rounds = begin(laid, member, NOON), NOON, list[Advance]()
    given_answers = iter(answers)
    while run.outcome is None:
        holds = next(given_answers, False) if asks(laid, run, now) is not None else None
        done = advance(laid, run, Seen(holds=holds), now, ZONE)
        rounds.append(done)
        assert done.run.due_at >= now
        run, now = done.run, max(now, done.run.due_at)
        assert len(rounds) <= 3 * len(laid.steps) + 1, "somebody walks in a circle"
    return rounds


@given(journeys, st.lists(st.booleans(), max_size=12))
def test_everybody_arrives_and_passes_each_step_once(journey: Journey, answers: list[bool]) -> None:
    rounds = follow(plan(journey, salt="salt"), answers)

    passed = [each.step for done in rounds for each in done.passed]
    order = [step.id for _, step, _ in walk(journey.steps)]
    assert len(passed) == len(set(passed))
    assert passed == sorted(passed, key=order.index), "steps only lead forward"
    assert rounds == [] or rounds[-1].run.outcome == "passed"
    deeds = [deed.id for done in rounds for deed in done.deeds]
    assert deeds == [each for each in passed if each in set(deeds)], "each deed is of a step that was passed"


@given(journeys, st.lists(st.booleans(), max_size=12))
def test_the_same_comes_of_the_same(journey: Journey, answers: list[bool]) -> None:
    written = msgspec.json.decode(msgspec.json.encode(journey), type=Journey)
    assert written == journey
    assert follow(plan(journey, salt="a"), answers) == follow(plan(written, salt="a"), answers)


@given(journeys)
def test_who_has_reached_the_goal_or_left_is_done_nothing_to_any_more(journey: Journey) -> None:
    laid = plan(journey, salt="salt")
    run = begin(laid, "anna", NOON)

    ended = advance(laid, run, Seen(goal_reached=True), NOON, ZONE)

    assert ended.deeds == ()
    assert ended.run.outcome == ("goal" if journey.steps else "passed")
    assert advance(laid, ended.run, Seen(), NOON + timedelta(days=400), ZONE) == Advance(ended.run)


@given(journeys)
def test_nothing_happens_before_it_is_due(journey: Journey) -> None:
    laid = plan(journey, salt="salt")
    run = begin(laid, "anna", NOON + timedelta(minutes=1))

    assert advance(laid, run, Seen(), NOON, ZONE) == Advance(run)


def test_a_choice_after_a_deed_is_asked_only_when_the_deed_is_done() -> None:
    steps = (TagMember("tag", "vip"), Choice("who", SOMEBODY, yes=(GivePoints("gift", 100),)), Finish("end"))
    laid = plan(Journey("Ц", OnRegistration(), steps), salt="")
    run = begin(laid, "anna", NOON)

    first = advance(laid, run, Seen(holds=True), NOON, ZONE)
    assert [deed.id for deed in first.deeds] == ["tag"]
    assert first.run.step == "who"

    second = advance(laid, first.run, Seen(holds=True), NOON, ZONE)
    assert [deed.id for deed in second.deeds] == ["gift"]
    assert [(each.step, each.way) for each in second.passed] == [("who", 0), ("gift", None), ("end", None)]


def test_who_is_of_the_audience_no_more_leaves_even_while_waiting() -> None:
    steps = (Wait("wait", days=3), GivePoints("gift", 100))
    laid = plan(Journey("Ц", OnRegistration(), steps, audience=SOMEBODY, leaves=True), salt="")
    waits_now = advance(laid, begin(laid, "anna", NOON), Seen(), NOON, ZONE).run

    left = advance(laid, waits_now, Seen(in_audience=False), NOON, ZONE)

    assert (left.run.outcome, left.deeds) == ("left", ())


@given(waits, moments)
def test_a_wait_ends_by_the_clock_and_never_before_its_time(wait: Wait, now: datetime) -> None:
    end = wait_end(wait, now, ZONE)
    shown = end.astimezone(ZoneInfo(ZONE))

    assert end >= now
    assert end - now <= timedelta(days=wait.days + 1, hours=wait.hours + 25)
    if wait.until is not None and wait.until != "02:30":
        assert shown.strftime("%H:%M") == wait.until
    elif wait.until is None and not wait.hours:
        before = now.astimezone(ZoneInfo(ZONE))
        assert (shown.date() - before.date()).days == wait.days


def test_a_day_is_a_day_when_clocks_are_put_forward() -> None:
    """On 29 March 2026 Berlin's clocks go from 02:00 to 03:00."""
    evening = datetime(2026, 3, 28, 9, tzinfo=UTC)  # 10:00 in Berlin

    assert wait_end(Wait("w", days=1), evening, ZONE) == datetime(2026, 3, 29, 8, tzinfo=UTC)
    assert wait_end(Wait("w", hours=23), evening, ZONE) == datetime(2026, 3, 29, 8, tzinfo=UTC)
    assert wait_end(Wait("w", until="10:00"), evening, ZONE) == evening
    assert wait_end(Wait("w", until="02:30"), evening, ZONE) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_split_gives_each_way_its_share() -> None:
    split = Split("ab", (Share(20), Share(80)))
    first = sum(way_of(split, "salt", f"member-{number}") == 0 for number in range(10_000))

    assert 1_850 <= first <= 2_150


@given(
    st.sampled_from([Never(), EachTime(), AfterDays(30)]),
    st.integers(1, 3),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60), st.integers(1, 40)), max_size=30),
)
def test_nobody_begins_twice_for_one_happening_nor_more_often_than_allowed(
    again: Again, at_once: int, happened: list[tuple[int, int, int]]
) -> None:
    journey = Journey("Ц", OnRegistration(), again=again, at_once=at_once)
    begun: list[tuple[int, datetime, datetime]] = []
    for key, day, length in sorted(happened, key=lambda each: each[1]):
        now = NOON + timedelta(days=day)
        before = Before(
            last_at=max((at for _, at, _ in begun), default=None),
            active=sum(end > now for _, _, end in begun),
            has_key=any(known == key for known, _, _ in begun),
        )
        if bar(journey, before, now) is None:
            begun.append((key, now, now + timedelta(days=length)))

    assert len({key for key, _, _ in begun}) == len(begun)
    for _, at, _ in begun:
        assert sum(start <= at < end for _, start, end in begun) <= at_once
    starts = [at for _, at, _ in begun]
    if isinstance(again, Never):
        assert len(begun) <= 1
    if isinstance(again, AfterDays):
        assert all(b - a >= timedelta(days=30) for a, b in pairwise(starts))


def test_what_makes_no_sense_is_named_by_where_it_stands() -> None:
    journey = Journey(
        "Ц",
        OnAbsence(60, days_most=30),
        (
            Wait("a"),
            Split("a", (Share(50), Share(49))),
            Choice("c", SOMEBODY),
            Message("m"),
            Webhook("h", "http://plain.example"),
            Finish("e"),
            TagMember("t", "vip"),
        ),
        leaves=True,
        goal=GoalAudience(Purchases()),
    )

    found = {(problem.path, problem.code) for problem in journey_problems(journey)}

    assert found == {
        ("trigger.days_most", "days_reversed"),
        ("leaves", "leaves_without_audience"),
        ("goal.when", "nothing_asked"),
        ("steps[0]", "wait_for_nothing"),
        ("steps[1].id", "duplicate_id"),
        ("steps[1]", "shares_not_whole"),
        ("steps[2]", "choice_of_nothing"),
        ("steps[3].template", "template_missing"),
        ("steps[4].url", "webhook_address_wrong"),
        ("steps[6]", "step_behind_the_end"),
    }


@given(journeys, st.data())
def test_edits_change_what_they_name_and_nothing_else(journey: Journey, data: st.DataObject) -> None:
    ids = [step.id for _, step, _ in walk(journey.steps)]
    new = Wait("new", days=1)
    assert [step.id for _, step, _ in walk(added(journey.steps, new))] == [*ids, "new"]
    if not ids:
        return
    step_id = data.draw(st.sampled_from(ids))
    step = find_step(journey.steps, step_id)
    assert step is not None
    assert replaced(journey.steps, step) == journey.steps
    inside = {each.id for _, each, _ in walk((step,))}
    assert [each.id for _, each, _ in walk(removed(journey.steps, step_id))] == [
        each for each in ids if each not in inside
    ]
    up = moved(journey.steps, step_id, -1)
    assert sorted(each.id for _, each, _ in walk(up)) == sorted(ids)
    assert up == journey.steps or moved(up, step_id, 1) == journey.steps
    if isinstance(step, Choice | Split):
        grown = added(journey.steps, new, parent=step_id, way=1)
        assert ways_of(find_step(grown, step_id) or new)[1][-1] == new
