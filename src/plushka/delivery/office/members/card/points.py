"""A member's lots and movements of points."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from plushka.delivery.office.members.card.head import head_of
from plushka.delivery.office.members.card.wallet import balances, find_wallet, lots_of
from plushka.delivery.office.movement_rows import movement_rows
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.queries import find_documents
from plushka.domain.ledger.model import WalletView
from plushka.domain.ledger.queries import list_movements
from plushka.domain.members.queries import get_member
from plushka.platform.database import Tx

MOVEMENTS_SHOWN = 30


@get("/members/{member_id:uuid}/points", opt={"action": "members.read"})
async def show_points(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        wallet = await find_wallet(tx, member.id, visit)
        movements = await _movements(tx, member.id, wallet, visit)
    return visit.page(
        "members/card/points.html",
        section="members",
        page="list",
        head=head_of(member, visit, tab="/points"),
        takes_part=wallet is not None,
        lots=lots_of(wallet, visit),
        may_extend=visit.may("members.extend"),
        may_write_off=visit.may("members.adjust"),
        **balances(wallet, visit),
        **movements,
    )


@get("/members/{member_id:uuid}/movements", opt={"action": "members.read"})
async def show_movements(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], before: FromQuery[UUID]
) -> Response[str]:
    """Return the movements before the one named, with the button for those before them."""
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        wallet = await find_wallet(tx, member.id, visit)
        values = await _movements(tx, member.id, wallet, visit, before=before)
    return visit.fragment("members/card/movements.html", **values)


async def _movements(
    tx: Tx, member_id: UUID, wallet: WalletView | None, visit: Visit, *, before: UUID | None = None
) -> dict[str, Any]:
    if wallet is None:
        return {"movements": [], "movements_more_url": ""}
    found = await list_movements(tx, wallet_id=wallet.id, before=before, limit=MOVEMENTS_SHOWN + 1)
    shown = found[:MOVEMENTS_SHOWN]
    documents = await find_documents(tx, [movement.document_id for movement in shown])
    has_more = len(found) > MOVEMENTS_SHOWN
    return {
        "movements": movement_rows(shown, documents, visit, actors=await load_actors(tx)),
        "movements_more_url": visit.in_program(f"/members/{member_id}/movements?before={shown[-1].id}")
        if has_more
        else "",
    }
