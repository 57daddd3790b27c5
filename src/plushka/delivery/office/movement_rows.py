"""Movements of points in words: what happened, by which document, between which accounts."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from uuid import UUID

from msgspec import Struct, structs

from plushka.delivery.office.visit import Visit
from plushka.domain.insights.model import Document
from plushka.domain.ledger.model import Movement
from plushka.domain.ledger.words import ACCOUNTS, KINDS
from plushka.domain.staff import words as staff_words
from plushka.platform.i18n import marked

_BY_THEMSELVES = {"welcome": marked("for joining"), "erasure": marked("the member deleted themselves")}
_BY_LABEL = {
    "receipt": marked("receipt {label}"),
    "return": marked("return {label}"),
    "hold": marked("hold {label}"),
    "reward": marked("gift “{label}”"),
    "occasion": marked("occasion “{label}”"),
}
_MEMBERS_OWN = frozenset({"pending", "available", "held"})
"""Accounts in which a member has points; movements between them change nothing in sum."""


class MovementLine(Struct, frozen=True):
    """The texts of a movement. ``direction`` is ``in``, ``out`` or ``within``; ``href`` is empty without a page."""

    at: str
    what: str
    points: str
    direction: str
    from_account: str
    to_account: str
    document: str
    href: str


def movement_rows(
    movements: Sequence[Movement],
    documents: Mapping[UUID, Document],
    visit: Visit,
    *,
    actors: Mapping[str, str],
    zone: str | None = None,
) -> list[MovementLine]:
    """Return the movements as lines; those of one document between the same accounts, lot by lot, become one."""
    groups = groupby(movements, key=lambda m: (m.document_id, m.kind, m.debit, m.credit))
    lines = []
    for _, group in groups:
        together = list(group)
        whole = structs.replace(together[0], points=sum(movement.points for movement in together))
        document = documents.get(whole.document_id)
        lines.append(movement_line(whole, document, visit, actors=actors, zone=zone))
    return lines


def movement_line(
    movement: Movement,
    document: Document | None,
    visit: Visit,
    *,
    actors: Mapping[str, str],
    zone: str | None = None,
    scale: int | None = None,
) -> MovementLine:
    """Return one movement told; ``scale`` is that of its points, the visit's programme's if it is not given."""
    words, figures = visit.words, visit.figures if scale is None else visit.figures_of(scale)
    direction = _direction(movement.debit, movement.credit)
    signed = -movement.points if direction == "out" else movement.points
    return MovementLine(
        at=figures.moment(movement.at, zone),
        what=words.gettext(KINDS[movement.kind]),
        points=figures.points_number(signed, signed=direction != "within"),
        direction=direction,
        from_account=words.gettext(ACCOUNTS[movement.debit]),
        to_account=words.gettext(ACCOUNTS[movement.credit]),
        document=_told(document, visit, actors),
        href=f"/receipts/{document.receipt_id}" if document and document.receipt_id else "",
    )


def _direction(debit: str, credit: str) -> str:
    if credit in _MEMBERS_OWN and debit not in _MEMBERS_OWN:
        return "in"
    if debit in _MEMBERS_OWN and credit not in _MEMBERS_OWN:
        return "out"
    return "within"


def _told(document: Document | None, visit: Visit, actors: Mapping[str, str]) -> str:
    words = visit.words
    if document is None:
        return ""
    match document.kind:
        case "receipt" | "return" | "hold" | "reward" | "occasion":
            return words.gettext(_BY_LABEL[document.kind], label=document.label)
        case "friend":
            return words.gettext(
                "for the friend {name}", name=document.label or words.gettext("without a name")
            )
        case "campaign":
            return document.label
        case "welcome" | "erasure":
            return words.gettext(_BY_THEMSELVES[document.kind])
        case "adjustment" | "merge":
            return words.gettext(
                "“{reason}”, {who}",
                reason=document.label,
                who=told_actor(document.actor or "", visit, actors),
            )


def told_actor(actor: str, visit: Visit, names: Mapping[str, str]) -> str:
    """Return who did something, in the reader's language."""
    return staff_words.told_actor(actor, names, visit.words)
