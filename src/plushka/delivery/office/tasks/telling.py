"""Long work in words: what it is, how far it is, what came of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.tasks.files import may_have_file
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import Figures
from plushka.domain.programs import bulk_work
from plushka.domain.programs.model import PublishedVersion
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.domain.simulation.model import KIND as SIMULATION
from plushka.domain.tasks.model import KEPT, Task
from plushka.platform.errors import Fact
from plushka.platform.i18n import Translator, marked

TITLES: dict[str, str] = {
    "audit.export": marked("Export of the trail of changes"),
    "journal.export": marked("Export of the points journal"),
    "points.export": marked("Points for the books"),
    "products.export": marked("Export of products"),
    "receipts.export": marked("Export of receipts"),
    "events.export": marked("Export of events"),
    "coupons.draw": marked("Codes of the coupon “{name}”: {count}"),
    "referrals.export": marked("Export of who brings friends"),
    "coupons.export": marked("Export of codes of the coupon “{name}”"),
    "segments.import": marked("Members from a file for a list"),
    "coupons.import": marked("Codes from a file for the coupon “{name}”"),
    "campaigns.export": marked("Export of campaigns"),
    "members.export": marked("Export of members: {members}"),
    "members.tag": marked("Tag “{tag}” for members: {members}"),
    "members.untag": marked("Tag “{tag}” taken from members: {members}"),
    "members.give": marked("{told} to each member: {members}"),
    "members.take": marked("{told} from each member: {members}"),
    "members.take_back": marked("{told} taken back: {members}"),
    "members.import.read": marked("Reading of the file “{name}”"),
    "members.import.try": marked("Trial of the import of “{name}”"),
    "members.import": marked("Import of “{name}”"),
    "certificates.export": marked("Export of gift certificates"),
    "certificates.issue": marked("Making of certificates “{name}”: {certificates}"),
    "tiers.preview": marked("Who would move between tiers by the draft of “{name}”"),
    "reports.ask": marked("The report “{name}”"),
    "reports.export": marked("File of the report “{name}”"),
    "simulation.run": marked("The draft of “{name}” on the business's own receipts"),
}
"""By kind; a title may name arguments of the task: ``Export of {count} members``."""
RESULTS: dict[str, str] = {
    "audit.export": marked("Entries written: {count}."),
    "journal.export": marked("Movements written: {count}."),
    "points.export": marked("Entries of the books written: {count}."),
    "products.export": marked("Products written: {count}."),
    "receipts.export": marked("Receipts written: {count}."),
    "certificates.export": marked("Certificates written: {count}."),
    "certificates.issue": marked("Certificates made: {count}."),
    "tiers.preview": marked("Members weighed: {count}. Would move: {moved}. The page of tiers shows where."),
    "reports.ask": marked("It is counted: groups {count}."),
    "reports.export": marked("Rows of the report: {count}."),
    "simulation.run": marked("Receipts decided anew: {count}, of members: {members}."),
    "events.export": marked("Events written: {count}."),
    "coupons.draw": marked("Codes drawn: {count}."),
    "referrals.export": marked("Members written: {count}."),
    "coupons.export": marked("Codes written: {count}."),
    "segments.import": marked(
        "Put into the list: {count}. There already: {known}. Rows that are nobody's, in the file: {unknown}."
    ),
    "coupons.import": marked("Codes added: {count}. There already: {taken}. No codes: {invalid}."),
    "campaigns.export": marked("Rows written: {count}."),
    "members.export": marked("Members written: {count}."),
    "members.tag": marked("Tagged: {count}. Had the tag already: {same}."),
    "members.untag": marked("Taken from: {count}. Had no such tag: {same}."),
    "members.give": marked("Members: {count}. Points together: {points}."),
    "members.take": marked(
        "Members: {count}. Points together: {points}. Had too few and kept them: {short}."
    ),
    "members.take_back": marked("Members: {count}. Points together: {points}. What was spent stays spent."),
    "members.import.read": marked("Rows: {rows}."),
    "members.import.try": marked(
        "Would be created: {created}, updated: {updated}, unchanged: {unchanged}, left out: {skipped}."
    ),
    "members.import": marked(
        "Created {created}, updated {updated}, unchanged {unchanged}, left out {skipped}; points {booked} of {in_file}."
    ),
}
"""By kind, what came of it; may name facts of the result."""

RESULTS_WITH_SHORT: dict[str, str] = {
    "members.give": marked(
        "Members: {count}. Points together: {points}. Take no part in the programme and got none: {short}."
    ),
}
"""The same where somebody was left alone."""

RESULTS_WITH_GIVEN = marked("{result} For filled profiles besides: {given}.")
"""What came of an import by which profiles became whole that an occasion gives points for."""

_POINTS = frozenset({"points", "booked", "in_file", "given"})
"""Facts in units of the wallet."""
_MINUTE = timedelta(minutes=1)
STATES = {
    "waiting": marked("waiting for its turn"),
    "running": marked("at work"),
    "done": marked("done"),
    "failed": marked("failed"),
    "cancelled": marked("cancelled"),
}


class TaskLine(Struct, frozen=True):
    """A task as a page shows it. ``percent`` is None until it is known how many there are."""

    id: UUID
    title: str
    state: str
    is_open: bool
    is_done: bool
    percent: int | None
    progress: str
    outcome: str
    asked: str
    file_url: str
    take_back_url: str
    answer_url: str


def of_program(version: PublishedVersion | None) -> dict[str, Fact]:
    """Return the arguments of a task about one programme: which one, and how its points are told."""
    if version is None:
        return {}
    return {"program_id": str(version.program_id), "scale": version.program.point.scale}


def task_line(task: Task, visit: Visit, actors: Mapping[str, str]) -> TaskLine:
    """Return a task told; ``actors`` are names by actor."""
    words, figures = visit.words, visit.figures
    return TaskLine(
        id=task.id,
        title=_filled(TITLES[task.kind], task.arguments, _figures(task, visit), visit.words),
        state=words.gettext(STATES[task.state]),
        is_open=task.is_open,
        is_done=task.state == "done",
        percent=_percent(task),
        progress=_progress(task, visit),
        outcome=_outcome(task, visit),
        asked=words.gettext(
            "{who}, {moment}",
            who=told_actor(task.actor, visit, actors),
            moment=figures.moment(task.created_at),
        ),
        file_url=f"/tasks/{task.id}/file" if task.state == "done" and may_have_file(visit, task) else "",
        take_back_url=f"/members/bulk/tasks/{task.id}/take-back" if _may_take_back(task, visit) else "",
        answer_url=_answer_url(task, visit),
    )


def _answer_url(task: Task, visit: Visit) -> str:
    """Return the page that shows what came of a task, where it has one of its own."""
    if task.kind != SIMULATION or task.state != "done" or not visit.may("programs.try"):
        return ""
    return f"/engagement/programs/{task.arguments['program']}/what-if/{task.arguments['simulation']}"


def _may_take_back(task: Task, visit: Visit) -> bool:
    """Tell whether points were given to many, and it is still kept to whom."""
    return (
        task.kind == bulk_work.GIVE
        and task.state == "done"
        and task.finished_at is not None
        and visit.at - task.finished_at < KEPT
        and visit.may("members.bulk")
    )


def time_left(started_at: datetime, at: datetime, *, done: int, total: int) -> timedelta | None:
    """Return how long the rest takes at the rate so far; None while there is no rate yet."""
    elapsed = at - started_at
    if done <= 0 or elapsed <= timedelta(0):
        return None
    return elapsed * (total - done) / done


def _percent(task: Task) -> int | None:
    if task.total is None:
        return None
    return 100 if task.total == 0 else min(100, task.done * 100 // task.total)


def _progress(task: Task, visit: Visit) -> str:
    words, figures = visit.words, visit.figures
    if task.state != "running" or task.total is None or task.started_at is None:
        return ""
    clauses = [
        words.gettext("{done} of {total}", done=figures.number(task.done), total=figures.number(task.total))
    ]
    elapsed = (visit.at - task.started_at) // timedelta(milliseconds=1)
    if elapsed > 0 and task.done:
        rate = task.done * 1000 // elapsed
        clauses.append(words.gettext("{rate} a second", rate=figures.number(rate)) if rate else "")
    left = time_left(task.started_at, visit.at, done=task.done, total=task.total)
    if left is not None:
        clauses.append(words.gettext("{duration} left", duration=_duration(left, words)))
    return " · ".join(filter(None, clauses))


def _duration(left: timedelta, words: Translator) -> str:
    if left < _MINUTE:
        return words.gettext("{seconds} s", seconds=max(1, left // timedelta(seconds=1)))
    return words.gettext("{minutes} min", minutes=-(-left // _MINUTE))


def _outcome(task: Task, visit: Visit) -> str:
    if task.state == "failed":
        return refusal_sentence(task.failure, task.result, visit.look.language)
    if task.state == "done" and task.kind in RESULTS:
        result = RESULTS[task.kind]
        if task.result.get("short"):
            result = RESULTS_WITH_SHORT.get(task.kind, result)
        told = _filled(result, task.result, _figures(task, visit), visit.words)
        if task.result.get("given"):
            facts = {"result": told, "given": task.result["given"]}
            return _filled(RESULTS_WITH_GIVEN, facts, _figures(task, visit), visit.words)
        return told
    return ""


def _figures(task: Task, visit: Visit) -> Figures:
    """Return how the points of a task are told: as those of its programme."""
    scale = task.arguments.get("scale")
    return visit.figures_of(scale) if isinstance(scale, int) else visit.figures


def _filled(message: str, facts: Mapping[str, object], figures: Figures, words: Translator) -> str:
    told = {name: _fact(name, fact, figures) for name, fact in facts.items()}
    return words.gettext(message, **told)


def _fact(name: str, fact: object, figures: Figures) -> object:
    if not isinstance(fact, int):
        return fact
    return figures.points_number(fact) if name in _POINTS else figures.number(fact)
