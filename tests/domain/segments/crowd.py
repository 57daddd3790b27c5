"""Members of every kind, made through the doors of the business."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.segments.crowd_events import happen
from tests.domain.segments.crowd_reached import reach
from tests.domain.segments.crowd_reactions import Campaigns, react
from tests.domain.shop import Shop

from plushka.domain.businesses.branches import open_branch
from plushka.domain.coupons.keeping import keep
from plushka.domain.coupons.operations import add_codes, add_personal_codes, create_coupon
from plushka.domain.members.blocking import block
from plushka.domain.members.channels import Address, Messenger, bind_address, mark_unreachable
from plushka.domain.members.consents import note_consent
from plushka.domain.members.dates import add_date
from plushka.domain.members.erasure import erase
from plushka.domain.members.links import create_link
from plushka.domain.members.model import ConsentKind, DateKind, Identity, Source
from plushka.domain.members.profile import prefer_channel
from plushka.domain.programs.operations import enroll
from plushka.domain.purchases.merging import merge_members
from plushka.domain.purchases.model import Caller, PurchaseLine
from plushka.domain.rollups.folding import fold
from plushka.domain.segments.lifecycle.refreshing import refresh_groups
from plushka.domain.staff.operations import set_up_till
from plushka.engine.conditions import Category
from plushka.engine.program import (
    AfterDays,
    ExpirySliding,
    PointsReward,
    Requirement,
    StampCard,
    TierRule,
    Tiers,
)
from plushka.engine.stamp_parts import Always, FromFirst, FromLast, Gift, Lasts, Spend, Units, Visits, Within
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
CLOSE_DATES: tuple[tuple[DateKind, date], ...] = (
    ("birthday", date(2000, 2, 29)),
    ("wedding", date(2000, 3, 8)),
    ("other", date(2000, 3, 1)),
    ("wedding", date(2000, 2, 28)),
)
GOODS = (("latte", "coffee", None), ("beans", "coffee", "Lavazza"), ("100%_bun", "bakery", "Lavazza"))
TAGS = ("vip", "Подруга", "сосед")
GIFT, BUNS = Gift("Кофе"), Category(("bakery",))
CHANCES = (None, 0, 1, 99, 100, 2000, 2001, 5000, 9999, 10_000)
"""Of still coming, in basis points, at the edges of whole percent."""
MERGED, ERASED = ((2, 4), (0, 3), (5, 8)), 6
TURNS = 6
LASTS: tuple[Lasts, ...] = (
    FromLast(5),
    FromFirst(4),
    Within("month"),
    Always(),
    Within("quarter"),
    FromLast(3),
)


def cards_of(turn: int) -> tuple[StampCard, ...]:
    """Return the stamp cards of the rules by which the crowd buys during one of the ``TURNS``."""
    visits = StampCard(
        "visits", "Визиты", 3 + turn % 3, GIFT, Visits(once_a_day=turn != 1), lasts=LASTS[turn]
    )
    buns = StampCard("buns", "Булочки", 5 - turn % 2, GIFT, Units(), lines=BUNS, lasts=LASTS[-turn])
    goal = StampCard("goal", "Цель", 900_00 - turn * 50_00, PointsReward(50), Spend(), lasts=LASTS[turn - 2])
    ever = StampCard("ever", "Без срока", 5, GIFT, Visits(once_a_day=False))
    gone = StampCard("gone", "Которой больше нет", 2, GIFT)
    cards = (visits, buns, goal, ever, *([gone] if turn < TURNS - 1 else ()))
    return tuple(structs.replace(card, carries_over=(turn + each) % 3 > 0) for each, card in enumerate(cards))


PROGRAM = structs.replace(
    CASHBACK,
    activation=AfterDays(days=3),
    expiry=ExpirySliding(days=10),
    tiers=Tiers(
        tiers=(
            TierRule(id="base", name="База"),
            TierRule(id="silver", name="Серебро", requirements=(Requirement("spend", 400_00),)),
            TierRule(id="gold", name="Золото", requirements=(Requirement("spend", 900_00),)),
        ),
    ),
    cards=cards_of(0),
)
SOURCES: tuple[Source, ...] = ("till", "office", "app", "import")
CONSENTS: tuple[ConsentKind, ...] = ("marketing", "sms", "messenger", "email")


class Crowd:
    """A shop's members; ``values`` are those that conditions may ask for with some hope."""

    def __init__(self, shop: Shop, clock: SetClock, random: Random) -> None:
        self.shop, self.clock, self.random = shop, clock, random
        self.members: list[UUID] = []
        self.coupon: UUID = new_id()
        self.links = (new_id(), new_id())
        self.campaigns = Campaigns(*(new_id() for _ in range(4)))
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
            self.links = ((await create_link(tx, name="Визитки")).id, (await create_link(tx, name="Меню")).id)
            for number in range(count):
                self.members.append(await self._enrol(tx, number))
        async with self.shop.tx() as tx:
            for number, member in enumerate(self.members):
                await self._person(tx, member, number)
            await add_personal_codes(tx, coupon, [("СВОЙ", self.members[3])])
        sales: list[str] = []
        for number in range(count * 3):
            turn, into = divmod(number * TURNS, count * 3)
            if turn and into < TURNS:
                await self.shop.publish(structs.replace(PROGRAM, cards=cards_of(turn)))
            await self._live(number, sales)
            if number % 10 == 0:
                await self._fold()
        self.clock.at = MIDNIGHT + timedelta(minutes=1)
        await self._end()

    async def _enrol(self, tx: Tx, number: int) -> UUID:
        link = self.links[number % 2] if number % 5 == 0 else None
        identities = [Identity("phone", f"+7999000{number:04}")]
        if number % 3:
            identities.append(Identity("email", f"m{number}@example.org"))
        source: Source = "link" if link else self.random.choice(SOURCES)
        member = await enroll(tx, name=f"М{number}", identities=identities, source=source, link_id=link)
        return member.id

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
        for which, when in random.sample(CLOSE_DATES, random.randrange(3)):
            await add_date(tx, member, whose="мама", kind=which, month=when.month, day=when.day)
        for kind in random.sample(CONSENTS, random.randrange(1, 5)):
            await note_consent(tx, member, kind, is_given=True, source="till")
            if random.random() < 0.3:
                await note_consent(tx, member, kind, is_given=False, source="till")
        if number % 3:
            preferred = (None, "telegram", "sms", "inbox")[number % 4]
            await prefer_channel(tx, member, preferred, source="app")  # type: ignore[arg-type]
        messengers: tuple[Messenger, ...] = ("telegram", "max", "vk")
        for messenger in random.sample(messengers, random.randrange(3)):
            address = Address(messenger, f"{number}")
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
        buyer = self.members[int(random.random() ** 3 * len(self.members) * 0.8)]
        told_later = timedelta(days=random.choice((0, 0, 0, 1, 12)))
        branch = random.choice(("arbat", "vokzal"))
        await self.shop.buy(
            f"{number}",
            0,
            member=buyer,
            lines=lines,
            branch=branch,
            occurred_at=max(self.clock.at - told_later, OPENED),
        )
        sales.append(f"{number}")
        if random.random() < 0.25:
            await give_back(self.shop, f"r{number}", sales.pop(random.randrange(len(sales))))
        elif random.random() < 0.3:
            await give_back(self.shop, f"r{number}", sales.pop(), (0, 1000))

    async def _foresee(self, tx: Tx) -> None:
        """Write down forecasts of two members of three, of some without a chance, of some without money."""
        for number, member in enumerate(self.members):
            if number % 3:
                alive_bp = CHANCES[number % len(CHANCES)]
                soon_minor = number % 4 * 100_00
                await tx.execute(
                    "insert into member_lifetimes values ($1, $2, $3, $4, $4, $5, 0, 0, $6, $7, $8, $6)",
                    tx.tenant_id,
                    member,
                    1 if alive_bp is None else 2,
                    TODAY,
                    alive_bp,
                    *(
                        (None, None, None)
                        if number % 5 == 2
                        else (0, soon_minor, soon_minor + number % 5 * 350_00)
                    ),
                )

    async def _fold(self) -> None:
        """Add up some of what waits: goods of some receipts are kept, others are still to be."""
        async with self.shop.database.transaction(
            self.shop.caller.tenant_id, actor="test:crowd", at=self.clock.at, one_moment=True
        ) as tx:
            await fold(tx, subjects_max=15)

    async def _end(self) -> None:
        """Keep two lists, write to some, sort all into groups, block one, join cards of some, and delete one."""
        async with self.shop.tx() as tx:
            await happen(tx, self.members, midnight=MIDNIGHT)
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
            await reach(tx, self.members, midnight=MIDNIGHT)
            gift = await create_coupon(tx, name="Подарок")
            self.campaigns = await react(tx, self.members, self.random, midnight=MIDNIGHT, coupon=gift)
            await refresh_groups(tx)
            await self._foresee(tx)
            await block(tx, self.members[1], reason="подозрительные чеки")
            for kept, merged in MERGED:
                await merge_members(
                    tx, kept_id=self.members[kept], merged_id=self.members[merged], reason="одна карта"
                )
            await erase(tx, self.members[ERASED], act_id=new_id())
