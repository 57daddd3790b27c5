"""All pages of the app, as one router for the composition root to mount at ``/``."""

from litestar import Router
from litestar.di import Provide

from plushka.delivery.app import (
    branches,
    buying,
    card,
    chat,
    codes,
    entering,
    friends,
    history,
    letters,
    notifications,
    offline,
    partners,
    phones,
    pictures,
    profile,
    rating,
    rewards,
    signing_in,
)
from plushka.delivery.app.admission import admit, provide_visit
from plushka.delivery.app.failures import EXCEPTION_HANDLERS

BODY_BYTES_MAX = 16 * 1024

router = Router(
    path="/",
    route_handlers=[
        *branches.HANDLERS,
        *buying.HANDLERS,
        *card.HANDLERS,
        *chat.HANDLERS,
        *codes.HANDLERS,
        *entering.HANDLERS,
        *friends.HANDLERS,
        *history.HANDLERS,
        *letters.HANDLERS,
        *notifications.HANDLERS,
        *offline.HANDLERS,
        *partners.HANDLERS,
        *pictures.HANDLERS,
        *phones.HANDLERS,
        *profile.HANDLERS,
        *rating.HANDLERS,
        *rewards.HANDLERS,
        *signing_in.HANDLERS,
    ],
    guards=[admit],
    dependencies={"visit": Provide(provide_visit, sync_to_thread=False)},
    exception_handlers=EXCEPTION_HANDLERS,
    include_in_schema=False,
    request_max_body_size=BODY_BYTES_MAX,
)
