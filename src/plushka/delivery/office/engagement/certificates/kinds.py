"""Kinds of certificates: what is sold, and for how long it lives."""

import re
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.certificates.rows import PATH, kind_line
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.certificates.model import (
    AMOUNT_MAX_MINOR,
    LIFE_DAYS_MAX,
    LIFE_MONTHS_MAX,
    NAME_LENGTH_MAX,
    NOMINALS_MAX,
)
from plushka.domain.certificates.types import create_type, list_types, retire_type
from plushka.platform.errors import Refusal
from plushka.platform.i18n import currency_decimals

KINDS = f"{PATH}/kinds"
AMOUNTS = ("fixed", "any")
LIVES = ("months", "days", "ever")
_DIGITS_MAX = 12


@get(KINDS, opt={"action": "certificates.read"})
async def show_kinds(visit: NamedDependency[Visit]) -> Response[str]:
    return await _list(visit, visit.form())


@post(KINDS, opt={"action": "certificates.issue"})
async def make_kind(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    amounts, life = _amounts(form, visit), _life(form)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                kind = await create_type(
                    tx,
                    name=name,
                    is_used_in_parts=form.flag("in_parts"),
                    needs_pin=form.flag("needs_pin"),
                    **amounts,
                    **life,
                )
        except Refusal as refusal:
            form.refused(refusal, default="name")
        else:
            return sent_on(PATH, visit.words.gettext("The kind “{name}” can be sold now.", name=kind.name))
    return await _list(visit, form)


@post(f"{KINDS}/{{type_id:uuid}}/retire", opt={"action": "certificates.issue"})
async def retire_kind(visit: NamedDependency[Visit], type_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        kind = await retire_type(tx, type_id)
    return sent_on(
        KINDS, visit.words.gettext("No more of “{name}” are made; those that were go on.", name=kind.name)
    )


async def _list(visit: Visit, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        kinds = await list_types(tx)
    return visit.page(
        "engagement/certificates/kinds.html",
        section="engagement",
        page="certificates",
        status=HTTP_422_UNPROCESSABLE_ENTITY if form.problems else 200,
        form=form,
        kinds=[kind_line(kind, visit) for kind in kinds],
        may_issue=visit.may("certificates.issue"),
    )


def _amounts(form: Form, visit: Visit) -> dict[str, Any]:
    currency = visit.business.currency
    if form.choice("amounts", AMOUNTS) == "any":
        return {
            f"{name}_minor": form.money(name, currency, least=1, most=AMOUNT_MAX_MINOR)
            for name in ("amount_min", "amount_max")
        }
    typed = re.split(r"[,;\s]+", form.text("nominals", length_max=200))
    nominals = [text for text in typed if text]
    if any(not text.isascii() or not text.isdigit() or len(text) > _DIGITS_MAX for text in nominals):
        form.fail(
            "nominals", visit.words.gettext("Write whole amounts, divided by commas: 1000, 3000, 5000.")
        )
        return {}
    if len(nominals) > NOMINALS_MAX:
        form.fail(
            "nominals",
            visit.words.gettext("At most {count} amounts.", count=visit.figures.number(NOMINALS_MAX)),
        )
    unit = 10 ** currency_decimals(currency)
    return {"nominals_minor": [int(text) * unit for text in nominals]}


def _life(form: Form) -> dict[str, Any]:
    match form.choice("life_unit", LIVES):
        case "months":
            return {"life_months": form.number("life", least=1, most=LIFE_MONTHS_MAX)}
        case "days":
            return {"life_days": form.number("life", least=1, most=LIFE_DAYS_MAX)}
        case _:
            return {}
