"""The sandbox: a copy of the business in which everything can be tried and nothing is real."""

from functools import partial

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from plushka.delivery.office.admission import SESSION_COOKIE
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.navigation import first_page
from plushka.delivery.office.permissions import may
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.audit.operations import record
from plushka.domain.founding.sandbox import build_sandbox, close_sandbox, find_sandbox, read_blueprint
from plushka.domain.staff.workplaces import enter
from plushka.platform.ids import new_id


@get("/settings/sandbox", opt={"action": "sandbox.open"})
async def show_sandbox(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        sandbox_id = await find_sandbox(tx, visit.business.tenant_id)
    is_mine = any(place.tenant_id == sandbox_id for place in visit.workplaces)
    return visit.page(
        "settings/sandbox.html",
        section="settings",
        page="sandbox",
        is_inside=visit.business.sandbox_of is not None,
        has_one=sandbox_id is not None,
        enter_url=f"/businesses/{sandbox_id}/enter" if is_mine else "",
    )


@post("/settings/sandbox", opt={"action": "sandbox.open"})
async def open_sandbox(request: OfficeRequest, visit: NamedDependency[Visit]) -> Redirect:
    """Build the sandbox and go on in it.

    :raises SandboxOpen: there is one already
    """
    database, account_id, sandbox_id = visit.office.database, visit.session.account.id, new_id()
    async with visit.writing() as tx:
        blueprint = await read_blueprint(tx)
    # Two businesses are two transactions: a cluster may keep them on two machines.
    async with database.transaction(
        sandbox_id, actor=visit.actor, at=visit.at, address=visit.address
    ) as sandbox_tx:
        await build_sandbox(sandbox_tx, blueprint, account_id=account_id)
    async with visit.writing() as tx:
        await record(tx, action="sandbox.open", subject=f"business:{sandbox_id}")
    async with database.global_transaction(
        actor=f"account:{account_id}", at=visit.at, account_id=account_id
    ) as global_tx:
        session = await enter(
            global_tx, token=request.cookies[SESSION_COOKIE], account_id=account_id, tenant_id=sandbox_id
        )
    return sent_on(
        first_page(partial(may, session)),
        visit.words.gettext("The sandbox is ready. Issue a key to a till and try a purchase."),
    )


@post("/settings/sandbox/closing", opt={"action": "sandbox.open"})
async def close(visit: NamedDependency[Visit]) -> Redirect:
    """Close the sandbox that this person is in, and go on in the real business.

    :raises NotSandbox: this is a real business
    """
    async with visit.writing() as tx:
        await close_sandbox(tx)
    return sent_on(
        "/settings/sandbox", visit.words.gettext("The sandbox is closed. This is the real business.")
    )
