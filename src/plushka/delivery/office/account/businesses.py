"""Going from one business of a person to another."""

from functools import partial
from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from plushka.delivery.office.admission import SESSION_COOKIE
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.navigation import first_page
from plushka.delivery.office.permissions import may
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.staff.workplaces import enter


@post("/businesses/{tenant_id:uuid}/enter", opt={"action": "businesses.enter"})
async def enter_business(
    request: OfficeRequest, visit: NamedDependency[Visit], tenant_id: FromPath[UUID]
) -> Redirect:
    """Go on with this session in another business of the person.

    :raises UnknownWorkplace: they do not work there
    """
    account_id = visit.session.account.id
    async with visit.office.database.global_transaction(
        actor=f"account:{account_id}", at=visit.at, account_id=account_id
    ) as tx:
        session = await enter(
            tx, token=request.cookies[SESSION_COOKIE], account_id=account_id, tenant_id=tenant_id
        )
    name = next((place.name for place in visit.workplaces if place.tenant_id == tenant_id), "")
    return sent_on(
        first_page(partial(may, session)), visit.words.gettext("You are here now: {name}", name=name)
    )
