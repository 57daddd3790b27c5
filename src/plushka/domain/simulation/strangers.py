"""Receipts without a card: nobody's points, but perhaps a promotion for everybody."""

from datetime import datetime

from msgspec import Struct, structs

from plushka.domain.simulation.budgets import used_by
from plushka.domain.simulation.course import Course
from plushka.domain.simulation.page import Decided
from plushka.domain.simulation.past import Sale
from plushka.domain.simulation.reading import sale_of
from plushka.domain.simulation.setting import Setting
from plushka.engine.evaluate import evaluate
from plushka.engine.purchase import Outcome
from plushka.platform.database import Tx


class Strangers(Struct, frozen=True, tag="strangers"):
    """All receipts without a card that were made from ``since`` on, before ``until``."""

    since: datetime
    until: datetime


async def read_strangers(tx: Tx, setting: Setting, strangers: Strangers) -> list[Sale]:
    """Return the receipts that were booked within the span."""
    rows = await tx.fetch(
        """
        -- simulation.read_strangers
        select r.id, r.member_id, r.received_at, r.occurred_at, r.business_date, r.till_id, r.external_id,
               r.branch_id, r.version_id, r.basket, r.member_state, r.cost_minor, r.amount_minor, r.discount_minor,
               r.payable_minor, r.refunded_minor, r.earned_points, null as outcome
        from receipts r
        where r.tenant_id = $1 and r.member_id is null and r.occurred_at >= $2 and r.occurred_at < $3
          and r.received_at >= $4 and r.received_at < $5 and r.version_id = any($6::uuid[])
        """,
        tx.tenant_id,
        strangers.since,
        strangers.until,
        setting.span.start_at,
        setting.span.until_at,
        list(setting.versions),
    )
    return [sale_of(row, setting) for row in rows]


def decide_stranger(course: Course, sale: Sale) -> tuple[Outcome, Decided | None]:
    """Decide a receipt without a card, and what is left of it when all has come back that does within the span."""
    version = course.version_of(sale)
    basket = sale.basket
    if version.budgeted and not course.is_as_it_was:
        basket = structs.replace(basket, budgets_used=used_by(course, version, sale, None))
    outcome = evaluate(
        version, None, basket, sale.occurred_at, explains=sale.comes_back, sight=sale.seen_by(version)
    )
    if not sale.comes_back:
        return outcome, None
    decided = Decided(version, None, basket, outcome, sale.occurred_at, sale.day)
    for back in course.setting.backs_within(sale.id):
        for line, quantity_milli in back.lines.items():
            decided.returned[line] = decided.returned.get(line, 0) + quantity_milli
    decided.rest = decided.remainder()
    return outcome, decided
