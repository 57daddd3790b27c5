"""What the models are worked out from: each buyer's days with purchases, counted in two periods at once."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from plushka.domain.businesses.queries import get_business
from plushka.domain.segments.lifetime.model import HOLDOUT_DAYS_MAX, HOLDOUT_PART, History
from plushka.platform.database import Tx


async def read_history(tx: Tx) -> History:
    """Read the visits of all members who are members now, through yesterday by the business's clock."""
    zone = ZoneInfo((await get_business(tx)).time_zone)
    through_on = tx.at.astimezone(zone).date() - timedelta(days=1)
    first_on: date | None = await tx.fetchval(
        """
        -- segments.find_first_visit
        select min(business_date) from standing_days
        where tenant_id = $1 and purchases > 0 and business_date <= $2
        """,
        tx.tenant_id,
        through_on,
    )
    days = (through_on - first_on).days if first_on else 0
    calibrated_on = through_on - timedelta(days=min(days // HOLDOUT_PART, HOLDOUT_DAYS_MAX))
    rows = await tx.fetch(
        """
        -- segments.list_visits_of_buyers
        with visits as (
            select s.member_id, s.business_date, sum(s.spend_minor) as spend_minor
            from standing_days s
            join members m on m.tenant_id = $1 and m.id = s.member_id and m.merged_into is null and m.erased_at is null
            where s.tenant_id = $1 and s.business_date <= $2 and s.purchases > 0
            group by s.member_id, s.business_date
        )
        select member_id, $2::date - min(business_date) as age, max(business_date) - min(business_date) as recency,
               count(*)::integer as visits, sum(spend_minor)::bigint as spend_minor,
               coalesce(max(business_date) filter (where business_date <= $3) - min(business_date), 0) as known_recency,
               (count(*) filter (where business_date <= $3))::integer as known_visits
        from visits
        group by member_id
        order by member_id
        """,
        tx.tenant_id,
        through_on,
        calibrated_on,
    )
    names = ("member_id", "age", "recency", "visits", "spend_minor", "known_recency", "known_visits")
    columns = ([row[name] for row in rows] for name in names)
    return History(through_on, calibrated_on, days, *columns)
