"""One certificate: what is on it, what happened to it, and what can be done to it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.certificates.rows import PATH, certificate_line, kind_line
from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.certificates import changing
from plushka.domain.certificates.model import AMOUNT_MAX_MINOR
from plushka.domain.certificates.queries import JournalLine, get_certificate, list_journal
from plushka.domain.certificates.selling import sell_in_office
from plushka.domain.certificates.words import MOVEMENT_WORDS
from plushka.domain.members.identities import identify
from plushka.domain.members.model import REASON_LENGTH_MAX, UnknownMember
from plushka.domain.members.queries import find_member, get_member
from plushka.domain.staff.queries import list_staff
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

ONE = f"{PATH}/{{certificate_id:uuid}}"


class MovementLine(Struct, frozen=True):
    """A line of the journal."""

    at: str
    what: str
    amount: str
    balance: str
    who: str
    reason: str
    receipt: str


@get(ONE, opt={"action": "certificates.read"})
async def show_certificate(visit: NamedDependency[Visit], certificate_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, certificate_id, visit.form())


@post(f"{ONE}/sell", opt={"action": "certificates.sell"})
async def sell_certificate(
    visit: NamedDependency[Visit], certificate_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    amount = form.money(
        "amount_minor", visit.business.currency, least=1, most=AMOUNT_MAX_MINOR, required=False
    )

    async def sell(tx: Tx) -> None:
        await sell_in_office(
            tx,
            certificate_id,
            amount_minor=amount,
            member_id=await _member(tx, form.text("member", required=False), visit),
            zone=visit.business.time_zone,
        )

    return await _do(visit, certificate_id, form, sell, done=visit.words.gettext("The certificate is sold."))


@post(f"{ONE}/block", opt={"action": "certificates.change"})
async def block_certificate(
    visit: NamedDependency[Visit], certificate_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    reason = form.text("reason", length_max=REASON_LENGTH_MAX)

    async def block(tx: Tx) -> None:
        await changing.block(tx, certificate_id, reason=reason)

    return await _do(
        visit,
        certificate_id,
        form,
        block,
        done=visit.words.gettext("The certificate is blocked: nothing is paid with it."),
    )


@post(f"{ONE}/unblock", opt={"action": "certificates.change"})
async def unblock_certificate(
    visit: NamedDependency[Visit], certificate_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    reason = form.text("reason", length_max=REASON_LENGTH_MAX)

    async def unblock(tx: Tx) -> None:
        await changing.unblock(tx, certificate_id, reason=reason)

    return await _do(
        visit, certificate_id, form, unblock, done=visit.words.gettext("The certificate can be used again.")
    )


@post(f"{ONE}/extend", opt={"action": "certificates.change"})
async def extend_certificate(
    visit: NamedDependency[Visit], certificate_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    last_on = form.day("last_on")
    reason = form.text("extend_reason", length_max=REASON_LENGTH_MAX)

    async def extend(tx: Tx) -> None:
        assert last_on is not None  # noqa: S101  the form is sound
        await changing.extend(
            tx, certificate_id, last_on=last_on, zone=visit.business.time_zone, reason=reason
        )

    return await _do(
        visit, certificate_id, form, extend, done=visit.words.gettext("The certificate is prolonged.")
    )


@post(f"{ONE}/transfer", opt={"action": "certificates.change"})
async def transfer_certificate(
    visit: NamedDependency[Visit], certificate_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    typed = form.text("member", required=False)
    reason = form.text("transfer_reason", length_max=REASON_LENGTH_MAX)

    async def transfer(tx: Tx) -> None:
        await changing.transfer(tx, certificate_id, member_id=await _member(tx, typed, visit), reason=reason)

    return await _do(
        visit, certificate_id, form, transfer, done=visit.words.gettext("The certificate is handed over.")
    )


@post(f"{ONE}/pin", opt={"action": "certificates.change"})
async def change_pin(visit: NamedDependency[Visit], certificate_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await changing.change_pin(tx, certificate_id)
    return sent_on(
        f"{PATH}/{certificate_id}",
        visit.words.gettext("The certificate has another PIN. Print it: the old one is good no more."),
    )


async def _do(
    visit: Visit,
    certificate_id: UUID,
    form: Form,
    change: Callable[[Tx], Awaitable[None]],
    *,
    done: str,
) -> Response[str] | Redirect:
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await change(tx)
        except Refusal as refusal:
            form.refused(refusal)
        else:
            return sent_on(f"{PATH}/{certificate_id}", done)
    return await _page(visit, certificate_id, form)


async def _member(tx: Tx, typed: str, visit: Visit) -> UUID | None:
    """Return the member of a phone; None: nobody was named.

    :raises UnknownMember: nobody has this phone
    """
    if not typed:
        return None
    try:
        found = await find_member(tx, identify("phone", typed, country=visit.business.country))
    except Refusal as refusal:
        refusal.field = "member"
        raise
    if found is None:
        raise UnknownMember(field="member")
    return found.id


async def _page(visit: Visit, certificate_id: UUID, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        one = await get_certificate(tx, certificate_id)
        journal = await list_journal(tx, certificate_id)
        names = {f"staff:{person.id}": person.name for person in await list_staff(tx)}
        owner = await get_member(tx, one.member_id) if one.member_id else None
    state = one.state(visit.at)
    context: dict[str, Any] = {
        "one": certificate_line(one, visit),
        "state": state,
        "kind": kind_line(one.type, visit),
        "needs_amount": one.only_nominal_minor is None,
        "may_extend": one.expires_at is not None and state != "new",
        "owner": owner and (owner.name or visit.words.gettext("no name")),
        "owner_href": f"/members/{owner.id}" if owner and visit.may("members.read") else "",
        "journal": [_movement(line, visit, names) for line in journal],
    }
    return visit.page(
        "engagement/certificates/one.html",
        section="engagement",
        page="certificates",
        status=HTTP_422_UNPROCESSABLE_ENTITY if form.problems else 200,
        form=form,
        may_change=visit.may("certificates.change"),
        may_sell=visit.may("certificates.sell"),
        may_print=visit.may("certificates.print"),
        **context,
    )


def _movement(line: JournalLine, visit: Visit, names: dict[str, str]) -> MovementLine:
    figures = visit.figures
    what = visit.words.gettext(MOVEMENT_WORDS[line.kind])
    if line.expires_at is not None:
        until = visit.words.gettext("until {last} inclusive", last=figures.last_day(line.expires_at))
        what = f"{what} {until}"
    return MovementLine(
        at=figures.moment(line.at),
        what=what,
        amount=figures.money(line.amount_minor) if line.amount_minor else "",
        balance=figures.money(line.balance_minor),
        who=told_actor(line.actor, visit, names),
        reason="" if line.reason == "return" else line.reason,
        receipt=f"/receipts/{line.receipt_id}" if line.receipt_id else "",
    )
