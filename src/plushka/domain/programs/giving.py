"""Points given to many members at once, or taken from them, with the life that the programme gives to points."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID, uuid5

from plushka.domain.businesses.model import Business
from plushka.domain.ledger.bulk import BulkChange, BulkKind, BulkResult, adjust_many, lock_many, sum_left
from plushka.domain.programs.model import PublishedVersion
from plushka.engine.purchase import Grant, Place
from plushka.engine.welcome import by_hand, welcome_grant
from plushka.platform.database import Tx


async def give_many(
    tx: Tx,
    changes: Sequence[BulkChange],
    *,
    business: Business,
    version: PublishedVersion,
    kind: BulkKind,
    reason: str,
    life_days: int | None = None,
    receipt_share_bp: int | None = None,
) -> dict[UUID, BulkResult]:
    """Give points, spendable at once, or take them; see ``adjust_many``.

    They burn as the programme says, unless they have ``life_days`` of their own.
    """
    made = partial(by_hand, life_days=life_days, receipt_share_bp=receipt_share_bp)

    def grant(points: int) -> Grant:
        place = Place(branch="", time_zone=business.time_zone)
        return welcome_grant(version.program, made(points), place, tx.at)

    return await adjust_many(
        tx, changes, program_id=version.program_id, grant=grant, kind=kind, reason=reason
    )


async def take_back_many(
    tx: Tx,
    member_ids: Sequence[UUID],
    *,
    given: UUID,
    cause: UUID,
    business: Business,
    version: PublishedVersion,
    reason: str,
) -> list[BulkChange]:
    """Take what members still have of points that were given them for ``given``, and return what was taken.

    Their wallets are locked before it is counted: for what is spent at this moment no other points are taken.
    """
    await lock_many(tx, member_ids, program_id=version.program_id)
    members = {change.adjustment_id: change.member_id for change in same_for_each(member_ids, 0, cause=given)}
    changes = [
        BulkChange(members[document], uuid5(cause, str(members[document])), -available, first_of=document)
        for document, available in (await sum_left(tx, list(members))).items()
    ]
    results = await give_many(
        tx, changes, business=business, version=version, kind="adjustment", reason=reason
    )
    return [change for change in changes if results[change.member_id] != "short"]


def same_for_each(member_ids: Sequence[UUID], points: int, *, cause: UUID) -> list[BulkChange]:
    """Return one change a member; each has an id made of ``cause`` and the member, so it is booked once."""
    return [BulkChange(member_id, uuid5(cause, str(member_id)), points) for member_id in member_ids]


def count(results: Mapping[UUID, BulkResult]) -> tuple[int, int]:
    """Return how many have their points, now or since before, and how many had too few to take."""
    short = sum(result == "short" for result in results.values())
    return len(results) - short, short
