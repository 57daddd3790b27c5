"""Which bonus brings members again: letters of broadcasts and journeys by what they told of (F121)."""

from collections.abc import Mapping

from plushka.domain.campaigns.figures import Figures
from plushka.domain.campaigns.journeys.figures import BONUSES, Bonus
from plushka.domain.insights.reports.period import Period
from plushka.engine.local_time import instant
from plushka.platform.database import Tx

_FIELDS = Figures.__struct_fields__


async def sum_by_bonus(tx: Tx, period: Period, zone: str) -> Mapping[Bonus, Figures]:
    """Return what came of letters, by bonus.

    Of broadcasts that began on these days by the clock of ``zone``, and of journeys whose letters went out on them.
    """
    names = ", ".join(_FIELDS)
    sums = ", ".join(f"sum({field})::bigint as {field}" for field in _FIELDS)
    rows = await tx.fetch(
        f"""
        -- insights.sum_by_bonus
        select bonus, {sums}
        from (
            select c.offer ->> 'kind' as bonus, {names}
            from campaigns c
            join campaign_figures f on f.tenant_id = $1 and f.campaign_id = c.id and f.cut = 'total'
            where c.tenant_id = $1 and c.kind = 'broadcast'
              and coalesce(c.planned_at, c.starts_at) >= $2 and coalesce(c.planned_at, c.starts_at) < $3
            union all
            select bonus, {names} from journey_days
            where tenant_id = $1 and told_on >= $4 and told_on < $5
        ) as told
        group by bonus
        """,  # noqa: S608  names of columns
        tx.tenant_id,
        instant(period.from_on, 0, zone),
        instant(period.until_on, 0, zone),
        period.from_on,
        period.until_on,
    )
    found = {row["bonus"]: Figures(**{field: row[field] for field in _FIELDS}) for row in rows}
    return {bonus: found[bonus] for bonus in BONUSES if bonus in found and found[bonus].addressed}
