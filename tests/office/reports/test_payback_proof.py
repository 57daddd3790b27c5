"""What control groups prove, in the block beside what is attributed: two groups whose difference is known."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from tests.office.conftest import plain, signed_in
from tests.office.reports.expected import table
from tests.office.reports.test_payback import HX, OF_QUARTER, QUARTER, Quarter, a_journey, quarter, write_to

from plushka.app import Plushka
from plushka.delivery.jobs.measuring import measure_tenant
from plushka.platform.database import Tx

__all__ = ["quarter"]

SIDE = 110
"""Of each group: below a hundred nothing is claimed."""


def by_number(cell: object) -> Decimal:
    assert isinstance(cell, Decimal)
    return cell


async def drawn(tx: Tx, journey_id: UUID, members: list[str], *, is_control: bool) -> None:
    """Write down members as they entered a journey now, told or left alone."""
    await tx.execute(
        """
        insert into campaign_recipients (tenant_id, campaign_id, member_id, is_control, planned_at)
        select $1, $2, member_id, $4, $5 from unnest($3::uuid[]) as given (member_id)
        """,
        tx.tenant_id, journey_id, [UUID(member) for member in members], is_control, tx.at,
    )  # fmt: skip


async def test_what_a_control_group_proves_stands_beside_what_is_attributed(
    app: Plushka, quarter: Quarter, staff: dict[str, str]
) -> None:
    members = [await quarter.enroll() for _ in range(2 * SIDE)]
    told, left_alone = members[::2], members[1::2]
    async with quarter.tx() as tx:
        absence, other = await a_journey(tx, begins="absence"), await a_journey(tx, begins="purchase")
        await tx.execute(
            """
            update campaigns set control_bp = 5000, state = 'cancelled', finished_at = $2 where tenant_id = $1
            """,
            tx.tenant_id, tx.at,
        )  # fmt: skip
        for journey_id in (absence, other):
            await drawn(tx, journey_id, told, is_control=False)
            await drawn(tx, journey_id, left_alone, is_control=True)
        for member in told:
            await write_to(tx, member, absence, tx.at)
    async with signed_in(app, staff["owner"]) as anna:
        block = plain((await anna.get(f"/reports/blocks/payback_caused?{OF_QUARTER}", headers=HX)).text)
        assert "В этом квартале ничто не сравнивалось с контрольной группой" in block
    quarter.clock.at += timedelta(days=5)
    # Who was told pays 1400 or 1600 roubles, who was left alone 1200 or 1400.
    for place, (one, another) in enumerate(zip(told, left_alone, strict=True)):
        more = 200_00 * (place % 2)
        await quarter.buy(f"T{place}", 1400_00 + more, member=one)
        await quarter.buy(f"C{place}", 1200_00 + more, member=another)
    await quarter.count()
    await measure_tenant(quarter.database, quarter.clock, quarter.business.tenant_id)
    async with signed_in(app, staff["owner"]) as anna:
        compared = await table(anna, "payback_caused", OF_QUARTER)
        rows = {str(row[0]): row[1:] for row in await table(anna, "payback", OF_QUARTER)}
        page = plain((await anna.get(f"/reports/payback?{QUARTER}")).text)
        later = plain(
            (
                await anna.get(
                    "/reports/blocks/payback_caused?period=custom&from=2027-04-01&until=2027-06-30",
                    headers=HX,
                )
            ).text
        )
    assert len(compared) == 2
    (caused,) = [row for row in compared if row[1] == "Возврат клиентов"]
    name, scenario, _, treated, control, by, least, most, profit, *_, verdict = caused
    assert by_number(treated) == by_number(control) == SIDE
    assert (name, scenario) == ("Возврат", "Возврат клиентов")
    assert by == 200 * SIDE
    # Both groups spread alike by 100 roubles around their means, so that the difference of all has this standard error;
    # 95 cases of 100 are about two of them on either side.
    error = 100 * Decimal(2 * SIDE * SIDE / (SIDE - 1)).sqrt()
    below, above = by_number(by) - by_number(least), by_number(most) - by_number(by)
    assert below == above
    assert Decimal("1.9") * error < below < Decimal("2.2") * error
    # Both have bought goods of one cost, and each of who was told had a letter of 3 roubles.
    assert profit == (200 - 3) * SIDE
    assert verdict == "Доказано"
    # Attributed is all that who was told has bought, after its goods; proven is what they paid more than the others.
    assert rows["Возврат клиентов"][0] == (1400 + 1600 - 2 * 1000) * SIDE // 2
    assert "block-payback_caused" in page
    assert "ничто не сравнивалось" in later
