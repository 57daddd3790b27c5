"""Uses of coupons in the demo are the data set's redemptions: counted here once more, row by row."""

from collections import Counter, defaultdict
from datetime import date, timedelta

from tests.demo.conftest import NOW, YESTERDAY, SmallDemo, items_of

from plushka.demo import calendar, dataset
from plushka.demo.business import ACTOR, TENANT_ID
from plushka.demo.campaigns import CATEGORIES_MAX, read_campaigns
from plushka.demo.catalog import category_code
from plushka.demo.dataset import Year
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.reference import Reference
from plushka.platform.database import Database


def test_every_redemption_that_has_a_receipt_is_shown_once(year: Year) -> None:
    redeemed = {
        (household, campaign, at.date())
        for household, _, campaign, at in dataset.read("coupon_redemptions").iter_rows()
    }
    days = {(household, at.date()) for _, household, _, at in year.baskets.iter_rows()}
    with_receipt = {one for one in redeemed if (one[0], one[2]) in days}
    household_of = {basket: household for basket, household, _, _ in year.baskets.iter_rows()}
    day_of = {basket: at.date() for basket, _, _, at in year.baskets.iter_rows()}
    shown = [
        (household_of[basket], int(code[1:3]), day_of[basket])
        for basket, codes in year.shown.iter_rows()
        for code in codes
    ]
    assert (len(redeemed), len(with_receipt)) == (1_148, 1_146)
    assert sorted(shown) == sorted(with_receipt)


def test_a_campaign_keeps_its_length_and_its_weekday_and_begins_by_yesterday() -> None:
    described = {row[0]: row[2:] for row in dataset.read("campaign_descriptions").iter_rows()}
    campaigns = read_campaigns(YESTERDAY)
    assert len(campaigns) == len(described) == 27
    for campaign in campaigns:
        start, end = (moment.date() for moment in described[campaign.number])
        assert campaign.last_on - campaign.first_on == end - start
        assert campaign.first_on.weekday() == start.weekday()
        assert campaign.first_on <= YESTERDAY
        assert len(campaign.categories) <= CATEGORIES_MAX


async def test_what_is_counted_are_real_redemptions(small_demo: SmallDemo) -> None:
    """Of eight households: those whose receipt of the day has goods of the campaign, in its days."""
    expected = expected_uses(small_demo.year)
    assert sum(expected.values()) >= 4
    database = await Database.connect(small_demo.dsn, connections_max=1)
    try:
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
            await load_history(tx, Reference(), items_of(small_demo))
            rows = await tx.fetch(
                """
                select k.name, count(*) as uses from coupon_uses u
                join coupons k on k.tenant_id = $1 and k.id = u.coupon_id
                where u.tenant_id = $1 group by k.name
                """,
                TENANT_ID,
            )
            owners = await tx.fetchval(
                """
                select count(*) from coupon_uses u
                join coupon_codes c on c.tenant_id = $1 and c.key = u.key
                join receipts r on r.tenant_id = $1 and r.id = u.receipt_id
                where u.tenant_id = $1 and (c.member_id, u.used_at) is distinct from (r.member_id, r.occurred_at)
                """,
                TENANT_ID,
            )
    finally:
        await database.close()
    assert {row["name"]: row["uses"] for row in rows} == expected
    assert owners == 0


def expected_uses(year: Year) -> dict[str, int]:
    """Count by campaign, without the frames that the demo works with."""
    category_of = {
        row[0]: category_code([row[2], row[4]])
        for row in dataset.read("products").iter_rows()
        if row[2] and row[4]
    }
    columns = dataset.read("products").columns
    assert (columns[0], columns[2], columns[4]) == ("product_id", "department", "product_category")
    goods: dict[int, set[str]] = defaultdict(set)
    products: dict[tuple[int, int], set[int]] = defaultdict(set)
    for upc, product, campaign in dataset.read("coupons").iter_rows():
        products[campaign, upc].add(product)
        if product in category_of:
            goods[campaign].add(category_of[product])
    bought: dict[int, list[int]] = defaultdict(list)
    for basket, product, _, _ in year.lines.iter_rows():
        bought[basket].append(product)
    baskets: dict[tuple[int, date], list[int]] = defaultdict(list)
    for basket, household, _, at in sorted(year.baskets.iter_rows(), key=lambda row: row[3]):
        baskets[household, at.date()].append(basket)
    coupons: dict[tuple[int, int, date], set[int]] = defaultdict(set)
    for household, upc, campaign, at in dataset.read("coupon_redemptions").iter_rows():
        coupons[household, campaign, at.date()] |= products[campaign, upc]
    periods = {
        campaign.number: (campaign.first_on, campaign.last_on) for campaign in read_campaigns(YESTERDAY)
    }
    uses = Counter[str]()
    for (household, campaign, day), of_coupon in coupons.items():
        of_day = baskets[household, day]
        if not of_day:
            continue
        basket = next((one for one in of_day if of_coupon & set(bought[one])), of_day[0])
        fits = len(goods[campaign]) > CATEGORIES_MAX or any(
            category_of.get(product) in goods[campaign] for product in bought[basket]
        )
        turned = day + calendar.shift(YESTERDAY)
        turned -= timedelta(weeks=52) if turned > YESTERDAY else timedelta()
        if fits and periods[campaign][0] <= turned <= periods[campaign][1]:
            uses[f"Кампания № {campaign}"] += 1
    return dict(uses)
