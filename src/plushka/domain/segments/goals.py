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
        *await _list_met(tx, aims),
        *await _list_inside(tx, aims, without_codes),
    }


async def _list_met(tx: Tx, aims: Sequence[Aim]) -> set[UUID]:
    """Return those who have bought, or of whom the event was noted, that is their goal."""
    bought = [aim for aim in aims if isinstance(aim.goal, GoalPurchase)]
    noted = {aim.id: aim.goal for aim in aims if isinstance(aim.goal, GoalEvent)}
    if not bought and not noted:
        return set()
    by_event = [aim for aim in aims if aim.id in noted]
    rows = await tx.fetch(
        """
        -- segments.list_met
        select r.id, null as data
        from unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) as r (id, member_id, happened_at)
        where exists (
            select from receipts b
            where b.tenant_id = $1 and b.member_id = r.member_id and b.occurred_at > r.happened_at
              and not (b.payable_minor > 0 and b.refunded_minor = b.payable_minor)
        )
        union all
        select r.id, e.data::text
        from unnest($5::uuid[], $6::uuid[], $7::timestamptz[], $8::text[]) as r (id, member_id, happened_at, kind)
        join member_events e on e.tenant_id = $1 and e.member_id = r.member_id and e.kind = r.kind
            and e.occurred_at > r.happened_at and e.cancelled_at is null
        """,
        tx.tenant_id,
        [aim.id for aim in bought],
        [aim.member_id for aim in bought],
        [aim.happened_at for aim in bought],
        [aim.id for aim in by_event],
        [aim.member_id for aim in by_event],
        [aim.happened_at for aim in by_event],
        [noted[aim.id].event for aim in by_event],
    )
    return {row["id"] for row in rows if row["data"] is None or _is_told(noted[row["id"]], row["data"])}


def _is_told(goal: GoalEvent, data: str) -> bool:
    """Tell whether what was noted with an event is what the goal asks of it."""
    return fields_hold(goal.where, msgspec.json.decode(data) if goal.where else {})


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
