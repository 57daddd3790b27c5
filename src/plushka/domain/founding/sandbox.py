"""A copy of a business to rehearse in: its places, people, goods and rules, and nobody's purchases.

A sandbox is a business of its own (``businesses.sandbox_of`` names whose copy it is), so that nothing done in it
can touch the real one. What is copied keeps its ids: they are unique within a business.
"""

import json
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.businesses.model import Business
from plushka.domain.businesses.queries import get_business
from plushka.domain.members.model import Identity
from plushka.domain.programs.operations import enroll
from plushka.platform.database import GlobalTx, Tx
from plushka.platform.errors import Conflict
from plushka.platform.i18n import marked, translator

TABLES = (
    "branding",
    "branches",
    "roles",
    "staff",
    "staff_branches",
    "tills",
    "categories",
    "products",
    "programs",
    "program_versions",
    "branch_programs",
    "reward_offers",
    "reward_supplies",
    "consent_texts",
    "event_kinds",
    "lifecycle_settings",
    "auto_tags",
    "suggestion_settings",
    "certificate_types",
    "coupons",
    "coupon_codes",
    "letter_rules",
    "channel_rules",
    "templates",
    "segments",
)
"""What a sandbox begins with, each after those it refers to. Keys of tills are not copied: a till that rehearses
must not do so by the key with which it sells."""
COPIED_CODES_MAX = 10
"""Of one coupon: words and a few of many, enough to try what they give. A member's own code is nobody's there."""
_READ = {
    "coupon_codes": f"""
        coupons k cross join lateral (
            select * from coupon_codes c
            where c.tenant_id = k.tenant_id and c.coupon_id = k.id and c.member_id is null
            order by c.key
            limit {COPIED_CODES_MAX}
        ) t where k.tenant_id = $1
    """  # noqa: S608  a constant
}
"""Of which tables not every row is copied."""
_LEFT_OUT = {
    "staff": ("entered_at", "seen_at"),
    "auto_tags": ("refreshed_at",),
    "suggestion_settings": ("refreshed_at",),
}
MEMBERS = (marked("Anna the Test"), marked("Boris the Test"), marked("Vera the Test"))


class Blueprint(Struct, frozen=True):
    """What a sandbox is built from; ``rows`` are JSON by table."""

    business: Business
    rows: dict[str, str]


class SandboxOpen(Conflict):
    """The business has one already."""

    code = "sandbox_open"


class SandboxInSandbox(Conflict):
    code = "sandbox_in_sandbox"


class NotSandbox(Conflict):
    """Only a sandbox can be closed so easily."""

    code = "not_sandbox"


async def find_sandbox(tx: GlobalTx, tenant_id: UUID) -> UUID | None:
    """Return the open sandbox of a business."""
    sandbox_id: UUID | None = await tx.fetchval(
        """
        -- founding.find_sandbox
        select tenant_id from businesses where sandbox_of = $1 and closed_at is null
        """,
        tenant_id,
    )
    return sandbox_id


async def read_blueprint(tx: Tx) -> Blueprint:
    """Return what a sandbox of the transaction's business is built from.

    :raises SandboxInSandbox: it is one itself
    """
    business = await get_business(tx)
    if business.sandbox_of is not None:
        raise SandboxInSandbox
    rows = {}
    for table in TABLES:
        rows[table] = await tx.fetchval(
            f"""
            -- founding.read_blueprint
            select coalesce(json_agg(t), '[]')::text from {_READ.get(table, f"{table} t where tenant_id = $1")}
            """,  # noqa: S608  constants from above
            tx.tenant_id,
        )
    return Blueprint(business=business, rows=rows)


async def build_sandbox(tx: Tx, blueprint: Blueprint, *, account_id: UUID) -> None:
    """Build a sandbox in a transaction opened on a new id; who asked for it, by ``account_id``, finds it first.

    :raises SandboxOpen: the business has one already, or has got one meanwhile
    """
    real = blueprint.business
    words = translator(real.language)
    built = await tx.fetchval(
        """
        -- founding.build_sandbox
        insert into businesses
            (tenant_id, name, currency, country, language, time_zone, point_words, spending_needs_permit,
             created_at, sandbox_of)
        select $1, $2, currency, country, language, time_zone, point_words, spending_needs_permit, $3, tenant_id
        from businesses where tenant_id = $4
        on conflict do nothing
        returning true
        """,
        tx.tenant_id,
        words.gettext("{business}: sandbox", business=real.name),
        tx.at,
        real.tenant_id,
    )
    if not built:
        raise SandboxOpen
    for table in TABLES:
        await _copy(tx, table, blueprint.rows[table])
    await _begin_counts(tx)
    for number, name in enumerate(MEMBERS, start=1):
        card = Identity(kind="card", value=f"TEST-{number}")
        await enroll(tx, name=words.gettext(name), identities=(card,))
    await record(
        tx,
        action="sandbox.open",
        subject=f"business:{tx.tenant_id}",
        of=str(real.tenant_id),
        account=str(account_id),
    )


async def _begin_counts(tx: Tx) -> None:
    """Let nothing that was copied be taken or used yet."""
    await tx.execute(
        """
        -- founding.refill_stock
        update reward_offers set stock_left = stock_total where tenant_id = $1
        """,
        tx.tenant_id,
    )
    await tx.execute(
        """
        -- founding.unuse_codes
        update coupon_codes set uses = 0 where tenant_id = $1 and uses > 0
        """,
        tx.tenant_id,
    )
    await tx.execute(
        """
        -- founding.empty_segments
        update segments set members = 0, refreshed_at = null where tenant_id = $1
        """,
        tx.tenant_id,
    )
    await tx.execute(
        """
        -- founding.count_codes
        update coupons k
        set codes = (select count(*) from coupon_codes c where c.tenant_id = $1 and c.coupon_id = k.id)
        where k.tenant_id = $1
        """,
        tx.tenant_id,
    )


async def close_sandbox(tx: Tx) -> UUID:
    """Close the sandbox of the transaction and return whose it was; whoever is in it goes on in the real business.

    Its rows stay as they are: a journal is never deleted, not even a rehearsed one.

    :raises NotSandbox: this is a real business
    """
    real_id: UUID | None = await tx.fetchval(
        """
        -- founding.close_sandbox
        update businesses set closed_at = $2
        where tenant_id = $1 and sandbox_of is not null and closed_at is null
        returning sandbox_of
        """,
        tx.tenant_id,
        tx.at,
    )
    if real_id is None:
        raise NotSandbox
    await tx.execute(
        """
        -- founding.leave_sandbox
        update staff set dismissed_at = $2 where tenant_id = $1 and dismissed_at is null
        """,
        tx.tenant_id,
        tx.at,
    )
    await tx.execute(
        """
        -- founding.leave_sandbox_sessions
        update sessions set tenant_id = $2 where tenant_id = $1
        """,
        tx.tenant_id,
        real_id,
    )
    await tx.execute(
        """
        -- founding.revoke_sandbox_keys
        update api_keys set revoked_at = $2 where tenant_id = $1 and revoked_at is null
        """,
        tx.tenant_id,
        tx.at,
    )
    await record(tx, action="sandbox.close", subject=f"business:{tx.tenant_id}")
    return real_id


async def _copy(tx: Tx, table: str, rows: str) -> None:
    """Write rows of another business as this one's."""
    left_out = _LEFT_OUT.get(table, ())
    copied = [
        {
            **{name: value for name, value in row.items() if name not in left_out},
            "tenant_id": str(tx.tenant_id),
        }
        for row in json.loads(rows)
    ]
    if copied:
        await tx.execute(
            f"""
            -- founding.copy
            insert into {table} select (json_populate_recordset(null::{table}, $1::json)).*
            """,
            json.dumps(copied),
        )
