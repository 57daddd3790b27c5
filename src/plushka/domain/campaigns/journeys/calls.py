"""What other systems are told of members who pass a step: left in the transaction that decides it, sent until taken.

A call carries ``X-Plushka-Signature``: HMAC-SHA256 of its body in hexadecimal, by the business's secret for webhooks.
Its key is told again with each try, so whoever listens can take it once. A journey that begins with an event, or with
a cart, tells of it as it stands when the call is left (``docs/pos-api/webhooks.md``).
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.messages.templates.happenings import Happening, load_happenings
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

ATTEMPTS_MAX = 10
"""Some two days, with pauses that double from two minutes."""
FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=12)
LEASE = timedelta(minutes=5)
"""For so long nobody else tries a call that was taken up; whoever took it may have died."""
KEPT_FOR = timedelta(days=90)
AT_ONCE = 20
FAILURE_LENGTH_MAX = 300
_SECRET = "webhooks"  # noqa: S105  what it is for, not the secret


class Call(Struct, frozen=True):
    """A call to be left: of which step, of whom, where. ``found``: what letters of the run can name."""

    key: str
    journey_id: UUID
    member_id: UUID
    step: str
    url: str
    found: Mapping[str, str] = {}


class Taken(Struct, frozen=True):
    """A call that was taken up, with its signature."""

    id: UUID
    url: str
    body: str
    signature: str
    attempts: int


def secret_of(tx: Tx) -> str:
    """Return what the business's calls are signed with, as its people give it to whoever listens."""
    return tx.fingerprint(_SECRET).hex()


async def leave_calls(tx: Tx, calls: Sequence[Call]) -> None:
    """Leave calls to be sent after the commit, each once by its key."""
    happenings = await load_happenings(tx, [call.found for call in calls])
    bodies = [
        msgspec.json.encode(
            {
                "type": "journey.step",
                "key": call.key,
                "journey": call.journey_id,
                "step": call.step,
                "member": call.member_id,
                "at": tx.at,
                "event": None if happening is None else _told(happening),
            }
        ).decode()
        for call, happening in zip(calls, happenings, strict=True)
    ]
    await tx.execute(
        """
        -- journeys.leave_calls
        insert into webhook_calls (tenant_id, created_at, due_at, id, key, journey_id, member_id, url, body)
        select $1, $2, $2, new.* from unnest($3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[])
            as new
        on conflict (tenant_id, key) do nothing
        """,
        tx.tenant_id,
        tx.at,
        [new_id() for _ in calls],
        [call.key for call in calls],
        [call.journey_id for call in calls],
        [call.member_id for call in calls],
        [call.url for call in calls],
        bodies,
    )


def _told(happening: Happening) -> Mapping[str, object]:
    """Return what has begun a journey, in the names and units of the till's API."""
    return {
        "id": happening.id,
        "kind": happening.kind.name,
        "occurred_at": happening.at,
        "data": happening.data,
    }


async def take_calls(tx: Tx) -> list[Taken]:
    """Take up some calls that are due; nobody else does for ``LEASE``."""
    rows = await tx.fetch(
        """
        -- journeys.take_calls
        update webhook_calls set attempts = attempts + 1, due_at = $3
        where tenant_id = $1 and id in (
            select id from webhook_calls where tenant_id = $1 and state = 'waiting' and due_at <= $2
            order by due_at limit $4
            for update skip locked
        )
        returning id, url, body, attempts
        """,
        tx.tenant_id,
        tx.at,
        tx.at + LEASE,
        AT_ONCE,
    )
    secret = secret_of(tx).encode()
    return [
        Taken(
            row["id"],
            row["url"],
            row["body"],
            hmac.new(secret, row["body"].encode(), "sha256").hexdigest(),
            row["attempts"],
        )
        for row in rows
    ]


async def note_taken(tx: Tx, call_id: UUID) -> None:
    """Write down that a call was taken."""
    await tx.execute(
        """
        -- journeys.note_call_taken
        update webhook_calls set state = 'taken', failure = '', finished_at = $3
        where tenant_id = $1 and id = $2 and state = 'waiting'
        """,
        tx.tenant_id,
        call_id,
        tx.at,
    )


async def note_failed(tx: Tx, call: Taken, failure: str, *, for_good: bool = False) -> None:
    """Let a call be tried again after a pause that grows; ``for_good`` or after ``ATTEMPTS_MAX`` never."""
    is_over = for_good or call.attempts >= ATTEMPTS_MAX
    pause = min(FIRST_PAUSE * 2 ** (call.attempts - 1), LONGEST_PAUSE)
    await tx.execute(
        """
        -- journeys.note_call_failed
        update webhook_calls
        set failure = $3, due_at = $4, state = case when $5 then 'failed' else state end,
            finished_at = case when $5 then $6::timestamptz end
        where tenant_id = $1 and id = $2 and state = 'waiting'
        """,
        tx.tenant_id,
        call.id,
        failure[:FAILURE_LENGTH_MAX],
        tx.at + pause,
        is_over,
        tx.at,
    )


async def count_calls(tx: Tx, journey_id: UUID) -> dict[str, int]:
    """Return how many calls of a journey wait, were taken, have failed for good."""
    rows = await tx.fetch(
        """
        -- journeys.count_calls
        select state, count(*) as calls from webhook_calls where tenant_id = $1 and journey_id = $2 group by state
        """,
        tx.tenant_id,
        journey_id,
    )
    return {row["state"]: row["calls"] for row in rows}


async def clear_calls(tx: Tx) -> None:
    """Forget calls of long ago."""
    await tx.execute(
        """
        -- journeys.clear_calls
        delete from webhook_calls where tenant_id = $1 and finished_at < $2
        """,
        tx.tenant_id,
        tx.at - KEPT_FOR,
    )
