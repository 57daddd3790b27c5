"""``make bench-journeys``: who of 100,000 members begins today is found, begins, and goes on to the first wait."""

import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from msgspec import structs

from bench.bot import connect_telegram
from bench.house import database_server
from plushka.delivery.jobs.journeys import lead_tenant
from plushka.demo.business import read_program
from plushka.domain.businesses.operations import found_business
from plushka.domain.campaigns.journeys.chains import Key, begin_chain
from plushka.domain.campaigns.journeys.entering import enter_some
from plushka.domain.campaigns.journeys.moving import move_some
from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.queries import list_running
from plushka.domain.campaigns.journeys.writing import create_journey, save_draft
from plushka.domain.programs.operations import create_program
from plushka.domain.programs.operations import publish as publish_program
from plushka.domain.programs.versions import Versions
from plushka.engine.journeys.parts import Journey, OnTierRisk, TagMember
from plushka.platform.database import Database
from plushka.platform.ids import new_id
from plushka.platform.postgres.cluster import Cluster

MEMBERS = 100_000
NOON = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)
READY: tuple[Key, ...] = ("miss_you", "birthday", "burn_reminder", "second_purchase")

# Everybody has a wallet and bought within 90 days, a seventh of it 45 to 60 days ago; every birthday is as likely; of
# every tenth points burn within a week.
_PEOPLE = """
    insert into members (tenant_id, id, name, birthday, enrolled_at)
    select {tenant}, gen_random_uuid(), 'M' || n, date '1960-01-01' + (n * 37) % 14000, '2025-01-01'
    from generate_series(1, {members}) n;
    insert into wallets
        (tenant_id, id, member_id, program_id, available, created_at, last_purchase_on, last_purchase_zone)
    select tenant_id, gen_random_uuid(), id, {program}, 100, '2025-01-01',
           date '2026-03-10' - (hashtext(name) & 1023) % 90, 'America/New_York'
    from members where tenant_id = {tenant};
    insert into lots (tenant_id, id, wallet_id, document_id, granted, pending, available, held, earned_at, activates_at,
        expires_at)
    select tenant_id, gen_random_uuid(), id, id, 100, 0, 100, 0, '2025-01-01', '2025-01-01',
           timestamptz '2026-03-11 05:00+00' + (hashtext(id::text) & 63) * interval '1 day'
    from wallets where tenant_id = {tenant};
    insert into standings (tenant_id, member_id, program_id, tier, tier_since, purchases, spend_minor)
    select tenant_id, id, {program}, 'silver', '2025-03-12', 5, 50000 from members where tenant_id = {tenant};
    insert into channel_addresses (tenant_id, messenger, external_id, member_id, language, created_at, seen_at)
    select tenant_id, 'telegram', name, id, 'ru', enrolled_at, enrolled_at from members where tenant_id = {tenant};
    insert into consents (tenant_id, id, member_id, kind, is_given, source, actor, at)
    select tenant_id, gen_random_uuid(), id, 'marketing', true, 'till', 'bench', enrolled_at
    from members where tenant_id = {tenant};
    analyze members, wallets, lots, standings, channel_addresses, consents;
"""


class Still:
    """A clock that is told the time."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def main() -> None:
    """Measure; some two minutes."""
    with database_server() as cluster:
        asyncio.run(_measure(cluster))


async def _measure(cluster: Cluster) -> None:
    database = await Database.connect(cluster.dsn, connections_max=2)
    tenant_id, clock = new_id(), Still(NOON - timedelta(minutes=5))
    try:
        await _found(database, cluster, tenant_id, clock)
        clock.at = NOON
        versions = Versions()
        async with database.transaction(tenant_id, actor="job:bench", at=NOON, read_only=True) as tx:
            running = await list_running(tx)
        began_all = time.perf_counter()
        for card in running:
            began, count, last, is_first = time.perf_counter(), 0, None, True
            while is_first or last is not None:
                is_first = False
                async with database.transaction(tenant_id, actor="job:bench", at=NOON) as tx:
                    last, some = await enter_some(tx, versions, card.id, after=last)
                count += some
            say(f"{card.name}: {count:,} began in {time.perf_counter() - began:.1f} s")
        say(f"daily evaluation of {len(running)} journeys: {time.perf_counter() - began_all:.1f} s")
        began, moved = time.perf_counter(), 0
        some = 1
        while some:
            async with database.transaction(tenant_id, actor="job:bench", at=NOON) as tx:
                some = await move_some(tx, [card.id for card in running])
            moved += some
        seconds = time.perf_counter() - began
        say(f"{moved:,} went on to their first wait in {seconds:.1f} s: {moved / seconds:.0f} a second")
        clock.at = NOON + timedelta(days=1)
        began = time.perf_counter()
        await lead_tenant(database, clock, tenant_id)
        say(f"all of the next day: {time.perf_counter() - began:.1f} s")
        clock.at += timedelta(minutes=1)
        began = time.perf_counter()
        await lead_tenant(database, clock, tenant_id)
        say(f"a minute in which nothing happens: {(time.perf_counter() - began) * 1000:.0f} ms")
    finally:
        await database.close()


async def _found(database: Database, cluster: Cluster, tenant_id: UUID, clock: Still) -> None:
    async with database.transaction(tenant_id, actor="operator:bench", at=clock.now()) as tx:
        await found_business(
            tx, name="Bench", currency="USD", country="US", language="ru", time_zone="America/New_York"
        )
        await connect_telegram(tx)
        program = read_program()
        program_id = await create_program(tx, name=program.name)
        await publish_program(tx, program_id=program_id, program=program, valid_from=tx.at)
        cards = [await begin_chain(tx, key) for key in READY]
        cards.append(
            await create_journey(
                tx, Journey("Уровень под угрозой", OnTierRisk(30), (TagMember("t", "риск"),))
            )
        )
        for card in cards:
            draft = structs.replace(card.draft, control_bp=10_00)
            saved = await save_draft(tx, card.id, draft, revision=card.revision)
            await publish(tx, saved.id, revision=saved.revision)
    with psycopg.connect(cluster.dsn) as connection:
        connection.execute(
            _PEOPLE.replace("{tenant}", f"'{tenant_id}'")
            .replace("{program}", f"'{program_id}'")
            .replace("{members}", str(MEMBERS))
        )


def say(what: str) -> None:
    """Tell what was measured."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
