"""Tiers reviewed on their dates: where sums no longer carry a tier, it falls (S13)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from plushka.domain.businesses.queries import get_business
from plushka.domain.programs import standings
from plushka.domain.programs.model import Standing, Sums, VersionMark
from plushka.domain.programs.versions import Versions, list_in_force
from plushka.engine.local_time import moment
from plushka.engine.purchase import Place, Totals
from plushka.engine.tiers import next_review, review
from plushka.engine.version import Version
from plushka.platform.database import Tx

PAGE_MAX = 500
"""Members whose tiers one transaction reviews."""


async def review_tiers(tx: Tx, versions: Versions) -> int:
    """Review some tiers of one programme as of today and return how many were looked at; call again until it returns 0.

    A day that was missed is made up for: what counts is the first review after the last one held.
    """
    business = await get_business(tx)
    place = Place(branch="", time_zone=business.time_zone)
    for mark in await list_in_force(tx):
        version = await versions.get(tx, mark.id)
        if version.program.tiers is not None and (reviewed := await _review_page(tx, version, mark, place)):
            return reviewed
    return 0


async def _review_page(tx: Tx, version: Version, mark: VersionMark, place: Place) -> int:
    today = moment(tx.at, place).business_date
    page = await _list_reviewable(tx, program_id=mark.program_id, today=today)
    for standing in page:
        since = moment(standing.tier_since or tx.at, place).business_date
        await _review(tx, version, standing, today, since=since)
    await _note_reviewed(tx, page, today)
    return len(page)


async def _review(tx: Tx, version: Version, standing: Standing, today: date, *, since: date) -> None:
    if standing.tier_is_manual and standing.tier_until is not None and standing.tier_until <= tx.at:
        now = await _totals(tx, version, standing, today)
        await standings.change_tier(
            tx, standing, review(version, standing.tier, now), reason="manual_tier_ended"
        )
        return
    dates = next_review(version, since, standing.reviewed_on or since)
    if dates is None or dates.falls_on > today:
        return
    tier = review(
        version,
        standing.tier,
        await _totals(tx, version, standing, dates.measured_on),
        await _totals(tx, version, standing, today),
        is_manual=standing.tier_is_manual,
    )
    if tier != standing.tier:
        await standings.change_tier(tx, standing, tier, reason="review")


async def _totals(tx: Tx, version: Version, standing: Standing, day: date) -> tuple[Totals, ...]:
    return (await standings.list_totals(tx, version=version, standings=[standing], days=[day]))[
        standing.member_id
    ]


async def _note_reviewed(tx: Tx, page: Sequence[Standing], today: date) -> None:
    await tx.execute(
        """
        -- programs.note_reviewed
        update standings set reviewed_on = $3
        where tenant_id = $1 and program_id = $2 and member_id = any($4)
        """,
        tx.tenant_id,
        page[0].program_id if page else None,
        today,
        [standing.member_id for standing in page],
    )


async def _list_reviewable(tx: Tx, *, program_id: UUID, today: date) -> list[Standing]:
    """Lock standings not yet looked at today, by their wallets; those a purchase holds wait for the next call."""
    rows = await tx.fetch(
        """
        -- programs.list_reviewable
        select s.member_id, s.tier, s.tier_since, s.tier_is_manual, s.tier_until, s.reviewed_on, s.purchases,
               s.spend_minor, s.points_earned
        from standings s
        join wallets w on w.tenant_id = s.tenant_id and w.member_id = s.member_id and w.program_id = s.program_id
        where s.tenant_id = $1 and s.program_id = $2 and s.tier is not null
          and (s.reviewed_on is null or s.reviewed_on < $3)
        limit $4
        for no key update of w skip locked
        """,
        tx.tenant_id,
        program_id,
        today,
        PAGE_MAX,
    )
    return [
        Standing(
            member_id=row["member_id"],
            program_id=program_id,
            tier=row["tier"],
            tier_since=row["tier_since"],
            tier_is_manual=row["tier_is_manual"],
            tier_until=row["tier_until"],
            reviewed_on=row["reviewed_on"],
            sums=Sums(row["purchases"], row["spend_minor"], row["points_earned"]),
        )
        for row in rows
    ]
