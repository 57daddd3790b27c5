"""Texts of a campaign that some of its members will not get, told before it begins."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from plushka.delivery.office.visit import Visit
from plushka.domain.events.model import EventKind
from plushka.domain.messages.templates.checking import list_absent_fields, list_risks, list_uncertain_fields
from plushka.domain.messages.templates.model import Template
from plushka.domain.messages.templates.store import find_templates
from plushka.platform.database import Tx


async def lacking_warnings(
    tx: Tx, template_ids: Sequence[UUID], visit: Visit, *, kind: EventKind | None = None
) -> list[str]:
    """Return which variables of the texts some members have no value of, and no word stands instead.

    ``kind``: of the event that begins the campaign, if one does; fields that it has not are told of too.
    """
    templates = await find_templates(tx, template_ids)
    own = [
        visit.words.gettext(
            "“{text}” says {names}, which not every member has: who has none is not told. Give a word instead there.",
            text=template.name,
            names=", ".join(f"{{{name}}}" for name in risks),
        )
        for one in dict.fromkeys(template_ids)
        if (template := templates.get(one)) is not None
        and (risks := list_risks(template.body, has_address=bool(visit.office.gateways.public_url)))
    ]
    named = [templates[one] for one in dict.fromkeys(template_ids) if one in templates]
    return own + [warning for template in named for warning in _of_event(template, kind, visit)]


def _of_event(template: Template, kind: EventKind | None, visit: Visit) -> Iterator[str]:
    gettext = visit.words.gettext
    if uncertain := list_uncertain_fields(template.body, kind) if kind is not None else ():
        yield gettext(
            "“{text}” says {names}, which not every event has: who is told of one without it is passed over. "
            "Give a word instead there.",
            text=template.name,
            names=", ".join(f"{{{name}}}" for name in uncertain),
        )
    if absent := list_absent_fields(template.body, () if kind is None else (kind,)):
        yield gettext(
            "“{text}” says {names}, which what begins this does not have: only the word instead is ever seen there.",
            text=template.name,
            names=", ".join(f"{{{name}}}" for name in absent),
        )
