"""A member's points and tier in words."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from msgspec import Struct

from plushka.delivery.office.choosing import with_program
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.domain.ledger import queries
from plushka.domain.ledger.model import LotView, WalletView
from plushka.domain.programs.model import TierStanding
from plushka.domain.programs.queries import find_scales, list_tier_names
from plushka.domain.programs.telling.tiers import tell_metric, tell_next_tier
from plushka.domain.programs.telling.voice import Voice
from plushka.engine.purchase import TierProgress
from plushka.platform.database import Tx

BURNS_SHOWN = 3


class Lot(Struct, frozen=True):
    """An open lot, told."""

    id: UUID
    points: str
    state: str
    earned_on: str
    active_from: str
    valid_through: str


class Burn(Struct, frozen=True):
    """Points that are lost after a day unless they are spent."""

    points: str
    after: str


async def find_wallet(tx: Tx, member_id: UUID, visit: Visit) -> WalletView | None:
    """Return the member's wallet in the programme that the page is about; None: they are not in it."""
    if visit.program_id is None:
        return None
    return await queries.find_wallet(tx, member_id=member_id, program_id=visit.program_id)


class Share(Struct, frozen=True):
    """A member's part in one of several programmes, and where the card is about it; ``points`` are available."""

    program: str
    href: str
    is_shown: bool
    points: str
    tier: str


async def shares_of(tx: Tx, member_id: UUID, visit: Visit) -> list[Share]:
    """Return the programmes that the member takes part in; none where the business has one."""
    if not visit.choices:
        return []
    wallets = await queries.list_wallets(tx, member_id)
    tiers = await list_tier_names(tx, member_id)
    scales = await find_scales(tx)
    return [
        Share(
            program=choice.name,
            href=with_program(f"/members/{member_id}", choice.id),
            is_shown=choice.id == visit.program_id,
            points=visit.figures_of(scales[choice.id]).points(wallets[choice.id].balance.available),
            tier=tiers.get(choice.id, ""),
        )
        for choice in visit.choices
        if choice.id in wallets
    ]


def balances(wallet: WalletView | None, visit: Visit) -> dict[str, Any]:
    """Return the texts of the balances, and what burns next."""
    figures = visit.figures
    if wallet is None:
        return {"available": NOTHING, "pending": "", "held": "", "debt": "", "burns": []}
    balance = wallet.balance
    return {
        "available": figures.points(balance.available),
        "pending": figures.points(balance.pending) if balance.pending else "",
        "held": figures.points(balance.held) if balance.held else "",
        "debt": figures.points(balance.debt) if balance.debt else "",
        "burns": _burns(wallet.lots, visit),
    }


def lots_of(wallet: WalletView | None, visit: Visit) -> list[Lot]:
    """Return the open lots in their order of use."""
    return [_lot(lot, visit) for lot in wallet.lots] if wallet else []


def tier_of(standing: TierStanding | None, visit: Visit) -> dict[str, Any]:
    """Return the texts of the tier: what keeps it, and the way to the next; an empty ``tier`` without tiers."""
    if standing is None or visit.version is None or standing.tier is None:
        return {"tier": ""}
    figures, voice = visit.figures, Voice(visit.version.program, visit.look.language)
    return {
        "tier": standing.tier_name or standing.tier,
        "tier_since": figures.day(standing.since) if standing.since else "",
        "tier_is_manual": standing.is_manual,
        "tier_until": figures.last_day(standing.until) if standing.until else "",
        "review_on": figures.day(standing.review_on) if standing.review_on and standing.own_tier else "",
        "keeping": _way(standing.own_tier, visit),
        "next_tier": tell_next_tier(standing.next_tier, voice) if standing.next_tier else "",
        "next_way": _way(standing.next_tier, visit),
    }


class Way(Struct, frozen=True):
    """How far a requirement is met: ``lacks`` is empty when it is."""

    have: str
    need: str
    lacks: str
    percent: int


def _way(progress: TierProgress | None, visit: Visit) -> Way | None:
    if progress is None or visit.version is None:
        return None
    voice = Voice(visit.version.program, visit.look.language)
    lacks = progress.need - progress.have
    return Way(
        have=tell_metric(progress.metric, progress.have, voice),
        need=tell_metric(progress.metric, progress.need, voice),
        lacks=tell_metric(progress.metric, lacks, voice) if lacks > 0 else "",
        percent=min(100, 100 * progress.have // progress.need),
    )


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
        id=lot.id,
        points=figures.points_number(lot.pending + lot.available + lot.held),
        state=state,
        earned_on=figures.day(lot.earned_at),
        active_from=figures.day(lot.activates_at),
        valid_through=figures.last_day(lot.expires_at),
    )
