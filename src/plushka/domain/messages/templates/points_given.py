"""The last day of the points that a letter tells of, which come before it or once it has gone."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from plushka.domain.businesses.model import Business
from plushka.domain.programs.queries import find_version_in_force
from plushka.engine.expiry import last_day
from plushka.engine.purchase import Grant, Place
from plushka.engine.welcome import by_hand, welcome_grant
from plushka.platform.database import Tx

LIFE = "points_life"
"""What a campaign gives beside ``points``: the last day, nothing where they stay, or by what they are given later."""


def known_until(grant: Grant, time_zone: str) -> Mapping[str, str]:
    """Return what is given beside points that are booked as ``grant``."""
    return {LIFE: "" if grant.expires_at is None else last_day(grant.expires_at, time_zone).isoformat()}


def given_later(program_id: UUID, life_days: int | None) -> Mapping[str, str]:
    """Return what is given beside points of a programme that come once the letter has gone."""
    return {LIFE: f"{program_id} {life_days or ''}"}


async def find_last_day(tx: Tx, given: Mapping[str, str], business: Business) -> date | None:
    """Return the last day of the points that come with what a campaign has ``given``, if they have one.

    Of points that come later: as if they came at ``tx.at``.
    """
    told = given.get(LIFE, "")
    program_id, is_later, life_days = told.partition(" ")
    if not told or not is_later:
        return date.fromisoformat(told) if told else None
    version = await find_version_in_force(tx, program_id=UUID(program_id))
    if version is None:
        return None
    points = by_hand(1, life_days=int(life_days) if life_days else None)
    grant = welcome_grant(version.program, points, Place(branch="", time_zone=business.time_zone), tx.at)
    return None if grant.expires_at is None else last_day(grant.expires_at, business.time_zone)
