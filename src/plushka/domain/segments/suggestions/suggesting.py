"""Suggestions for many members in one statement: for a page, and for a variable of a letter."""

from collections.abc import Iterator, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.queries import get_business
from plushka.domain.catalog.model import CategoryUnknown
from plushka.domain.programs.queries import find_version_in_force, list_programs
from plushka.domain.segments.suggestions.model import (
    BLOCKED_MAX,
    EACH_MAX,
    FAVOURITE_VISITS_MIN,
    LATE_DAYS_MIN,
    LATE_PERCENT,
    LOST_PERCENT,
    RECENT_DAYS,
    Pair,
    Suggestion,
    SuggestionSettings,
)
from plushka.engine.conditions import Any as AnyOf
from plushka.engine.conditions import Brand, Category, Condition, Product
from plushka.platform.database import Tx

_SUGGEST = """
    -- segments.suggest
    with own as (
        select member_id, sku, visits, last_on, $3::date - last_on as days,
               (last_on - first_on)::numeric / nullif(visits - 1, 0) as gap
        from member_goods where tenant_id = $1 and member_id = any($2::uuid[])
    ), missed as (
        select member_id, sku, 'missed' as why, visits, last_on, null::text as beside, null::integer as lift,
               days / gap as weight
        from own
        where visits >= $4 and gap > 0 and days >= $5 and 100 * days >= $6 * gap and 100 * days <= $7 * gap
    ), together as (
        select distinct on (o.member_id, t.other_sku) o.member_id, t.other_sku as sku, 'together' as why,
               null::integer as visits, null::date as last_on, o.sku as beside, t.lift_hundredths as lift,
               t.lift_hundredths::numeric as weight
        from own o join goods_together t on t.tenant_id = $1 and t.sku = o.sku
        where o.days <= $8 and not exists (
            select from member_goods g where g.tenant_id = $1 and g.member_id = o.member_id and g.sku = t.other_sku
        )
        order by o.member_id, t.other_sku, t.lift_hundredths desc, o.sku
    ), ranked as (
        select c.*, p.name, p.price_minor,
               row_number() over (partition by c.member_id, c.why order by c.weight desc, c.sku) as of_why
        from (select * from missed union all select * from together) as c
        join products p on p.tenant_id = $1 and p.sku = c.sku
        where p.archived_at is null and p.kind = 'goods' and not p.category_path && $9::text[]
          and p.sku <> all($10::text[]) and coalesce(p.brand, '') <> all($11::text[])
    )
    select r.member_id, r.sku, r.name, r.why, r.price_minor, r.last_on as since_on, r.visits,
           coalesce(b.name, r.beside) as beside, r.lift as lift_hundredths
    from ranked r left join products b on b.tenant_id = $1 and b.sku = r.beside
    where r.of_why <= $12
    order by r.member_id, r.of_why, r.why
"""


async def suggest(tx: Tx, member_ids: Sequence[UUID], *, each: int = 1) -> dict[UUID, tuple[Suggestion, ...]]:
    """Return what to suggest to each member, the best first; who has no suggestion is left out.

    A favourite that is missed and something bought together take turns. As of the last night's goods; nothing that is
    archived, of a blocked category, or excluded from a programme in force.
    """
    today = tx.at.astimezone(ZoneInfo((await get_business(tx)).time_zone)).date()
    excluded = await _excluded(tx)
    settings = await get_settings(tx)
    categories = {code for goods in excluded if isinstance(goods, Category) for code in goods.ids}
    rows = await tx.fetch(
        _SUGGEST,
        tx.tenant_id,
        list(member_ids),
        today,
        FAVOURITE_VISITS_MIN,
        LATE_DAYS_MIN,
        LATE_PERCENT,
        LOST_PERCENT,
        RECENT_DAYS,
        sorted({*settings.blocked_categories, *categories}),
        [sku for goods in excluded if isinstance(goods, Product) for sku in goods.ids],
        [brand for goods in excluded if isinstance(goods, Brand) for brand in goods.ids],
        min(each, EACH_MAX),
    )
    found: dict[UUID, list[Suggestion]] = {}
    for row in rows:
        values = dict(row)
        of_member = found.setdefault(values.pop("member_id"), [])
        if len(of_member) < each:
            of_member.append(Suggestion(**values))
    return {member_id: tuple(suggestions) for member_id, suggestions in found.items()}


async def list_pairs(tx: Tx, *, limit: int) -> list[Pair]:
    """Return what is bought together, those in most receipts first, each pair once."""
    rows = await tx.fetch(
        """
        -- segments.list_pairs
        select t.sku, t.other_sku, coalesce(p.name, t.sku) as name, coalesce(o.name, t.other_sku) as other, t.receipts,
               t.lift_hundredths
        from goods_together t
        left join products p on p.tenant_id = $1 and p.sku = t.sku
        left join products o on o.tenant_id = $1 and o.sku = t.other_sku
        where t.tenant_id = $1 and (t.sku < t.other_sku or not exists (
            select from goods_together b where b.tenant_id = $1 and b.sku = t.other_sku and b.other_sku = t.sku
        ))
        order by t.receipts desc, t.lift_hundredths desc, t.sku, t.other_sku
        limit $2
        """,
        tx.tenant_id,
        limit,
    )
    return [Pair(**row) for row in rows]


async def get_settings(tx: Tx) -> SuggestionSettings:
    row = await tx.fetchrow(
        """
        -- segments.get_suggestion_settings
        select blocked_categories, refreshed_at from suggestion_settings where tenant_id = $1
        """,
        tx.tenant_id,
    )
    if row is None:
        return SuggestionSettings()
    return SuggestionSettings(tuple(row["blocked_categories"]), row["refreshed_at"])


async def block_categories(tx: Tx, codes: Sequence[str]) -> None:
    """Let nothing of these categories be suggested, and of no others be kept back.

    :raises CategoryUnknown: the business has none of a code
    """
    wanted = sorted(set(codes))[:BLOCKED_MAX]
    known = await tx.fetchval(
        """
        -- segments.count_categories
        select count(*) from categories where tenant_id = $1 and code = any($2::text[])
        """,
        tx.tenant_id,
        wanted,
    )
    if known != len(wanted):
        raise CategoryUnknown(field="blocked")
    if wanted == sorted((await get_settings(tx)).blocked_categories):
        return
    await tx.execute(
        """
        -- segments.block_categories
        insert into suggestion_settings (tenant_id, blocked_categories) values ($1, $2)
        on conflict (tenant_id) do update set blocked_categories = excluded.blocked_categories
        """,
        tx.tenant_id,
        wanted,
    )
    await audit.record(
        tx, action="groups.block_categories", subject=f"business:{tx.tenant_id}", categories=len(wanted)
    )


async def _excluded(tx: Tx) -> list[Product | Category | Brand]:
    excluded: list[Product | Category | Brand] = []
    for card in await list_programs(tx):
        version = await find_version_in_force(tx, card.id)
        if version is not None and version.program.excluded is not None:
            excluded += _goods(version.program.excluded)
    return excluded


def _goods(condition: Condition) -> Iterator[Product | Category | Brand]:
    """Return what a condition names by itself; who excludes by receipts or days excludes no goods."""
    match condition:
        case AnyOf(of=parts):
            for part in parts:
                yield from _goods(part)
        case Product() | Category() | Brand():
            yield condition
        case _:
            pass
