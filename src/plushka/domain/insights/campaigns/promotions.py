"""What promotions came to: the receipts that they are on, and what they have caused beside their control group."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.campaigns.held import Held, list_held
from plushka.domain.insights.campaigns.keeping import keep
from plushka.domain.insights.campaigns.model import RETURNS_END_AFTER, subject_of_promotion
from plushka.domain.insights.campaigns.parts import Part, list_incomplete, list_parts
from plushka.domain.insights.campaigns.sums import BOUGHT, cells_of
from plushka.domain.insights.reports.mechanics import Letters, list_mechanics, sum_letters
from plushka.domain.insights.reports.sales import sum_sales
from plushka.domain.insights.reports.scope import Scope
from plushka.engine.experiments.groups import ticket_bound
from plushka.engine.expiry import midnight_after
from plushka.engine.program import Promotion
from plushka.engine.promotion_plans import control_salt
from plushka.platform.database import Tx
from plushka.platform.errors import NotFound

_EACH_DAY = timedelta(hours=20)
_DAY = timedelta(days=1)


class UnknownPromotion(NotFound):
    """The programme has no such promotion now."""

    code = "promotion_not_found"


class PromotionFigures(Struct, frozen=True):
    """Sums of receipts that were not wholly returned. Money in minor units.

    ``discount_minor`` is all that came off them; ``letters`` are those that told of it, None where nobody knows of
    which branches they are. ``cost_minor`` is of receipts on which the cost of every line is known.
    """

    receipts: int = 0
    buyers: int = 0
    positions: int = 0
    revenue_minor: int = 0
    is_cost_known: bool = False
    cost_minor: int = 0
    discount_minor: int = 0
    redeemed_minor: int = 0
    earned_points: int = 0
    letters: Letters | None = Letters()

    @property
    def letters_minor(self) -> int | None:
        return self.letters.messages_minor if self.letters else None

    @property
    def profit_minor(self) -> int | None:
        """What was paid, discounts and points being off (S22), less goods and letters; None: no cost is known."""
        if self.receipts and not self.is_cost_known:
            return None
        return self.revenue_minor - self.cost_minor - (self.letters_minor or 0)


class Promoted(Struct, frozen=True):
    """What promotions came to, by programme and id; ``total`` is of all receipts of the same days."""

    total: PromotionFigures
    by_promotion: Mapping[tuple[UUID, str], PromotionFigures]


class Due(Struct, frozen=True):
    """A promotion to be compared with its control group, from its start until it ends or now.

    ``is_over``: it goes on no longer. ``is_counted``: all of it stands, and its quarters alone are to be counted.
    """

    program_id: UUID
    promotion: Promotion
    from_at: datetime
    until_at: datetime
    is_over: bool
    is_counted: bool = False

    @classmethod
    def of(cls, held: Held, zone: str, now: datetime) -> Self | None:
        """Return what is to be compared; None before it has begun."""
        promotion = held.promotion
        begins = midnight_after(promotion.first_on - _DAY, zone) if promotion.first_on else held.from_at
        ends = midnight_after(promotion.last_on, zone) if promotion.last_on else now
        until_at = min(now, ends, held.ended_at or now)
        is_over = promotion.last_on is not None or held.ended_at is not None
        from_at = max(held.from_at, begins)
        return cls(held.program_id, promotion, from_at, until_at, is_over) if from_at < until_at else None


async def count_promotions(tx: Tx, scope: Scope, zone: str) -> Promoted:
    """Return what each promotion came to, those with most revenue first; a receipt that two are on counts for both.

    ``zone`` is the business's, by whose days letters are told.
    """
    mechanics, everybody = await list_mechanics(tx, scope, is_returning_told=False)
    letters = await sum_letters(tx, scope, zone)
    sold = (await sum_sales(tx, scope)).all
    is_whole = not scope.branch_ids
    total = PromotionFigures(
        sold.receipts,
        everybody.buyers,
        sold.lines,
        sold.revenue_minor,
        sold.costed_minor > 0,
        sold.cost_minor,
        sold.discount_minor,
        sold.redeemed_minor,
        sold.earned_points,
        _together(letters.values()) if is_whole else None,
    )
    return Promoted(
        total,
        {
            (each.program_id, each.id): PromotionFigures(
                each.receipts,
                each.who.buyers,
                each.lines,
                each.revenue_minor,
                each.costed > 0,
                each.cost_minor,
                each.discount_minor,
                each.redeemed_minor,
                each.earned_points,
                letters.get((each.program_id, each.id), Letters()) if is_whole else None,
            )
            for each in mechanics
            if each.kind == "promotion"
        },
    )


def _together(letters: Collection[Letters]) -> Letters:
    return Letters(
        sum(each.messages_minor for each in letters),
        tuple(own for each in letters for own in each.campaign_ids),
    )


async def list_due(tx: Tx) -> list[Due]:
    """Return the promotions with a control group that have begun and were not counted today.

    One that was taken out of the programme is counted until then; of one that stands and lacks quarters these are due.
    """
    zone = (await get_business(tx)).time_zone
    counted = {
        row["subject"]: row
        for row in await tx.fetch(
            """
            -- insights.list_counted_promotions
            select subject, from_at, until_at, counted_at, is_final from experiments
            where tenant_id = $1 and subject like 'promotion:%'
            """,
            tx.tenant_id,
        )
    }
    incomplete = await list_incomplete(tx)
    due = []
    for held in await list_held(tx):
        subject = subject_of_promotion(held.program_id, held.promotion.id)
        known = counted.get(subject)
        if known is not None and known["is_final"]:
            if subject in incomplete:
                days = known["from_at"], known["until_at"]
                due.append(Due(held.program_id, held.promotion, *days, is_over=True, is_counted=True))
        elif known is None or known["counted_at"] < tx.at - _EACH_DAY:
            found = Due.of(held, zone, tx.at)
            due += [found] if found else []
    return due


async def measure(tx: Tx, due: Due) -> None:
    """Compare a promotion's groups, and in each quarter that it reaches into besides, if these are several."""
    subject = subject_of_promotion(due.program_id, due.promotion.id)
    if not due.is_counted:
        is_final = due.is_over and due.until_at + RETURNS_END_AFTER <= tx.at
        await _compare(tx, due, Part(subject, due.from_at, due.until_at, is_final))
    for part in await list_parts(tx, subject, due.from_at, due.until_at):
        await _compare(tx, due, part)


async def _compare(tx: Tx, due: Due, part: Part) -> None:
    """Compare a promotion's control group with everybody else in the programme, and keep what was found.

    All members, whoever of them has met its condition: who meets it is its doing already. Strata are of what they paid
    in the year before; who joined later is compared from then on.
    """
    promotion = due.promotion
    rows = await tx.fetch(
        f"""
        -- insights.measure_promotion
        with drawn as (
            select m.id as member_id, greatest($3, m.enrolled_at) as from_at,
                   substring(sha256(convert_to($5, 'UTF8') || uuid_send(m.id)) for 8) < $6::bytea as is_control,
                   (
                       select sum(r.payable_minor - r.refunded_minor) from receipts r
                       where r.tenant_id = $1 and r.member_id = m.id
                         and r.occurred_at >= $3 - interval '1 year' and r.occurred_at < $3
                   ) as paid_minor
            from wallets w
            join members m on m.tenant_id = $1 and m.id = w.member_id and m.merged_into is null
            where w.tenant_id = $1 and w.program_id = $2 and m.enrolled_at < $4
        ), people as materialized (
            select member_id, is_control, from_at, greatest(from_at, $7) as since_at, $4::timestamptz as until_at,
                   0 as messages_minor, 0::bigint as points_given,
                   case when paid_minor is null then 0
                        else ntile(5) over (partition by paid_minor is null order by paid_minor, member_id)
                   end as stratum
            from drawn
        ),
        {BOUGHT}
        """,  # noqa: S608  composed of fixed parts
        tx.tenant_id,
        due.program_id,
        due.from_at,
        part.until_at,
        control_salt(promotion.id),
        ticket_bound(promotion.control_bp).to_bytes(8),
        part.from_at,
    )
    cells, costs = cells_of(rows)
    await keep(
        tx,
        part.subject,
        cells,
        costs,
        from_at=part.from_at,
        until_at=part.until_at,
        is_final=part.is_final,
    )
