"""The keys of a till: issued and shown once with an example that works, listed with their last use, revoked."""

import json
from collections.abc import Sequence
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.links import link_url
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.qr import draw_qr
from plushka.domain.businesses.queries import get_branch, list_branches
from plushka.domain.staff.model import SCOPES, ApiKey, Till, UnknownKey
from plushka.domain.staff.operations import issue_key, revoke_key
from plushka.domain.staff.queries import get_till, list_keys
from plushka.domain.staff.words import SCOPE_WORDS
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

_SAMPLE_AMOUNT_MINOR = 100_00
_SECRET_PLACE = "plk_…"  # noqa: S105  stands where the key goes


class KeyLine(Struct, frozen=True):
    """A key in the list, told."""

    id: UUID
    hint: str
    scopes: str
    issued: str
    used: str
    revoked_on: str


def key_lines(keys: Sequence[ApiKey], visit: Visit) -> list[KeyLine]:
    """Return the keys as they are shown."""
    figures, words = visit.figures, visit.words
    return [
        KeyLine(
            id=key.id,
            hint=f"…{key.hint}",
            scopes=", ".join(words.gettext(SCOPE_WORDS[scope]) for scope in SCOPES if scope in key.scopes),
            issued=figures.day(key.created_at),
            used=figures.moment(key.used_at) if key.used_at else NOTHING,
            revoked_on=figures.day(key.revoked_at) if key.revoked_at else "",
        )
        for key in keys
    ]


@get("/settings/tills/{till_id:uuid}/connect", opt={"action": "tills.change"})
async def show_connecting(
    visit: NamedDependency[Visit], request: OfficeRequest, till_id: FromPath[UUID]
) -> Response[str]:
    """Show how a till is connected, and issue its key from there."""
    async with visit.reading() as tx:
        return await _page(tx, visit, request, await get_till(tx, till_id))


@post("/settings/tills/{till_id:uuid}/keys", opt={"action": "tills.change"}, status_code=HTTP_200_OK)
async def issue(
    visit: NamedDependency[Visit], request: OfficeRequest, till_id: FromPath[UUID]
) -> Response[str]:
    """Issue a key; this answer is the only place where it is ever shown."""
    form = await visit.typed(request)
    wanted = set(form.values("scopes"))
    async with visit.reading() as tx:
        till = await get_till(tx, till_id)
    problem, secret = "", ""
    try:
        async with visit.writing() as tx:
            _, secret = await issue_key(
                tx, till_id=till_id, scopes=[scope for scope in SCOPES if scope in wanted]
            )
    except Refusal as refusal:
        form.refused(refusal, default="scopes")
        problem = form.problem("scopes")
    status = HTTP_422_UNPROCESSABLE_ENTITY if problem else HTTP_200_OK
    async with visit.reading() as tx:
        return await _page(tx, visit, request, till, secret=secret, problem=problem, status=status)


@post("/settings/keys/{key_id:uuid}/revoke", opt={"action": "tills.change"})
async def revoke(visit: NamedDependency[Visit], key_id: FromPath[UUID]) -> Redirect:
    async with visit.reading() as tx:
        key = next((key for key in await list_keys(tx) if key.id == key_id), None)
        if key is None:
            raise UnknownKey
        # Raises for a till of a branch that this person is kept from.
        await get_till(tx, key.till_id)
    async with visit.writing() as tx:
        await revoke_key(tx, key_id)
    text = visit.words.gettext("The key …{hint} opens nothing any more.", hint=key.hint)
    return sent_on(f"/settings/tills/{key.till_id}", text)


def example(address: str, secret: str, *, branch: str | None, currency: str) -> str:
    """Return a command that asks what a receipt would give, and books nothing; ``branch`` for a till of none."""
    body = {
        **({"branch": branch} if branch else {}),
        "currency": currency,
        "lines": [{"sku": "test", "quantity_milli": 1000, "amount_minor": _SAMPLE_AMOUNT_MINOR}],
    }
    return (
        f"curl {address}/v1/quotes \\\n"
        f"  --header 'Authorization: Bearer {secret}' \\\n"
        "  --header 'Content-Type: application/json' \\\n"
        f"  --data '{json.dumps(body)}'"
    )


async def _page(
    tx: Tx,
    visit: Visit,
    request: OfficeRequest,
    till: Till,
    *,
    secret: str = "",
    problem: str = "",
    status: int = HTTP_200_OK,
) -> Response[str]:
    if till.branch_id is None:
        first = next((branch.code for branch in await list_branches(tx) if branch.closed_at is None), "")
        place = first
    else:
        first, place = None, (await get_branch(tx, till.branch_id)).name
    address = f"{request.url.scheme}://{request.headers['host']}"
    # After the hash: a browser sends the key nowhere.
    till_page = link_url(request, f"/till#key={secret}") if secret else ""
    return visit.page(
        "settings/till_connect.html",
        section="settings",
        page="tills",
        path=f"/settings/tills/{till.id}/connect",
        status=status,
        till=till,
        place=place,
        secret=secret,
        problem=problem,
        scopes=[(scope, visit.words.gettext(SCOPE_WORDS[scope])) for scope in SCOPES],
        address=address,
        till_page=till_page,
        till_page_qr=draw_qr(till_page) if till_page else "",
        example=example(address, secret or _SECRET_PLACE, branch=first, currency=visit.business.currency),
    )
