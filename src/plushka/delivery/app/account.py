"""A member's points and tier as the app tells them."""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from msgspec import Struct

from plushka.delivery.app.visit import Visit
from plushka.delivery.web.figures import Figures
from plushka.domain.ledger import queries as ledger
from plushka.domain.ledger.model import LotView, WalletView
from plushka.domain.programs.model import ProgramCard, PublishedVersion, TierStanding
from plushka.domain.programs.names import load_names
from plushka.domain.programs.queries import find_scales, find_version_in_force, get_standing, list_programs
from plushka.domain.programs.telling.program import tell_redemption
from plushka.domain.programs.telling.tiers import tell_metric, tell_next_tier
from plushka.domain.programs.telling.voice import Voice
from plushka.engine.purchase import TierProgress
from plushka.platform.database import Tx

DATED_SHOWN = 3


class Account(Struct, frozen=True):
    """A member's part in one programme; ``version`` is in force, None before the first one is."""

    program: ProgramCard
    version: PublishedVersion | None
    wallet: WalletView | None
    scale: int


class Dated(Struct, frozen=True):
    """Points with a day: on which they become spendable, or after which they burn."""

    points: str
    day: str


class Way(Struct, frozen=True):
    """How far a requirement is met: ``lacks`` is empty when it is."""

    have: str
    need: str
    lacks: str
    percent: int


class TierTold(Struct, frozen=True):
    """A tier in words; empty texts for what there is not."""

    name: str
    until: str
    review_on: str
    keeping: Way | None
    next_told: str
    next_way: Way | None


async def list_accounts(tx: Tx, member_id: UUID) -> list[Account]:
    """Return the programmes that the member takes part in, the business's first one first."""
    programs, scales = await list_programs(tx), await find_scales(tx)
    wallets = await ledger.list_wallets(tx, member_id)
    return [
        Account(
            program=program,
            version=await find_version_in_force(tx, program.id),
            wallet=wallets.get(program.id),
            scale=scales.get(program.id, 0),
        )
        for program in programs
        if program.id in wallets
    ]


def waiting(wallet: WalletView, figures: Figures) -> list[Dated]:
    """Return the points that cannot be spent yet, by the day on which they can, the nearest first."""
    lots = [(lot.activates_at, lot.pending) for lot in wallet.lots if lot.pending]
    return [
        Dated(points=figures.points(sum(points for _, points in group)), day=figures.day(at))
        for at, group in groupby(sorted(lots, key=lambda lot: lot[0]), key=lambda lot: lot[0])
    ][:DATED_SHOWN]


def burning(lots: Sequence[LotView], figures: Figures) -> list[Dated]:
    """Return the points that burn, by their last day, the nearest first."""
    ending = sorted(
        (
            (figures.last_day(lot.expires_at), lot.expires_at, lot.available + lot.held + lot.pending)
            for lot in lots
            if lot.expires_at
        ),
        key=lambda lot: lot[1],
    )
    return [
        Dated(points=figures.points(sum(points for _, _, points in group)), day=day)
        for day, group in groupby(ending, key=lambda lot: lot[0])
    ][:DATED_SHOWN]


async def how_to_spend(tx: Tx, account: Account, visit: Visit) -> list[str]:
    """Return the conditions of spending in sentences (F16)."""
    if account.version is None:
        return []
    program = account.version.program
    voice = Voice(program, visit.look.language, await load_names(tx, programs=[program]))
    return list(tell_redemption(program.redemption, voice).values())


async def tier_of(tx: Tx, account: Account, visit: Visit) -> TierTold | None:
    """Return the member's tier, what keeps it and the way to the next; None where there are none."""
    if account.version is None:
        return None
    standing = await get_standing(
        tx,
        visit.member.member_id,
        versions=visit.app.reference.versions,
        program_id=account.program.id,
    )
    return _told(standing, account.version, visit) if standing.tier else None


def _told(standing: TierStanding, version: PublishedVersion, visit: Visit) -> TierTold:
    figures, voice = visit.figures(), Voice(version.program, visit.look.language)
    is_reviewed = standing.review_on is not None and standing.own_tier is not None and not standing.is_manual
    return TierTold(
        name=standing.tier_name or standing.tier or "",
        until=figures.last_day(standing.until) if standing.until else "",
        review_on=figures.day(standing.review_on) if standing.review_on and is_reviewed else "",
        keeping=_way(standing.own_tier, voice) if is_reviewed else None,
        next_told=tell_next_tier(standing.next_tier, voice) if standing.next_tier else "",
        next_way=_way(standing.next_tier, voice),
    )


def _way(progress: TierProgress | None, voice: Voice) -> Way | None:
    if progress is None:
        return None
    lacks = progress.need - progress.have
    return Way(
        have=tell_metric(progress.metric, progress.have, voice),
        need=tell_metric(progress.metric, progress.need, voice),
        lacks=tell_metric(progress.metric, lacks, voice) if lacks > 0 else "",
        percent=min(100, 100 * progress.have // progress.need) if progress.need else 100,
    )
