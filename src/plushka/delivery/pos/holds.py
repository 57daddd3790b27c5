"""Points set aside for a receipt to come."""

from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.requests import HoldIn, Query
from plushka.domain.ledger.model import InsufficientPoints, WalletMoved
from plushka.domain.members.model import PhoneInvalid, UnknownMember
from plushka.domain.members.permits import PermitRequired, PermitUnusable
from plushka.domain.programs.spending import RedemptionRefused
from plushka.domain.purchases.hold import cancel_hold, hold
from plushka.domain.purchases.model import (
    Hold,
    HoldClosed,
    KeyReused,
    ReceiptDiffers,
    UnknownBranch,
    UnknownHold,
)


@endpoint(
    "POST /v1/holds",
    scope="purchases",
    statuses=(201,),
    refusals=(
        UnknownMember,
        PhoneInvalid,
        UnknownBranch,
        InsufficientPoints,
        RedemptionRefused,
        PermitRequired,
        PermitUnusable,
        WalletMoved,
        ReceiptDiffers,
        KeyReused,
    ),
    example={"external_id": "7-000124", "member": {"card": "100022"}, "points": 100, "ttl_seconds": 900},
    takes_key=True,
)
async def hold_points(call: Call[HoldIn, Query]) -> Answer[Hold]:
    """Set points aside until the purchase is paid: give ``hold_id`` with the purchase to spend them.

    What the purchase does not need goes back to the member, and so does everything when ``ttl_seconds``
    have passed. They are points of the programme that serves the till's branch, and are spent where the same
    programme serves. Safe to repeat with the same ``external_id``.
    """
    request = call.body.to_domain(country=call.holder.country, idempotency_key=call.idempotency_key)
    async with call.transaction() as tx:
        return Answer(await hold(tx, call.services.reference, call.caller, request), 201)


@endpoint("POST /v1/holds/{id}/cancel", scope="purchases", refusals=(UnknownHold, HoldClosed, WalletMoved))
async def cancel_points_hold(call: Call[None, Query]) -> Answer[Hold]:
    """Give held points back to the member. Cancelling twice, or after the time is up, changes nothing."""
    async with call.transaction() as tx:
        return Answer(await cancel_hold(tx, call.caller, call.id))
