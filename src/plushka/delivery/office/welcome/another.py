"""Another business of an owner who is signed in."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from plushka.delivery.office.admission import SESSION_COOKIE
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.office.welcome.flow import Way, show_founded, show_step, take_step
from plushka.delivery.office.welcome.steps import BRANCH, BUSINESS, PROGRAM, plan_of
from plushka.delivery.office.welcome.trial import first_purchase
from plushka.domain.founding.operations import found
from plushka.domain.founding.setups import finish, open_setup
from plushka.domain.staff.workplaces import enter
from plushka.platform.ids import new_id

PATH = "/businesses/new"
_STEPS = (BUSINESS, BRANCH, PROGRAM)


@get(PATH, opt={"action": "businesses.found"})
async def begin_another(visit: NamedDependency[Visit]) -> Redirect:
    return (await _way(visit)).begin()


@get(PATH + "/{step:str}", opt={"action": "businesses.found"})
async def show_another(visit: NamedDependency[Visit], step: FromPath[str]) -> Response[str] | Redirect:
    return show_step(await _way(visit), step)


@post(PATH + "/{step:str}", opt={"action": "businesses.found"}, status_code=200)
async def take_another(
    request: OfficeRequest, visit: NamedDependency[Visit], step: FromPath[str]
) -> Response[str] | Redirect:
    """Keep a step; the last one founds the business and goes on there.

    :raises FoundedAlready: the form was sent twice
    """
    way = await _way(visit)
    draft = await take_step(way, step, await visit.typed(request))
    if isinstance(draft, Response):
        return draft
    account_id, database = visit.session.account.id, visit.office.database
    actor = f"account:{account_id}"
    async with database.transaction(new_id(), actor=actor, at=visit.at) as tx:
        await finish(tx, way.setup.id)
        founded = await found(tx, plan_of(draft), account_id)
    async with database.global_transaction(actor=actor, at=visit.at, account_id=account_id) as tx:
        await enter(
            tx,
            token=request.cookies[SESSION_COOKIE],
            account_id=account_id,
            tenant_id=founded.tenant_id,
        )
    command = first_purchase(
        address=str(request.base_url).rstrip("/"),
        till_key=founded.till_key,
        currency=draft["currency"],
        email=visit.session.account.email,
        name=visit.session.account.name,
    )
    return show_founded(way, founded, draft, command=command)


async def _way(visit: Visit) -> Way:
    account_id = visit.session.account.id
    async with visit.office.database.global_transaction(
        actor=f"account:{account_id}", at=visit.at, account_id=account_id
    ) as tx:
        setup = await open_setup(tx, account_id)
    return Way(
        office=visit.office,
        setup=setup,
        steps=_STEPS,
        path=PATH,
        country=visit.business.country,
        look=visit.look,
        at=visit.at,
    )
