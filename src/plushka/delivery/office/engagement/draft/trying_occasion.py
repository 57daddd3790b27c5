"""The try-it panel of occasions: something happens to somebody, decided by the draft beside the rules in force."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from plushka.delivery.office.engagement.draft.desk import Desk
from plushka.delivery.office.engagement.draft.somebody import BY_TIER, find_somebody, offer_tiers, suggest
from plushka.delivery.office.engagement.draft.typist import Typed, one, under
from plushka.delivery.office.events.typed import read_value
from plushka.delivery.web.figures import NOTHING
from plushka.delivery.web.forms import Form
from plushka.domain.events.model import EventKind
from plushka.domain.members.model import Member
from plushka.domain.occasions.trial import Decided, Supposed, Trial, try_out
from plushka.domain.programs.telling.model import Reason
from plushka.domain.programs.telling.occasions import MESSENGERS, PROFILE_FIELDS, tell_gift
from plushka.domain.programs.telling.reasons import tell_note
from plushka.engine.occasions import BotJoined, EventNoted, ProfileFilled
from plushka.engine.program import Occasion, Program
from plushka.engine.purchase import Grant
from plushka.engine.version import compile_version
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

PREFIX = "happen"
_NOON = time(12)
_BOT = "bot:"
_EVENT = "event:"


class Row(Struct, frozen=True):
    """What an occasion gives by the rules in force and by the draft."""

    title: str
    published: str
    draft: str
    differs: bool


class Tried(Struct, frozen=True):
    """What came of the trial; ``problem`` says why nothing did."""

    problem: str = ""
    rows: tuple[Row, ...] = ()
    given: tuple[Reason, ...] = ()
    withheld: tuple[Reason, ...] = ()


class Panel(Struct, frozen=True):
    """The panel as it is shown; ``kind`` is that of the event which happens."""

    form: Form
    whats: tuple[tuple[str, str], ...]
    whos: tuple[tuple[str, str], ...]
    kind: EventKind | None
    member: str = ""
    suggestions: tuple[tuple[str, str], ...] = ()
    tried: Tried = field(default_factory=Tried)
    template: str = "own/engagement/draft/try_occasion.html"
    outcome: str = "own/engagement/draft/outcome_occasion.html"


def _begun() -> Typed:
    return under(PREFIX, one(what="day", who="new", day="", birthday="", close_date="", member=""))


async def show_panel(tx: Tx, form: Form, desk: Desk, program: Program, *, is_sound: bool) -> Panel:
    """Return the panel with what occasions of ``program`` and of the version in force make of what happens."""
    panel_form = form.part(f"{PREFIX}.")
    if not panel_form.values(f"{PREFIX}.who"):
        panel_form = panel_form.altered(_begun())
    words, what = desk.words, panel_form.value(f"{PREFIX}.what")
    kind = next((each for each in desk.event_kinds if f"{_EVENT}{each.name}" == what), None)
    member, suggestions = await find_somebody(tx, panel_form, desk, PREFIX)
    trial = _read(panel_form, desk, member, kind)
    if trial is None:
        tried = Tried(words.gettext("Say what happens and to whom, and you see what it gives."))
    elif not program.occasions:
        tried = Tried(words.gettext("The draft has no occasions."))
    elif not is_sound:
        tried = Tried(words.gettext("Mend the draft first: as it is, no occasion can be decided by it."))
    else:
        tried = await _try(tx, trial, desk, program)
    return Panel(
        form=panel_form,
        whats=tuple(_whats(desk)),
        whos=(("new", words.gettext("A new member")), *offer_tiers(desk)),
        kind=kind,
        member=member.name if member else "",
        suggestions=suggest(suggestions),
        tried=tried,
    )


def _whats(desk: Desk) -> Iterator[tuple[str, str]]:
    words = desk.words
    yield "day", words.gettext("A day comes")
    for kind in desk.event_kinds:
        yield f"{_EVENT}{kind.name}", words.gettext("Event: {event}", event=kind.title)
    for messenger, name in MESSENGERS.items():
        yield f"{_BOT}{messenger}", words.gettext("They join the bot in {messenger}", messenger=name)
    yield "profile", words.gettext("The whole profile is filled in")


def _read(form: Form, desk: Desk, member: Member | None, kind: EventKind | None) -> Trial | None:
    what = form.choice(f"{PREFIX}.what", [value for value, _ in _whats(desk)])
    day = form.day(f"{PREFIX}.day", required=False)
    somebody = member.id if member else _supposed(form, desk)
    happening: EventNoted | BotJoined | ProfileFilled | None = None
    if kind is not None:
        values = {
            each.name: read_value(
                form, f"{PREFIX}.data.{each.name}", each, desk.visit.business.currency, is_required=False
            )
            for each in kind.fields
        }
        happening = EventNoted(
            kind.name, {name: value for name, value in values.items() if value is not None}
        )
    elif what == "profile":
        happening = ProfileFilled(frozenset(PROFILE_FIELDS))
    elif what is not None and what.startswith(_BOT):
        happening = BotJoined(what.removeprefix(_BOT))
    if not form.is_sound:
        return None
    zone = ZoneInfo(desk.visit.business.time_zone)
    at = datetime.combine(day, _NOON, zone) if day else desk.visit.at
    return Trial(somebody, at, happening)


def _supposed(form: Form, desk: Desk) -> Supposed:
    who = form.value(f"{PREFIX}.who")
    first = desk.tiers[0].id if desk.tiers else None
    return Supposed(
        tier=who.removeprefix(BY_TIER) or None if who.startswith(BY_TIER) else first,
        purchases=1 if who.startswith(BY_TIER) else 0,
        birthday=form.day(f"{PREFIX}.birthday", required=False),
        close_date=form.day(f"{PREFIX}.close_date", required=False),
    )


async def _try(tx: Tx, trial: Trial, desk: Desk, program: Program) -> Tried:
    in_force = desk.in_force
    versions = [compile_version(new_id(), program)]
    if in_force:
        versions.append(await desk.visit.office.reference.versions.get(tx, in_force.id))
    try:
        decided = await try_out(tx, trial, versions, program_id=desk.card.id)
    except Refusal:
        return Tried(desk.words.gettext("The member is gone."))
    drafted, published = decided[0], decided[1] if in_force else None
    voice = desk.voice(program)
    given, withheld = [], []
    for each in drafted:
        occasion, outcome = each.occasion, each.outcome
        if isinstance(outcome, Grant):
            text = tell_gift(occasion, outcome, voice, at=trial.at)
            given.append(Reason("occasion", text, occasion.id, occasion.name))
        else:
            withheld.append(Reason(outcome.code, tell_note(outcome, voice), occasion.id, occasion.name))
    return Tried(rows=tuple(_rows(published, drafted, desk)), given=tuple(given), withheld=tuple(withheld))


def _rows(published: Sequence[Decided] | None, drafted: Sequence[Decided], desk: Desk) -> Iterator[Row]:
    """Yield what each occasion gives that gives anything, in the draft's order, those that it lacks last."""
    before = {each.occasion.id: _points(each, desk) for each in published or ()}
    after = {each.occasion.id: _points(each, desk) for each in drafted}
    occasions: dict[str, Occasion] = {
        each.occasion.id: each.occasion for each in [*(published or ()), *drafted]
    }
    for occasion_id in dict.fromkeys([*after, *before]):
        was, now = before.get(occasion_id, NOTHING), after.get(occasion_id, NOTHING)
        if (was, now) != (NOTHING, NOTHING):
            differs = published is not None and was != now
            yield Row(occasions[occasion_id].name, was, now, differs)


def _points(decided: Decided, desk: Desk) -> str:
    return (
        desk.figures.points_number(decided.outcome.points) if isinstance(decided.outcome, Grant) else NOTHING
    )
