"""Texts of a campaign that some of its members will not get, told before it begins."""

from collections.abc import Sequence
from uuid import UUID

from plushka.delivery.office.visit import Visit
from plushka.domain.messages.templates.checking import list_risks
from plushka.domain.messages.templates.store import find_templates
from plushka.platform.database import Tx


async def lacking_warnings(tx: Tx, template_ids: Sequence[UUID], visit: Visit) -> list[str]:
    """Return which variables of the texts some members have no value of, and no word stands instead."""
    templates = await find_templates(tx, template_ids)
    return [
        visit.words.gettext(
            "“{text}” says {names}, which not every member has: who has none is not told. Give a word instead there.",
            text=template.name,
            names=", ".join(f"{{{name}}}" for name in risks),
        )
        for one in dict.fromkeys(template_ids)
        if (template := templates.get(one)) is not None
        and (risks := list_risks(template.body, has_address=bool(visit.office.gateways.public_url)))
    ]
