"""The payback through the door: the case's table to the rouble, each receipt once, costs written and brought back.

F186–F191.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from uuid import UUID

import httpx
import pytest
from msgspec import structs
from python_calamine import CalamineWorkbook
from tests.conftest import SetClock
from tests.office.conftest import email_of, plain, report, signed_in
from tests.office.reports.expected import table
from tests.pos.conftest import Business, Cast, client_of

from plushka.app import Plushka
from plushka.delivery.jobs.folding import fold_tenant
from plushka.delivery.jobs.measuring import measure_tenant
from plushka.delivery.jobs.paying_back import count_payback
from plushka.domain.audit.queries import list_entries
from plushka.domain.campaigns.model import Aim, Plan
from plushka.domain.campaigns.operations import create_broadcast
from plushka.domain.catalog.model import ProductEntry
from plushka.domain.catalog.operations import upsert_products
from plushka.domain.insights.payback.model import Cost, quarter_of
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import get_current_version
from plushka.engine.conditions import Product
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Promotion
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id

# F189, in kopecks: the case rounds each cell for itself, and its sums are of what was not rounded.
CASE = {
    "birthday": (12_774_00, 49_278_00, 1_772_00),
    "reactivation": (20_215_40, 32_447_30, 26_511_20),
    "promotions": (4_544_00, 40_682_00, 37_166_00),
}
COSTS = (("Подписка", 45_000_00), ("Сообщения", 56_870_00), ("Мультибот", 4_500_00))
GOODS = 1000_00
QUARTER = "quarter=2027-01-01"
OF_QUARTER = "period=custom&from=2027-01-01&until=2027-03-31"
HX = {"hx-request": "true"}


async def prepare(tx: Tx) -> None:
    """Let goods have a cost, and a promotion take half off what is called so."""
    await upsert_products(tx, [ProductEntry(sku, sku, cost_minor=GOODS) for sku in ("bread", "half")])
    version = await get_current_version(tx)
    assert version is not None
    promotion = Promotion("half", "Полцены", PercentOff(50_00), lines=Product(("half",)))
    program = structs.replace(version.program, promotions=(promotion,))
    await publish(tx, program_id=version.program_id, program=program, valid_from=tx.at)


async def greet(tx: Tx, member_id: str, at: datetime) -> None:
    """Give a member points for their birthday, as the job that gives them writes it down."""
    version = await get_current_version(tx)
    assert version is not None
    await tx.execute(
        """
        insert into occasion_gifts
            (tenant_id, id, member_id, program_id, version_id, occasion_id, name, key, given_on, points, at)
        values ($1, $2, $3, $4, $5, 'birthday', 'День рождения', $6, $7, 100, $8)
        """,
        tx.tenant_id, new_id(), UUID(member_id), version.program_id, version.id,
        f"birthday:{at:%Y-%m}", at.date(), at,
    )  # fmt: skip


async def a_journey(tx: Tx, *, begins: str) -> UUID:
    """Make a journey that begins with an absence, or with something else."""
    journey_id = new_id()
    await tx.execute(
        """
        insert into campaigns (tenant_id, id, kind, name, purpose, state, control_bp, salt, created_by, created_at,
                               started_by, started_at)
        values ($1, $2, 'journey', 'Возврат', 'marketing', 'sending', 0, 'a salt that is long enough', 't', $3, 't', $3)
        """,
        tx.tenant_id, journey_id, tx.at,
    )  # fmt: skip
    await tx.execute(
        """
        insert into journeys (tenant_id, id, draft, version, reads_from, read_to, changed_at)
        values ($1, $2, '{}', 1, $3, $3, $3)
        """,
        tx.tenant_id, journey_id, tx.at,
    )  # fmt: skip
    await tx.execute(
        """
        insert into journey_versions (tenant_id, journey_id, number, body, published_at, published_by)
        values ($1, $2, 1, $3, $4, 't')
        """,
        tx.tenant_id, journey_id, f'{{"trigger": {{"is": "{begins}", "days": 30}}}}', tx.at,
    )  # fmt: skip
    return journey_id


async def a_broadcast(tx: Tx, *, aim: Aim) -> UUID:
    return await create_broadcast(tx, Plan(name=f"Рассылка {aim}", aim=aim))


async def write_to(tx: Tx, member_id: str, journey_id: UUID, at: datetime, cost_minor: int = 3_00) -> None:
    """Send a member a letter of a journey, as the sender writes it down."""
    await tx.execute(
        """
        insert into outgoing (tenant_id, id, key, channel, address, member_id, language, purpose, content, campaign_id,
                              not_before, useful_until, state, cost_minor, created_at, finished_at)
        values ($1, $2::uuid, $2::uuid::text, 'sms', '+79990000000', $3, 'ru', 'marketing', '{}', $4, $5, $5,
                'sent', $6, $5, $5)
        """,
        tx.tenant_id, new_id(), UUID(member_id), journey_id, at, cost_minor,
    )  # fmt: skip


class Quarter:
    """A business that sells through a quarter."""

    def __init__(
        self, till: httpx.AsyncClient, business: Business, database: Database, clock: SetClock
    ) -> None:
        self.till, self.business, self.database, self.clock = till, business, database, clock
        self.members = 0

    def tx(self) -> AbstractAsyncContextManager[Tx]:
        return self.database.transaction(self.business.tenant_id, actor="test", at=self.clock.now())

    async def enroll(self) -> str:
        self.members += 1
        member = await report(
            self.till,
            "/v1/members",
            {"phone": f"+7999000{self.members:04}", "name": f"Клиент {self.members}"},
        )
        return str(member["id"])

    async def buy(
        self, number: str, amount_minor: int, *, member: str | None = None, sku: str = "bread"
    ) -> str:
        line = {"sku": sku, "quantity_milli": 1000, "amount_minor": amount_minor}
        body = {"external_id": number, "currency": "RUB", "lines": [line], "branch": "arbat"}
        receipt = await report(
            self.till, "/v1/purchases", {**body, **({"member": {"id": member}} if member else {})}
        )
        return str(receipt["id"])

    async def count(self) -> None:
        await fold_tenant(self.database, self.clock, self.business.tenant_id)
        self.clock.at += timedelta(hours=3)
        await count_payback(self.database, self.clock, self.business.tenant_id)


@pytest.fixture
async def quarter(app: Plushka, cast: Cast, database: Database, clock: SetClock) -> AsyncIterator[Quarter]:
    clock.at = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
    async with client_of(app, cast.anna.secret) as till:
        made = Quarter(till, cast.anna, database, clock)
        async with made.tx() as tx:
            await prepare(tx)
        yield made


async def write_costs(anna: httpx.AsyncClient) -> None:
    for name, minor in COSTS:
        typed = {"name": name, "amount": f"{minor // 100}", "months": "3", "from": "2027-02-01"}
        covers = {"covers": "on"} if name == "Сообщения" else {}
        answer = await anna.post("/reports/payback/costs", data={**typed, **covers})
        assert answer.status_code == httpx.codes.SEE_OTHER


async def test_the_table_of_the_case_comes_of_its_receipts_and_costs_to_the_rouble(
    app: Plushka, quarter: Quarter, staff: dict[str, str]
) -> None:
    async with quarter.tx() as tx:
        journey_id = await a_journey(tx, begins="absence")
    for month in (1, 2, 3):
        quarter.clock.at = datetime(2027, month, 10, 9, 0, tzinfo=UTC)
        born, lost, anybody = [await quarter.enroll() for _ in range(3)]
        async with quarter.tx() as tx:
            await greet(tx, born, tx.at)
            await write_to(tx, lost, journey_id, tx.at)
        quarter.clock.at += timedelta(days=5)
        place = month - 1
        await quarter.buy(f"B{month}", CASE["birthday"][place] + GOODS, member=born)
        await quarter.buy(f"R{month}", CASE["reactivation"][place] + GOODS, member=lost)
        await quarter.buy(f"P{month}", 2 * (CASE["promotions"][place] + GOODS), member=anybody, sku="half")
        # Second purchases, and those that nothing has brought, are nobody's effect.
        await quarter.buy(f"S{month}", 500_00, member=born)
        await quarter.buy(f"N{month}", 700_00)
    await quarter.count()
    async with signed_in(app, staff["owner"]) as anna:
        await write_costs(anna)
        rows = {str(row[0]): row[1:] for row in await table(anna, "payback", OF_QUARTER)}
        page = plain((await anna.get(f"/reports/payback?{QUARTER}")).text)
    assert "I квартал 2027" in page
    whole = {name: [round_half_up(cell) for cell in row] for name, row in rows.items()}
    assert whole["Поздравления с днём рождения"] == [12_774, 49_278, 1_772, 63_824]
    assert whole["Возврат клиентов"] == [20_215, 32_447, 26_511, 79_174]
    assert whole["Акции"] == [4_544, 40_682, 37_166, 82_392]
    assert whole["Эффект вместе"] == [37_533, 122_407, 65_449, 225_390]
    assert whole["Затраты вместе"] == [35_457, 35_457, 35_457, 106_370]
    # To the kopeck the months come to the quarter: 106 370 ÷ 3 leaves two.
    assert rows["Затраты вместе"] == [Decimal("35456.67"), Decimal("35456.67"), Decimal("35456.66"), 106_370]
    # The case cuts per cents off: 105, 345, 184 and 211.
    assert [int(cell) for cell in rows["Покрытие, %"]] == [105, 345, 184, 211]  # type: ignore[arg-type]


def round_half_up(cell: object) -> int:
    return int(Decimal(str(cell)) + Decimal("0.5"))


async def test_a_receipt_counts_once_whoever_claims_it(
    quarter: Quarter, app: Plushka, staff: dict[str, str]
) -> None:
    async with quarter.tx() as tx:
        absence, other = await a_journey(tx, begins="absence"), await a_journey(tx, begins="purchase")
    both, lost, elsewhere, returned = [await quarter.enroll() for _ in range(4)]
    async with quarter.tx() as tx:
        await greet(tx, both, tx.at)
        await greet(tx, returned, tx.at)
        for member in (both, lost, elsewhere):
            await write_to(tx, member, absence, tx.at)
        await write_to(tx, elsewhere, other, tx.at + timedelta(days=1))
    quarter.clock.at += timedelta(days=2)
    await quarter.buy("1", 4000_00, member=both, sku="half")  # a birthday's, and nobody else's
    second = await quarter.buy("2", 4000_00, member=lost, sku="half")  # a reactivation's
    await quarter.buy(
        "3", 4000_00, member=elsewhere, sku="half"
    )  # another letter came in between: a promotion's
    back = await quarter.buy("4", 4000_00, member=returned)
    await report(quarter.till, "/v1/returns", {"external_id": "B", "receipt": {"id": back}})
    await quarter.buy("5", 900_00, member=returned)  # the first that was not wholly returned
    await quarter.count()
    async with signed_in(app, staff["owner"]) as anna:
        rows = {str(row[0]): row[1:] for row in await table(anna, "payback", OF_QUARTER)}
        behind = await table(anna, "payback_receipts", "part=birthday-2027-01-1")
        assert rows["Поздравления с днём рождения"][0] == 1000 - 100
        assert rows["Возврат клиентов"][0] == 1000
        whole = await table(anna, "payback_receipts", "part=all-2027-01-3")
        assert sum(Decimal(str(row[-1])) for row in whole) == rows["Эффект вместе"][3]
        assert rows["Акции"][0] == 1000
        # Four letters of 3 ₽ each, which no line of costs covers.
        assert rows["Сообщения, по отправкам"] == [12, 0, 0, 12]
        assert [row[0] for row in behind] == [1, 5]
        await write_costs(anna)
        rows = {str(row[0]): row[1:] for row in await table(anna, "payback", OF_QUARTER)}
        assert "Сообщения, по отправкам" not in rows
        block = plain((await anna.get(f"/reports/blocks/payback?{OF_QUARTER}", headers=HX)).text)
        assert "12,00 ₽, отдельно не считаются" in block
    # Goods that come back next month are taken off the month of the purchase.
    quarter.clock.at = datetime(2027, 2, 5, 9, 0, tzinfo=UTC)
    await report(quarter.till, "/v1/returns", {"external_id": "B2", "receipt": {"id": second}})
    await quarter.count()
    async with signed_in(app, staff["owner"]) as anna:
        rows = {str(row[0]): row[1:] for row in await table(anna, "payback", OF_QUARTER)}
        assert rows["Возврат клиентов"][0] == 0


async def test_a_broadcast_brings_back_if_its_author_says_so(
    quarter: Quarter, app: Plushka, staff: dict[str, str]
) -> None:
    async with quarter.tx() as tx:
        absence = await a_journey(tx, begins="absence")
        back, news = await a_broadcast(tx, aim="reactivation"), await a_broadcast(tx, aim="other")
        late = await a_broadcast(tx, aim="reactivation")
    vip, lost, told, both = [await quarter.enroll() for _ in range(4)]
    async with quarter.tx() as tx:
        await write_to(tx, lost, absence, tx.at)
        await write_to(tx, vip, back, tx.at)
        await write_to(tx, told, news, tx.at)
        # Two that bring back: one purchase, once.
        await write_to(tx, both, absence, tx.at)
        await write_to(tx, both, late, tx.at + timedelta(hours=1))
    quarter.clock.at += timedelta(days=2)
    await quarter.buy("1", 2500_00, member=lost)
    await quarter.buy("2", 4000_00, member=vip)
    await quarter.buy("3", 9000_00, member=told)
    await quarter.buy("4", 1300_00, member=both)
    await quarter.count()
    async with signed_in(app, staff["owner"]) as anna:
        rows = {str(row[0]): row[1:] for row in await table(anna, "payback", OF_QUARTER)}
        assert rows["Возврат клиентов"][0] == 1500 + 3000 + 300
        # Its author may say otherwise while it is a draft.
        page = (await anna.get(f"/campaigns/{back}/edit")).text
        assert '<option value="reactivation" selected>' in page
        typed = {"name": "Рассылка", "control": "10", "window_days": "7"}
        for aim in ("other", "reactivation"):
            answer = await anna.post(f"/campaigns/{back}/edit", data={**typed, "aim": aim})
            assert answer.status_code == httpx.codes.SEE_OTHER
            one = plain((await anna.get(f"/campaigns/{back}")).text)
            assert ("вернуть тех, кто давно не приходил" in one) is (aim == "reactivation")


async def compare(tx: Tx, campaign_id: UUID, treated: list[str], control: list[str]) -> None:
    """Let a campaign have been for these members, of whom some were left alone."""
    await tx.execute(
        "update campaigns set control_bp = 1000 where tenant_id = $1 and id = $2", tx.tenant_id, campaign_id
    )
    for is_control, members in ((False, treated), (True, control)):
        await tx.execute(
            """
            insert into campaign_recipients (tenant_id, campaign_id, member_id, is_control, planned_at)
            select $1, $2, member_id, $4, $5 from unnest($3::uuid[]) as given (member_id)
            """,
            tx.tenant_id, campaign_id, [UUID(member) for member in members], is_control, tx.at,
        )  # fmt: skip


async def test_what_control_groups_prove_is_told_of_the_quarter_in_money_and_profit(
    quarter: Quarter, app: Plushka, staff: dict[str, str]
) -> None:
    """Two of four were greeted on 20 March; they are compared until 19 April, so in two quarters."""
    quarter.clock.at = datetime(2027, 3, 20, 9, 0, tzinfo=UTC)
    treated, control = [[await quarter.enroll() for _ in range(2)] for _ in range(2)]
    async with quarter.tx() as tx:
        greeting = await a_journey(tx, begins="birthday")
        await compare(tx, greeting, treated, control)
    quarter.clock.at += timedelta(days=1)
    await quarter.buy("1", 3000_00, member=treated[0])
    await quarter.buy("2", 2400_00, member=treated[1])
    await quarter.buy("3", 1400_00, member=control[0])
    quarter.clock.at = datetime(2027, 4, 2, 9, 0, tzinfo=UTC)
    await quarter.buy("4", 5000_00, member=treated[0])
    await quarter.buy("5", 1800_00, member=control[1])
    quarter.clock.at = datetime(2027, 4, 25, 9, 0, tzinfo=UTC)
    await quarter.buy("6", 9000_00, member=treated[0])  # after its thirty days
    await measure_tenant(quarter.database, quarter.clock, quarter.business.tenant_id)
    async with signed_in(app, staff["owner"]) as anna:
        (first,) = await table(anna, "payback_caused", OF_QUARTER)
        (second,) = await table(anna, "payback_caused", "period=custom&from=2027-04-01&until=2027-06-30")
        assert await table(anna, "payback_caused", "period=custom&from=2026-10-01&until=2026-12-31") == []
    # Q1: (3000 + 2400) / 2 − (1400 + 0) / 2 = 2000 a member, of profit 1700 − 200 = 1500; two were treated.
    campaign, scenario, days, *groups = first[:5]
    assert (campaign, scenario) == ("Возврат", "Поздравления с днём рождения")
    assert plain(str(days)) == "20 марта – 31 марта 2027"
    assert groups == [2, 2]
    assert [first[5], first[8]] == [4000, 3000]
    # Q2: 5000 / 2 − 1800 / 2 = 1600; of profit 2000 − 400 = 1600.
    assert [second[5], second[8]] == [3200, 3200]
    for row in (first, second):
        assert row[6] < row[5] < row[7]  # type: ignore[operator]
        assert row[9] < row[8] < row[10]  # type: ignore[operator]
        assert row[11] == "Слишком мало клиентов"
    async with signed_in(app, staff["marketer"]) as marketer:
        block = plain((await marketer.get(f"/reports/blocks/payback_caused?{OF_QUARTER}", headers=HX)).text)
        assert "Заплатили больше на" in block
        assert "Прибыль выросла на" not in block


async def test_a_promotion_that_left_the_programme_stays_in_what_is_proven_and_is_told_as_ended(
    quarter: Quarter, app: Plushka, staff: dict[str, str]
) -> None:
    async with quarter.tx() as tx:
        version = await get_current_version(tx)
        assert version is not None
        (promotion,) = version.program.promotions
        held = structs.replace(version.program, promotions=(structs.replace(promotion, control_bp=50_00),))
        await publish(tx, program_id=version.program_id, program=held, valid_from=tx.at)
    for _ in range(20):
        await quarter.enroll()
    quarter.clock.at += timedelta(days=5)
    await measure_tenant(quarter.database, quarter.clock, quarter.business.tenant_id)
    async with quarter.tx() as tx:
        gone = structs.replace(version.program, promotions=())
        await publish(tx, program_id=version.program_id, program=gone, valid_from=tx.at)
    quarter.clock.at += timedelta(days=2)
    await measure_tenant(quarter.database, quarter.clock, quarter.business.tenant_id)
    async with signed_in(app, staff["owner"]) as anna:
        ((name, scenario, days, *_),) = await table(anna, "payback_caused", OF_QUARTER)
        proof = await anna.get("/campaigns/proof.xlsx")
    assert (name, scenario) == ("Полцены (завершена)", "Акции")
    assert plain(str(days)) == "1 января – 6 января 2027"
    with CalamineWorkbook.from_filelike(BytesIO(proof.content)) as book:
        assert [row[0] for row in book.get_sheet_by_index(0).to_python()[1:]] == ["Полцены (завершена)"]


async def test_a_line_of_costs_is_written_changed_deleted_and_brought_back(
    app: Plushka, quarter: Quarter, staff: dict[str, str]
) -> None:
    async with signed_in(app, staff["owner"]) as anna:
        typed = {"name": "Подписка", "amount": "1 000,01", "months": "3", "from": "2027-02-01"}
        wrong = await anna.post("/reports/payback/costs", data={**typed, "amount": "много"})
        assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "много" in wrong.text
        await anna.post("/reports/payback/costs", data=typed)
        page = plain((await anna.get("/reports/payback/costs")).text)
        assert "1 000,01 ₽" in page
        assert "I квартал 2027" in page
        [cost_id] = set(re.findall(r"/reports/payback/costs/([0-9a-f-]{36})", page))
        edit = await anna.get(f"/reports/payback/costs/{cost_id}")
        assert "1\u00a0000,01" in edit.text
        changed = {**typed, "amount": "90", "months": "1"}
        assert (
            await anna.post(f"/reports/payback/costs/{cost_id}", data=changed)
        ).status_code == httpx.codes.SEE_OTHER
        rows = {row[0]: row[1:] for row in await table(anna, "payback", OF_QUARTER)}
        assert rows["Подписка"] == [0, 90, 0, 90]
        gone = await anna.post(f"/reports/payback/costs/{cost_id}/delete", follow_redirects=True)
        undo = re.search(r'action="(/reports/payback/costs/[^"]*/restore[^"]*)"', gone.text)
        assert undo
        assert (await anna.get(f"/reports/payback/costs/{cost_id}")).status_code == httpx.codes.NOT_FOUND
        await anna.post(undo[1].replace("&amp;", "&"))
        rows = {row[0]: row[1:] for row in await table(anna, "payback", OF_QUARTER)}
        assert rows["Подписка"] == [0, 90, 0, 90]
    async with quarter.tx() as tx:
        done = [entry.action for entry in await list_entries(tx, limit=50)]
    assert [action for action in done if action.startswith("cost.")] == [
        "cost.add", "cost.delete", "cost.change", "cost.add",
    ]  # fmt: skip


@pytest.mark.usefixtures("staff")
async def test_who_may_not_see_the_margin_sees_no_effect_and_nobody_elses_costs(
    app: Plushka, quarter: Quarter, eve: httpx.AsyncClient
) -> None:
    async with signed_in(app, email_of("owner")) as anna:
        await write_costs(anna)
        page = (await anna.get("/reports/payback/costs")).text
    [cost_id, *_] = re.findall(r"/reports/payback/costs/([0-9a-f-]{36})", page)
    assert (await eve.get(f"/reports/payback/costs/{cost_id}")).status_code == httpx.codes.NOT_FOUND
    async with signed_in(app, email_of("marketer")) as marketer:
        page = (await marketer.get(f"/reports/payback?{QUARTER}")).text
        assert "block-payback_boosters" in page
        assert 'id="block-payback"' not in page
        answer = await marketer.get("/reports/blocks/payback", headers=HX)
        assert answer.status_code == httpx.codes.FORBIDDEN
        assert (await marketer.get("/reports/payback/costs")).status_code == httpx.codes.FORBIDDEN
    del quarter


def test_an_amount_of_a_quarter_is_shared_out_to_the_kopeck() -> None:
    cost = Cost(new_id(), "x", 106_370_00, date(2027, 1, 1), 3, covers_messages=False)
    assert [cost.share(month) for month in quarter_of(date(2027, 3, 31))] == [35_456_67, 35_456_67, 35_456_66]
    assert cost.share(date(2027, 4, 1)) == 0
    assert quarter_of(date(2027, 12, 31))[0] == date(2027, 10, 1)
