"""Browsers that show a member's notifications: subscribed by their owner's own press, forgotten when they are gone."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.members.store import lock_member
from plushka.domain.messages.gateways.parcels import Device
from plushka.platform.database import Tx
from plushka.platform.errors import Conflict, Invalid
from plushka.platform.ids import new_id

DEVICES_MAX = 10
"""Of one member; the oldest one gives way."""
ENDPOINT_LENGTH_MAX = 1000
KEY_LENGTH_MAX = 200
DEVICE_LENGTH_MAX = 200


HAS_DEVICE_SQL = """
    exists (
        select from push_subscriptions s
        join gateways g on g.tenant_id = $1 and g.id = s.gateway_id and g.disconnected_at is null
        where s.tenant_id = $1 and s.member_id in (
            select id from members where tenant_id = $1 and letter.member_id in (id, merged_into)
        )
    )
"""
"""Of ``letter (member_id)``: a browser of the member shows notifications. ``$1`` is the tenant."""


class OwnDevice(Struct, frozen=True):
    """A device as its member sees it."""

    id: UUID
    device: str
    created_at: datetime


class PushOff(Conflict):
    """The business pushes nothing, or with another key than the browser has subscribed with."""

    code = "push_off"


class SubscriptionInvalid(Invalid):
    """What a browser would have sent looks otherwise."""

    code = "subscription_invalid"


async def subscribe(
    tx: Tx, member_id: UUID, *, key: str, endpoint: str, p256dh: str, auth: str, device: str
) -> None:
    """Let a browser, which has subscribed with ``key``, show the member's notifications; safe to repeat.

    A browser is one member's: whoever had it before has it no more.

    :raises PushOff: the key is not the business's of now
    :raises SubscriptionInvalid: it is no subscription
    """
    if not (
        endpoint.startswith(("https://", "http://"))
        and len(endpoint) <= ENDPOINT_LENGTH_MAX
        and 0 < len(p256dh) <= KEY_LENGTH_MAX
        and 0 < len(auth) <= KEY_LENGTH_MAX
    ):
        raise SubscriptionInvalid(field="endpoint")
    await lock_member(tx, member_id)
    row = await tx.fetchrow(
        """
        -- push_devices.subscribe
        insert into push_subscriptions
            (tenant_id, id, member_id, gateway_id, endpoint, p256dh, auth, device, created_at)
        select $1, $2, $3, id, $4, $5, $6, $7, $8 from gateways
        where tenant_id = $1 and kind = 'push' and disconnected_at is null and public_key = $9
        on conflict (tenant_id, endpoint) do update
        set member_id = $3, gateway_id = excluded.gateway_id, p256dh = $5, auth = $6, device = $7,
            created_at = case when push_subscriptions.member_id = $3 then push_subscriptions.created_at else $8 end
        returning id, created_at = $8 as is_new
        """,
        tx.tenant_id,
        new_id(),
        member_id,
        endpoint,
        p256dh,
        auth,
        device[:DEVICE_LENGTH_MAX],
        tx.at,
        key,
    )
    if row is None:
        raise PushOff
    if row["is_new"]:
        await _make_room(tx, member_id)
        await audit.record(tx, action="push.subscribe", subject=f"member:{member_id}", device=device)


async def unsubscribe(tx: Tx, member_id: UUID, *, endpoint: str = "", device_id: UUID | None = None) -> bool:
    """Let a browser show nothing any more, named by its endpoint or by its id; tell whether it did."""
    row = await tx.fetchrow(
        """
        -- push_devices.unsubscribe
        delete from push_subscriptions
        where tenant_id = $1 and (endpoint = $3 or id = $4) and member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        returning device
        """,
        tx.tenant_id,
        member_id,
        endpoint,
        device_id,
    )
    if row is None:
        return False
    await audit.record(tx, action="push.unsubscribe", subject=f"member:{member_id}", device=row["device"])
    return True


async def list_devices(tx: Tx, member_id: UUID) -> Sequence[Device]:
    """Return the browsers of a member, and of who became part of them, that the business can push to now."""
    rows = await tx.fetch(
        """
        -- push_devices.list_devices
        select s.id, s.endpoint, s.p256dh, s.auth from push_subscriptions s
        join gateways g on g.tenant_id = $1 and g.id = s.gateway_id and g.disconnected_at is null
        where s.tenant_id = $1 and s.member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        order by s.id
        """,
        tx.tenant_id,
        member_id,
    )
    return [Device(**row) for row in rows]


async def list_own_devices(tx: Tx, member_id: UUID) -> Sequence[OwnDevice]:
    """Return a member's devices, the latest first."""
    rows = await tx.fetch(
        """
        -- push_devices.list_own_devices
        select id, device, created_at from push_subscriptions
        where tenant_id = $1 and member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        order by created_at desc, id
        """,
        tx.tenant_id,
        member_id,
    )
    return [OwnDevice(**row) for row in rows]


async def drop_gone(tx: Tx, device_ids: Collection[UUID]) -> None:
    """Forget browsers of which their push service says that they have unsubscribed, or are no more."""
    await tx.execute(
        """
        -- push_devices.drop_gone
        delete from push_subscriptions where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(device_ids),
    )


async def forget_devices(tx: Tx, member_id: UUID) -> None:
    """Forget all browsers of a member: their data are destroyed."""
    await tx.execute(
        """
        -- push_devices.forget_devices
        delete from push_subscriptions where tenant_id = $1 and member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        """,
        tx.tenant_id,
        member_id,
    )


async def _make_room(tx: Tx, member_id: UUID) -> None:
    await tx.execute(
        """
        -- push_devices.make_room
        delete from push_subscriptions where tenant_id = $1 and id in (
            select id from push_subscriptions where tenant_id = $1 and member_id = $2
            order by created_at desc, id desc
            offset $3
        )
        """,
        tx.tenant_id,
        member_id,
        DEVICES_MAX,
    )
