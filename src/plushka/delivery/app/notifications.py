"""Notifications in the member's browser: turned on by their own press, shown on each of their devices, turned off."""

from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_409_CONFLICT

from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.visit import Visit
from plushka.domain.messages.push_devices import (
    ENDPOINT_LENGTH_MAX,
    KEY_LENGTH_MAX,
    PushOff,
    SubscriptionInvalid,
    subscribe,
    unsubscribe,
)
from plushka.domain.staff.devices import told_device


@post(f"{PATH}/notifications", status_code=HTTP_200_OK)
async def turn_on(visit: NamedDependency[Visit], request: AppRequest) -> Response[str]:
    """Take in what a browser has subscribed with. Repeated by it whenever the key has changed."""
    form = await visit.typed(request)
    try:
        async with visit.writing() as tx:
            await subscribe(
                tx,
                visit.member.member_id,
                key=form.text("key", length_max=KEY_LENGTH_MAX),
                endpoint=form.text("endpoint", length_max=ENDPOINT_LENGTH_MAX),
                p256dh=form.text("p256dh", length_max=KEY_LENGTH_MAX),
                auth=form.text("auth", length_max=KEY_LENGTH_MAX),
                device=told_device(request.headers.get("user-agent", "")),
            )
    except (PushOff, SubscriptionInvalid):
        return Response("", status_code=HTTP_409_CONFLICT, media_type="text/plain")
    return Response("", media_type="text/plain")


@post(f"{PATH}/notifications/off", status_code=HTTP_303_SEE_OTHER)
async def turn_off(visit: NamedDependency[Visit], request: AppRequest) -> Redirect:
    """Show nothing on one device any more; another of the member's may be named too."""
    form = await visit.typed(request)
    try:
        device_id = UUID(form.value("device"))
    except ValueError:
        device_id = None
    endpoint = form.value("endpoint")
    if device_id is not None or endpoint:
        async with visit.writing() as tx:
            await unsubscribe(tx, visit.member.member_id, endpoint=endpoint, device_id=device_id)
    return Redirect(f"{visit.home}/profile?said=push_off", status_code=HTTP_303_SEE_OTHER)


HANDLERS = [turn_on, turn_off]
