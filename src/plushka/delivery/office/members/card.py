"""One member: what they have, what they will lose and when, and how it came about."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.adjustment import Adjustment, read_adjustment
from plushka.delivery.office.movement_rows import movement_rows
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.receipt_rows import receipt_rows
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.domain.insights.queries import find_documents
from plushka.domain.insights.receipts.found import ReceiptFilter, list_receipts
from plushka.domain.ledger.model import AlreadyAdjusted, LotView, WalletView
from plushka.domain.ledger.queries import get_wallet, list_movements
from plushka.domain.members.model import Member
from plushka.domain.members.queries import get_member
from plushka.domain.programs.adjusting import adjust
from plushka.domain.programs.model import TierStanding
from plushka.domain.programs.queries import get_standing
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.domain.programs.telling.tiers import tell_metric
from plushka.domain.programs.telling.voice import Voice
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import marked

MOVEMENTS_SHOWN = 30
RECEIPTS_SHOWN = 10
BURNS_SHOWN = 5
_IDENTITIES = {
    "phone": marked("phone"),
    "card": marked("card"),
    "email": marked("e-mail"),
    "external": marked("external id"),
}


class Lot(Struct, frozen=True):
    """An open lot, told."""

    points: str
    state: str
    earned_on: str
    active_from: str
    valid_through: str


class Burn(Struct, frozen=True):
    """Points that are lost after a day unless they are spent."""

    points: str
    after: str


@get("/members/{member_id:uuid}", opt={"action": "members.read"})
async def show_member(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        values = await _values(tx, member_id, visit)
    return visit.page("members/card.html", section="members", **values, adjustment=Adjustment())


@get("/members/{member_id:uuid}/movements", opt={"action": "members.read"})
async def show_movements(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], before: FromQuery[UUID]
) -> Response[str]:
    """Return the movements before the one named, with the button for those before them."""
    async with visit.reading() as tx:
        wallet = await _wallet(tx, member_id, visit)
        values = await _movements(tx, member_id, wallet, visit, before=before)
    return visit.fragment("members/movements_page.html", **values)


@post("/members/{member_id:uuid}/adjustments", opt={"action": "members.adjust"})
async def adjust_points(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Give or take points by hand; whatever is wrong is told at the form, which keeps what was typed."""
    typed, problem = read_adjustment(await request.form(), visit)
    if not problem:
        try:
            async with visit.writing() as tx:
                await adjust(tx, member_id, points=typed.points, reason=typed.reason, adjustment_id=typed.id)
        except AlreadyAdjusted:
            return Redirect(f"/members/{member_id}", status_code=HTTP_303_SEE_OTHER)
        except Refusal as refusal:
            problem = refusal_sentence(
                refusal.code, refusal.facts, visit.look.language, scale=visit.figures.scale
            )
        else:
            return Redirect(f"/members/{member_id}", status_code=HTTP_303_SEE_OTHER)
    async with visit.reading() as tx:
        values = await _values(tx, member_id, visit)
    return visit.page(
        "members/card.html",
        section="members",
        status=HTTP_422_UNPROCESSABLE_ENTITY,
        **values,
        adjustment=typed.refused(problem),
    )


async def _wallet(tx: Tx, member_id: UUID, visit: Visit) -> WalletView | None:
    if visit.version is None:
        return None
    return await get_wallet(tx, member_id=member_id, program_id=visit.version.program_id)


async def _values(tx: Tx, member_id: UUID, visit: Visit) -> dict[str, Any]:
    member = await get_member(tx, member_id)
    wallet = await _wallet(tx, member_id, visit)
    standing = (
        await get_standing(tx, member_id, versions=visit.office.reference.versions) if visit.version else None
    )
    receipts = await list_receipts(tx, ReceiptFilter(member_id=member_id), limit=RECEIPTS_SHOWN)
    return {
        "member_id": member_id,
        **_head(member, visit),
        **_balances(wallet, visit),
        **_tier(standing, visit),
        **(await _movements(tx, member_id, wallet, visit)),
        "receipts": receipt_rows(receipts, visit),
        "may_adjust": visit.may("members.adjust") and wallet is not None,
    }


def _head(member: Member, visit: Visit) -> dict[str, Any]:
    figures, words = visit.figures, visit.words
    return {
        "name": member.name,
        "identities": [
            (words.gettext(_IDENTITIES[identity.kind]), identity.value) for identity in member.identities
        ],
        "enrolled_on": figures.day(member.enrolled_at),
        "birthday": figures.day_of_month(member.birthday) if member.birthday else "",
        "tags": member.tags,
        "personal_discount": figures.percent(member.personal_discount_bp)
        if member.personal_discount_bp
        else "",
    }


def _balances(wallet: WalletView | None, visit: Visit) -> dict[str, Any]:
    figures = visit.figures
    if wallet is None:
        return {"available": NOTHING, "pending": "", "held": "", "debt": "", "burns": [], "lots": []}
    balance = wallet.balance
    return {
        "available": figures.points(balance.available),
        "pending": figures.points(balance.pending) if balance.pending else "",
        "held": figures.points(balance.held) if balance.held else "",
        "debt": figures.points(balance.debt) if balance.debt else "",
        "burns": _burns(wallet.lots, visit),
        "lots": [_lot(lot, visit) for lot in wallet.lots],
    }


def _burns(lots: Sequence[LotView], visit: Visit) -> list[Burn]:
    """Return the sums that burn, by the day, the nearest first."""
    by_date = sorted(
        ((lot.expires_at, lot.available + lot.held + lot.pending) for lot in lots if lot.expires_at),
        key=lambda burn: burn[0],
    )
    return [
        Burn(
            points=visit.figures.points(sum(points for _, points in group)),
            after=visit.figures.last_day(expires_at),
        )
        for expires_at, group in groupby(by_date, key=lambda burn: burn[0])
    ][:BURNS_SHOWN]


def _lot(lot: LotView, visit: Visit) -> Lot:
    figures, words = visit.figures, visit.words
    if lot.pending:
        state = words.gettext("waiting")
    elif lot.held:
        state = words.gettext("held")
    else:
        state = words.gettext("available")
    return Lot(
        points=figures.points_number(lot.pending + lot.available + lot.held),
        state=state,
        earned_on=figures.day(lot.earned_at),
        active_from=figures.day(lot.activates_at),
        valid_through=figures.last_day(lot.expires_at),
    )


def _tier(standing: TierStanding | None, visit: Visit) -> dict[str, Any]:
    tier = {
        "tier": "",
        "tier_since": "",
        "tier_is_manual": False,
        "next_tier": "",
        "next_needs": "",
        "reached": 0,
    }
    if standing is None or visit.version is None or standing.tier is None:
        return tier
    tier |= {
        "tier": standing.tier_name or standing.tier,
        "tier_since": visit.figures.day(standing.since) if standing.since else "",
        "tier_is_manual": standing.is_manual,
    }
    if (progress := standing.next_tier) is not None:
        voice = Voice(visit.version.program, visit.look.language)
        tier |= {
            "next_tier": standing.next_tier_name or progress.tier,
            "next_needs": tell_metric(progress.metric, progress.need - progress.have, voice),
            "reached": min(100, 100 * progress.have // progress.need),
        }
    return tier


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
        "movements_more_url": f"/members/{member_id}/movements?before={shown[-1].id}" if has_more else "",
    }
