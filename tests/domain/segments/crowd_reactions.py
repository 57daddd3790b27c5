"""What campaigns did to a crowd, and what the crowd did then."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from tests.domain.messages.recipients import letter

from plushka.domain.coupons.model import Coupon
from plushka.domain.coupons.operations import add_personal_codes
from plushka.domain.messages.letters import post
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
STATES = ("sent", "delivered", "unknown", "failed", "sent", "blocked", "skipped", "sent", "delivered")


class Campaigns(NamedTuple):
    """Two broadcasts and a journey; ``gone``: one whose letters are there while nothing else is known of it."""

    spring: UUID
    coffee: UUID
    journey: UUID
    gone: UUID


async def react(
    tx: Tx, members: Sequence[UUID], random: Random, *, midnight: datetime, coupon: Coupon
) -> Campaigns:
    """Choose members for campaigns, write to them at the edges of days, and let some use codes and reach goals."""
    campaigns = Campaigns(*(new_id() for _ in range(4)))
    for campaign, kind, window_days in (
        (campaigns.spring, "broadcast", 3),
        (campaigns.coffee, "broadcast", 30),
        (campaigns.journey, "journey", 7),
    ):
        await tx.execute(
            """
            insert into campaigns (tenant_id, id, kind, name, purpose, state, control_bp, salt, window_days,
                                   created_by, created_at, started_by, started_at, planned_at)
            values ($1, $2, $3, $3, 'marketing', 'sending', 1000, repeat('s', 16), $4,
                    'test', $5, 'test', $5, $5)
            """,
            tx.tenant_id,
            campaign,
            kind,
            window_days,
            tx.at,
        )
    keys = await _codes(tx, members, coupon)
    await _choose(tx, members, campaigns, keys, midnight)
    await _run(tx, members, campaigns.journey, keys, midnight)
    await _write(tx, members, campaigns, random, midnight)
    return campaigns


async def _codes(tx: Tx, members: Sequence[UUID], coupon: Coupon) -> list[str]:
    """Draw two codes for each member; receipts of some have used the first, of some the second, not all for good."""
    keys = [f"ПОДАРОК{which}N{number}" for number in range(len(members)) for which in range(2)]
    owners = [member for member in members for _ in range(2)]
    await add_personal_codes(tx, coupon, list(zip(keys, owners, strict=True)))
    for place, (key, member) in enumerate(zip(keys, owners, strict=True)):
        if place % 5 < 2:
            await tx.execute(
                """
                insert into coupon_uses (tenant_id, receipt_id, key, coupon_id, member_id, business_date, used_at,
                                         undone_at)
                select $1, id, $2, $3, member_id, business_date, occurred_at, case when $5 then occurred_at end
                from receipts where tenant_id = $1 and member_id = $4 order by occurred_at desc limit 1
                """,
                tx.tenant_id,
                key,
                coupon.id,
                member,
                place % 3 == 0,
            )
    return keys


async def _choose(
    tx: Tx, members: Sequence[UUID], campaigns: Campaigns, keys: Sequence[str], midnight: datetime
) -> None:
    for number, member in enumerate(members):
        for which, campaign in enumerate(campaigns[:3]):
            place = number + 2 * which
            if place % 5 == 4:
                continue
            is_control = place % 4 == 0
            has_code = which == 1 and not is_control
            at = midnight - DAY * (number % 6) - SECOND * (number % 2)
            await tx.execute(
                """
                insert into campaign_recipients (tenant_id, campaign_id, member_id, is_control, planned_at, skipped,
                                                 coupon_key, offered_at)
                values ($1, $2, $3, $4, $5::timestamptz, $6, $7::text,
                        case when $7::text <> '' then $5::timestamptz end)
                """,
                tx.tenant_id,
                campaign,
                member,
                is_control,
                at,
                "" if is_control else ("", "merged", "no_consent", "", "")[number % 5],
                keys[2 * number] if has_code else None,
            )


async def _run(
    tx: Tx, members: Sequence[UUID], journey: UUID, keys: Sequence[str], midnight: datetime
) -> None:
    """Let members pass a step that gives a code; some have reached what the journey is for."""
    await tx.execute(
        "insert into journeys (tenant_id, id, draft, changed_at) values ($1, $2, '{}', $3)",
        tx.tenant_id,
        journey,
        tx.at,
    )
    await tx.execute(
        "insert into journey_versions values ($1, $2, 1, '{}', $3, 'test')", tx.tenant_id, journey, tx.at
    )
    for number, member in enumerate(members):
        if number % 3 == 2:
            continue
        run_id, at = new_id(), midnight - DAY * (number % 8) - SECOND * (number % 2)
        await tx.execute(
            """
            insert into journey_runs (tenant_id, id, journey_id, version, member_id, key, state, due_at,
                                      happened_at, entered_at, ended_at)
            values ($1, $2, $3, 1, $4, 'k', $5, $6, $6, $6, $6)
            """,
            tx.tenant_id,
            run_id,
            journey,
            member,
            ("goal", "passed", "control", "goal", "left")[number % 5],
            at,
        )
        await tx.execute(
            """
            insert into journey_passes (tenant_id, run_id, step, journey_id, coupon_key, at)
            values ($1, $2, 'code', $3, $4, $5)
            """,
            tx.tenant_id,
            run_id,
            journey,
            keys[2 * number + 1],
            at,
        )


async def _write(
    tx: Tx, members: Sequence[UUID], campaigns: Campaigns, random: Random, midnight: datetime
) -> None:
    """Send letters, some at the moment of a purchase; of the journey several to one. Some have not arrived."""
    for number, member in enumerate(members):
        bought = await tx.fetch(
            "select occurred_at from receipts where tenant_id = $1 and member_id = $2 order by id",
            tx.tenant_id,
            member,
        )
        for which, campaign in enumerate((*campaigns, campaigns.journey)):
            if (number + which) % 3 == 0:
                continue
            at = midnight - DAY * (number % 9) - SECOND * (number % 2)
            if bought and random.random() < 0.7:
                at = random.choice(bought)["occurred_at"] - random.choice((0, 1, 2, 5, 25)) * DAY
            key, state = f"{which}:{number}", STATES[(number * 5 + which) % len(STATES)]
            await post(
                tx, [letter(member, key, campaign_id=campaign, route=("inbox",), purpose="transactional")]
            )
            await tx.execute(
                """
                update outgoing set state = $3, finished_at = $4::timestamptz,
                    failure = case when $3 in ('failed', 'skipped') then 'no_consent' else '' end,
                    delivered_at = case $3 when 'delivered' then $4::timestamptz + interval '1 day' end,
                    read_at = case when $5 then $4::timestamptz + interval '2 days' end
                where tenant_id = $1 and key = $2
                """,
                tx.tenant_id,
                f"{key}:{member}",
                state,
                at,
                state == "sent" and number % 2 == 0,
            )
    # Each was written the moment before its first letter went out.
    await tx.execute(
        """
        update campaigns c set created_at = coalesce((
            select min(o.finished_at) from outgoing o where o.tenant_id = $1 and o.campaign_id = c.id
        ), c.created_at)
        where c.tenant_id = $1
        """,
        tx.tenant_id,
    )
