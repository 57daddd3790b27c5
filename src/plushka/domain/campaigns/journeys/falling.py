"""Whose tier may fall at its next review, by what they have bought until now."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.campaigns.journeys.model import Candidate
from plushka.domain.programs import standings
from plushka.domain.programs.model import Standing
from plushka.domain.programs.versions import Versions, list_in_force
from plushka.engine.journeys.parts import (
    OnTierRisk,
)
from plushka.engine.tiers import ReviewDates, next_review, review
from plushka.engine.version import Version
from plushka.platform.database import Tx

PAGE = 5000
"""Members who are looked at by one statement."""


async def list_at_risk(
    tx: Tx, versions: Versions, trigger: OnTierRisk, today: date, zone: str
) -> list[Candidate]:
    """Return whose review is within the trigger's days from ``today`` on and would lower them, once for each review."""
    found: list[Candidate] = []
    last_day = today + timedelta(days=trigger.days_before)
    for mark in await list_in_force(tx):
        version = await versions.get(tx, mark.id)
        tiers = version.program.tiers
        if tiers is None or tiers.review.cycle == "never":
            continue
        after: UUID | None = None
        while page := await standings.list_page(tx, program_id=mark.program_id, after=after, limit=PAGE):
            after = page[-1].member_id
            due = [
                (standing, dates.measured_on, dates.falls_on)
                for standing in page
                if (dates := _next_review(version, standing, today, zone)) is not None
                and today <= dates.falls_on <= last_day
            ]
            found += await _falling(tx, version, due, today)
    return found


def _next_review(version: Version, standing: Standing, today: date, zone: str) -> ReviewDates | None:
    if standing.tier is None or standing.tier_is_manual or version.tier_plan(standing.tier).rank == 0:
        return None
    since = standing.tier_since.astimezone(ZoneInfo(zone)).date() if standing.tier_since else today
    return next_review(version, since, today - timedelta(days=1))


async def _falling(
    tx: Tx, version: Version, due: Sequence[tuple[Standing, date, date]], today: date
) -> list[Candidate]:
    if not due:
        return []
    standing_of = [standing for standing, _, _ in due]
    # Measured by what there is: nobody knows what will be bought until then.
    days = [min(measured_on, today) for _, measured_on, _ in due]
    totals = await standings.list_totals(tx, version=version, standings=standing_of, days=days)
    found = []
    for standing, _, falls_on in due:
        sums = totals[standing.member_id]
        if review(version, standing.tier, sums) != standing.tier:
            found.append(Candidate(standing.member_id, f"risk:{falls_on}", tx.at))
    return found
