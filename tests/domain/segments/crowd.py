"""Members of every kind, made through the doors of the business, and audiences of every kind to look for them."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import strategies as st
from tests.conftest import SetClock
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop

from plushka.domain.businesses.branches import open_branch
from plushka.domain.coupons.keeping import keep
from plushka.domain.coupons.operations import add_codes, add_personal_codes, create_coupon
from plushka.domain.events.store import Told, insert_event
from plushka.domain.members.blocking import block
from plushka.domain.members.channels import Address, bind_address, mark_unreachable
from plushka.domain.members.consents import note_consent
from plushka.domain.members.erasure import erase
from plushka.domain.members.model import ConsentKind
from plushka.domain.purchases.merging import merge_members
from plushka.domain.purchases.model import Caller, PurchaseLine
from plushka.domain.staff.operations import set_up_till
from plushka.engine import audience as a
from plushka.engine.audience import Audience
from plushka.engine.conditions import Segment, Tag
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

TODAY = date(2026, 3, 1)
"""The day after the 28th of a common year."""
MIDNIGHT = datetime(2026, 2, 28, 21, 0, tzinfo=UTC)
"""It began at this moment in Moscow."""
OPENED = MIDNIGHT - timedelta(days=62)
BIRTHDAYS = (
    None,
    date(1990, 3, 1),
    date(2000, 2, 29),
    date(1984, 2, 28),
    date(1996, 12, 31),
    date(2008, 3, 2),
)
GOODS = (("latte", "coffee", None), ("beans", "coffee", "Lavazza"), ("100%_bun", "bakery", "Lavazza"))
TAGS = ("vip", "Подруга", "сосед")
CONSENTS: tuple[ConsentKind, ...] = ("marketing", "sms", "messenger", "email")


class Crowd:
    """A shop's members; ``values`` are those that conditions may ask for with some hope."""

    def __init__(self, shop: Shop, clock: SetClock, random: Random) -> None:
        self.shop, self.clock, self.random = shop, clock, random
        self.members: list[UUID] = []
        self.coupon: UUID = new_id()
        self.lists = (new_id(), new_id())

    async def gather(self, count: int) -> None:
        """Enrol members and let them live until a minute past midnight of ``TODAY``."""
        async with self.shop.tx() as tx:
            await open_branch(tx, code="vokzal", name="Вокзал", time_zone="Asia/Vladivostok")
            till = await set_up_till(tx, name="Переносная", branch_id=None)
            self.shop.caller = Caller(tenant_id=tx.tenant_id, till_id=till.id, branch=None)
            coupon = await create_coupon(tx, name="Кофе")
            await add_codes(tx, coupon, ["КОФЕ"])
            self.coupon = coupon.id
        for number in range(count):
            self.members.append(await self.shop.enroll(f"+7999000{number:04}"))
        async with self.shop.tx() as tx:
            for number, member in enumerate(self.members):
                await self._person(tx, member, number)
            await add_personal_codes(tx, coupon, [("СВОЙ", self.members[3])])
        sales: list[str] = []
        for number in range(count * 3):
            await self._live(number, sales)
        self.clock.at = MIDNIGHT + timedelta(minutes=1)
        await self._end()

    async def _person(self, tx: Tx, member: UUID, number: int) -> None:
        random = self.random
        await tx.execute(
            "update members set sex = $3, birthday = $4, tags = $5, language = $6, enrolled_at = $7, invited_by = $8"
            " where tenant_id = $1 and id = $2",
            tx.tenant_id,
            member,
            random.choice((None, "female", "male")),
            random.choice(BIRTHDAYS),
            random.sample(TAGS, random.randrange(3)),
            random.choice((None, "ru", "en")),
            MIDNIGHT - timedelta(days=random.randrange(30), seconds=random.choice((0, 1, 3600))),
            self.members[random.randrange(number)] if number and random.random() < 0.3 else None,
        )
        for kind in random.sample(CONSENTS, random.randrange(5)):
            await note_consent(tx, member, kind, is_given=True, source="till")
            if random.random() < 0.3:
                await note_consent(tx, member, kind, is_given=False, source="till")
        if random.random() < 0.5:
            address = Address(random.choice(("telegram", "vk")), f"{number}")
            await bind_address(tx, member, address, language="ru")
            if random.random() < 0.3:
                await mark_unreachable(tx, address, "blocked")
        if random.random() < 0.2:
            await keep(tx, member, "КОФЕ", on=TODAY)

    async def _live(self, number: int, sales: list[str]) -> None:
        """Sell something to somebody, and take something back now and then."""
        random = self.random
        self.clock.at = min(self.clock.at + timedelta(hours=random.randrange(1, 30)), MIDNIGHT)
        lines = tuple(
            PurchaseLine(
                sku=sku,
                quantity_milli=1000 * random.randrange(1, 3),
                amount_minor=random.choice((100_00, 250_00)),
                category=category,
                brand=brand,
            )
            for sku, category, brand in random.sample(GOODS, random.randrange(1, 4))
        )
        buyer = self.members[int(random.random() ** 2 * len(self.members) * 0.8)]
        branch = random.choice(("arbat", "vokzal"))
        await self.shop.buy(f"{number}", 0, member=buyer, lines=lines, branch=branch)
        sales.append(f"{number}")
        if random.random() < 0.25:
            await give_back(self.shop, f"r{number}", sales.pop(random.randrange(len(sales))))
        elif random.random() < 0.3:
            await give_back(self.shop, f"r{number}", sales.pop(), (0, 1000))

    async def _end(self) -> None:
        """Block one, join two cards, delete a third, and keep two lists."""
        async with self.shop.tx() as tx:
            for number, member in enumerate(self.members):
                at = MIDNIGHT - timedelta(days=number % 3, seconds=number % 2)
                if number % 5 < 3:
                    await insert_event(tx, Told(member, "review", {"rating": 5}, occurred_at=at))
            for segment_id in self.lists:
                await tx.execute(
                    "insert into segments (tenant_id, id, name, created_at, created_by)"
                    " values ($1, $2, $3, $4, 'test')",
                    tx.tenant_id,
                    segment_id,
                    str(segment_id),
                    tx.at,
                )
                for member in self.random.sample(self.members, 5) + self.members[4:6]:
                    await tx.execute(
                        "insert into segment_members values ($1, $2, $3, $4) on conflict do nothing",
                        tx.tenant_id,
                        segment_id,
                        member,
                        tx.at,
                    )
            await block(tx, self.members[1], reason="подозрительные чеки")
            await merge_members(tx, kept_id=self.members[2], merged_id=self.members[4], reason="одна карта")
            await erase(tx, self.members[6], act_id=new_id())


def audiences(crowd: Crowd) -> st.SearchStrategy[Audience]:
    """Return nested conditions of every kind, with bounds at the edges of what the crowd has."""
    days = st.sampled_from((1, 2, 7, 30, 60))
    ago = st.none() | st.sampled_from((0, 1, 7, 29, 30))
    maybe_days = st.none() | days
    points = st.none() | st.sampled_from((0, 1, 100, 250, 500, 1000))
    money = st.none() | st.sampled_from((0, 100_00, 350_00, 600_00, 1500_00))
    count = st.none() | st.sampled_from((0, 1, 2, 3, 8))
    times = st.sampled_from((1, 2, 3))
    few = st.sets(st.sampled_from(TAGS), min_size=1).map(lambda chosen: tuple(sorted(chosen)))
    program = st.sampled_from((None, crowd.shop.program_id))

    def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
        return st.sets(st.sampled_from(values), min_size=1, max_size=3).map(
            lambda chosen: tuple(sorted(chosen))
        )

    leaves = st.one_of(
        st.builds(a.Sex, some("female", "male")),
        st.builds(a.Age, *(st.none() | st.sampled_from((18, 26, 36, 42)) for _ in range(2))),
        st.builds(a.Birthday, st.sampled_from((0, 1, 7, 364, 365, 366)), st.sampled_from((0, 1, 2))),
        st.builds(a.BirthMonth, st.sampled_from(((2,), (3, 12)))),
        st.builds(Tag, few),
        st.builds(a.Source, some("till", "office")),
        st.builds(a.Language, some("ru", "en")),
        st.builds(a.Enrolled, ago, ago),
        st.builds(a.EnrolledOn, *(st.none() | st.dates(TODAY - timedelta(days=30), TODAY) for _ in range(2))),
        st.just(a.Blocked()),
        st.builds(a.Reachable, some("telegram", "vk", "sms", "email", "push")),
        st.builds(a.Consent, some(*CONSENTS)),
        st.builds(a.Tier, some("silver", "gold"), program),
        st.builds(a.Balance, points, points, program),
        st.builds(a.Pending, points, points, program),
        st.builds(a.Debt, points, points, program),
        st.builds(
            a.Burning, st.sampled_from((0, 1, 5, 9, 10, 11, 30)), st.sampled_from((1, 25, 100)), program
        ),
        st.builds(a.Purchases, count, count, maybe_days),
        st.builds(a.Spend, money, money, maybe_days),
        st.builds(a.AverageReceipt, money, money, maybe_days),
        st.builds(a.LastPurchase, ago, ago),
        st.just(a.NeverBought()),
        st.builds(a.BoughtAt, some("arbat", "vokzal", "nowhere"), maybe_days, times),
        st.builds(
            a.Bought,
            days,
            some("latte", "100%_bun", "1000_bun") | st.just(()),
            some("coffee", "bakery") | st.just(()),
            some("Lavazza") | st.just(()),
            times,
        ),
        st.builds(a.CouponHeld, st.just((crowd.coupon,))),
        st.builds(a.Happened, some("review", "survey").map(lambda kinds: kinds[0]), maybe_days, times),
        st.builds(a.Friends, count, count),
        st.just(a.CameByFriend()),
        st.builds(Segment, some(*map(str, crowd.lists), str(new_id()), "nonsense")),
    )
    return st.recursive(
        leaves,
        lambda parts: st.one_of(
            st.lists(parts, min_size=1, max_size=3).map(lambda of: a.All(tuple(of))),
            st.lists(parts, min_size=1, max_size=3).map(lambda of: a.Any(tuple(of))),
            parts.map(a.Not),
        ),
        max_leaves=5,
    )


def telling_apart(crowd: Crowd) -> tuple[Audience, ...]:
    """Return a condition of each kind of which some of the crowd are and some are not."""
    return (
        a.Sex(("female",)),
        a.Age(years_min=30),
        a.Birthday(days_max=7),
        a.BirthMonth((2,)),
        Tag(("vip",)),
        a.Language(("en",)),
        a.Enrolled(days_max=7),
        a.EnrolledOn(last_on=TODAY - timedelta(days=7)),
        a.Blocked(),
        a.Reachable(("telegram", "vk")),
        a.Reachable(("sms",)),
        a.Consent(("marketing",)),
        a.Tier(("gold",)),
        a.Balance(points_min=1),
        a.Pending(points_min=1),
        a.Burning(days=5),
        a.Purchases(count_min=3),
        a.Purchases(count_min=1, days=7),
        a.Spend(min_minor=600_00),
        a.AverageReceipt(min_minor=350_00),
        a.LastPurchase(days_min=30),
        a.NeverBought(),
        a.BoughtAt(("vokzal",)),
        a.Bought(days=60, products=("100%_bun",)),
        a.Bought(days=60, categories=("coffee",), times_min=2),
        a.Bought(days=60, brands=("Lavazza",)),
        a.CouponHeld((crowd.coupon,)),
        a.Happened("review", days=1),
        a.Friends(count_min=1),
        a.CameByFriend(),
        Segment((str(crowd.lists[0]),)),
    )
