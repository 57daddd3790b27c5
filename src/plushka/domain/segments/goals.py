"""Who has what a journey is for by now: a purchase, an event, or being of an audience; asked for many at once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.segments.asking import still_in
from plushka.engine.audience import Audience
from plushka.engine.field_tests import fields_hold
from plushka.engine.journeys.parts import Goal, GoalAudience, GoalEvent, GoalPurchase
from plushka.platform.database import Tx


class Aim(Struct, frozen=True):
    """A member who is to reach a goal after ``happened_at``; ``id`` is of whoever asks."""

    id: UUID
    member_id: UUID
    happened_at: datetime
    goal: Goal


async def list_aims_reached(tx: Tx, aims: Sequence[Aim], *, without_codes: Collection[str] = ()) -> set[UUID]:
    """Return the ids of those whose goal has been reached; coupons' codes ``without_codes`` are nobody's yet."""
    return {
        *await _list_bought(tx, [aim for aim in aims if isinstance(aim.goal, GoalPurchase)]),
        *await _list_noted(tx, [aim for aim in aims if isinstance(aim.goal, GoalEvent)]),
        *await _list_inside(tx, aims, without_codes),
    }


async def _list_bought(tx: Tx, aims: Sequence[Aim]) -> set[UUID]:
    if not aims:
        return set()
    rows = await tx.fetch(
        """
        -- segments.list_bought
        select r.id from unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) as r (id, member_id, happened_at)
        where exists (
            select from receipts b
            where b.tenant_id = $1 and b.member_id = r.member_id and b.occurred_at > r.happened_at
              and not (b.payable_minor > 0 and b.refunded_minor = b.payable_minor)
        )
        """,
        tx.tenant_id,
        [aim.id for aim in aims],
        [aim.member_id for aim in aims],
        [aim.happened_at for aim in aims],
    )
    return {row["id"] for row in rows}


async def _list_noted(tx: Tx, aims: Sequence[Aim]) -> set[UUID]:
    goals = {aim.id: aim.goal for aim in aims if isinstance(aim.goal, GoalEvent)}
    if not goals:
        return set()
    rows = await tx.fetch(
        """
        -- segments.list_noted
        select r.id, e.data::text
        from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[]) as r (id, member_id, happened_at, kind)
        join member_events e on e.tenant_id = $1 and e.member_id = r.member_id and e.kind = r.kind
            and e.occurred_at > r.happened_at and e.cancelled_at is null
        """,
        tx.tenant_id,
        [aim.id for aim in aims],
        [aim.member_id for aim in aims],
        [aim.happened_at for aim in aims],
        [goals[aim.id].event for aim in aims],
    )
    noted = set()
    for row in rows:
        goal, data = goals[row["id"]], msgspec.json.decode(row["data"])
        if fields_hold(goal.where, data):
            noted.add(row["id"])
    return noted


async def _list_inside(tx: Tx, aims: Sequence[Aim], without_codes: Collection[str]) -> set[UUID]:
    """Return those who are of the audience that is their goal; each audience is asked for once."""
    grouped: dict[bytes, tuple[Audience, list[Aim]]] = {}
    for aim in aims:
        if isinstance(aim.goal, GoalAudience):
            when = aim.goal.when
            grouped.setdefault(msgspec.json.encode(when), (when, []))[1].append(aim)
    reached: set[UUID] = set()
    for audience, asked in grouped.values():
        inside = await still_in(tx, audience, {aim.member_id for aim in asked}, without_codes=without_codes)
        reached |= {aim.id for aim in asked if aim.member_id in inside}
    return reached
