"""``make bench-letters``: letters to 100,000 members are posted, asked at the gate, and taken up."""

import asyncio
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg

from bench.bot import connect_telegram
from bench.house import database_server
from plushka.domain.businesses.operations import found_business
from plushka.domain.messages.composing import compose
from plushka.domain.messages.finishing import finish
from plushka.domain.messages.letters import Letter, post
from plushka.domain.messages.model import Sent
from plushka.domain.messages.rules import Rules, change_rules
from plushka.domain.messages.taking import take
from plushka.domain.messages.templates.ready import draft_of
from plushka.domain.messages.templates.store import create_template
from plushka.platform.database import Database
from plushka.platform.ids import new_id
from plushka.platform.postgres.cluster import Cluster

MEMBERS = 100_000
TAKEN = 2_000
AT_ONCE = 5
NOON = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)

# Every second one is in Telegram, every second has an e-mail, all have phones; every tenth never agreed.
_PEOPLE = """
    insert into members (tenant_id, id, name, enrolled_at)
    select {tenant}, gen_random_uuid(), 'M' || n, '2026-01-01' from generate_series(1, {members}) n;
    insert into identities (tenant_id, kind, value, member_id, created_at)
    select tenant_id, 'phone', '+7' || name, id, enrolled_at from members where tenant_id = {tenant};
    insert into identities (tenant_id, kind, value, member_id, created_at)
    select tenant_id, 'email', name || '@example.org', id, enrolled_at from members
    where tenant_id = {tenant} and hashtext(name) % 2 = 0;
    insert into channel_addresses (tenant_id, messenger, external_id, member_id, language, created_at, seen_at)
    select tenant_id, 'telegram', name, id, 'ru', enrolled_at, enrolled_at from members
    where tenant_id = {tenant} and hashtext(name || '-') % 2 = 0;
    insert into consents (tenant_id, id, member_id, kind, is_given, source, actor, at)
    select tenant_id, gen_random_uuid(), id, 'marketing', hashtext(name || '+') % 10 <> 0, 'till', 'bench', enrolled_at
    from members where tenant_id = {tenant};
    insert into gateways
        (tenant_id, id, kind, provider, sender, host, port, security, credentials, per_second, public_key,
         connected_at, connected_by)
    values ({tenant}, gen_random_uuid(), 'email', 'smtp', 'a@example.org', 'mail.example.org', 25, 'tls', '', 10, '',
            now(), 'bench');
    analyze members, identities, channel_addresses, consents;
"""


def main() -> None:
    """Measure; some two minutes."""
    with database_server() as cluster:
        asyncio.run(_measure(cluster))


async def _measure(cluster: Cluster) -> None:
    database = await Database.connect(cluster.dsn, connections_max=2)
    tenant_id = new_id()
    try:
        async with database.transaction(tenant_id, actor="operator:bench", at=NOON) as tx:
            await found_business(
                tx, name="Bench", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
            )
            await connect_telegram(tx)
            await change_rules(tx, Rules(cap_letters=5))
            template_id = await create_template(tx, draft_of("miss_you", "ru"))
        with psycopg.connect(cluster.dsn) as connection:
            connection.execute(
                _PEOPLE.replace("{tenant}", f"'{tenant_id}'")
                .replace("{members}", str(MEMBERS))
                .replace("%", "%")
            )
        async with database.transaction(tenant_id, actor="job:bench", at=NOON) as tx:
            rows = await tx.fetch("select id from members where tenant_id = $1", tenant_id)
        campaign_id = uuid4()
        letters = [
            Letter(
                member_id=row["id"],
                key=f"bench:{row['id']}",
                purpose="marketing",
                template_id=template_id,
                campaign_id=campaign_id,
            )
            for row in rows
        ]
        began = time.perf_counter()
        async with database.transaction(tenant_id, actor="job:bench", at=NOON) as tx:
            posted = await post(tx, letters)
            states = await tx.fetch(
                "select channel, state, count(*) from outgoing where tenant_id = $1 group by 1, 2 order by 1, 2",
                tenant_id,
            )
        say(
            f"posted {posted} letters in {time.perf_counter() - began:.1f} s: {[tuple(row) for row in states]}"
        )
        seconds = await _take(database, tenant_id, "telegram")
        say(
            f"taken, composed and finished {TAKEN} letters, {AT_ONCE} at once: {TAKEN / seconds:.0f} a second"
        )
    finally:
        await database.close()


async def _take(database: Database, tenant_id: Any, channel: Any) -> float:
    began = time.perf_counter()
    for _ in range(TAKEN // AT_ONCE):
        async with database.transaction(tenant_id, actor="job:bench", at=NOON) as tx:
            composed = await compose(tx, await take(tx, channel, "marketing", AT_ONCE))
        for message, told in composed:
            async with database.transaction(tenant_id, actor="job:bench", at=NOON) as tx:
                await finish(tx, message, Sent(), said=told.said)
    return time.perf_counter() - began


def say(what: str) -> None:
    """Tell what was measured."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
