"""Texts of a campaign that some of its members will not get, told before it begins."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from plushka.delivery.office.visit import Visit
from plushka.domain.events.model import EventKind
from plushka.domain.messages.templates.checking import (
    list_absent_fields,
    list_names,
    list_risks,
    list_uncertain_fields,
)
from plushka.domain.messages.templates.model import Template
from plushka.domain.messages.templates.store import find_templates
from plushka.domain.messages.templates.variables import REFERRAL_LINK
from plushka.domain.programs.versions import rewards_friends
from plushka.platform.database import Tx


async def lacking_warnings(
    tx: Tx, template_ids: Sequence[UUID], visit: Visit, *, kind: EventKind | None = None
) -> list[str]:
    """Return which variables of the texts some members have no value of, and no word stands instead.

    ``kind``: of the event that begins the campaign, if one does; fields that it has not are told of too.
    """
    found = await find_templates(tx, template_ids)
    templates = [found[one] for one in dict.fromkeys(template_ids) if one in found]
    friendless = [one.name for one in templates if REFERRAL_LINK in list_names(one.body)]
    if friendless and await rewards_friends(tx, visit.office.reference.versions):
        friendless = []
    lacking = [
        visit.words.gettext(
            "“{text}” says {names}, which not every member has: who has none is not told. Give a word instead there.",
            text=template.name,
            names=", ".join(f"{{{name}}}" for name in risks),
        )
        for template in templates
        if (risks := list_risks(template.body, has_address=has_address(visit)))
    ]
    return [
        *lacking,
        *(
            visit.words.gettext("“{text}” has a link for friends. {why}", text=name, why=no_friends(visit))
            for name in friendless
        ),
        *(warning for template in templates for warning in _of_event(template, kind, visit)),
    ]


def has_address(visit: Visit) -> bool:
    """Tell whether letters can name an address of the app."""
    return bool(visit.office.gateways.public_url)


def no_friends(visit: Visit) -> str:
    """Return why nobody has a link for friends."""
    return visit.words.gettext(
        "No programme in force gives anything for bringing a friend: nobody has such a link."
    )


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
