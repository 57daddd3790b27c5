"""Letters that no sender carries: into the app's inbox, and on to the next channel where one is shut or silent."""

from uuid import UUID

from plushka.domain.messages.closed_channels import is_anything_left, leave_closed_channels
from plushka.domain.messages.composing import compose
from plushka.domain.messages.finishing import Arrived, finish_sent
from plushka.domain.messages.model import Sent
from plushka.domain.messages.moving import move_overdue
from plushka.domain.messages.taking import Asking, take_next
from plushka.platform.clock import Clock
from plushka.platform.database import Database

LETTERS_AT_ONCE = 500


async def move_letters(database: Database, clock: Clock, tenant_id: UUID, *, public_url: str = "") -> None:
    """Put what is due into the inboxes of a tenant's members, and move on what is overdue or has lost its channel.

    ``public_url`` is where the installation is for others; empty: links hold within the app alone.
    """
    is_more = True
    while is_more:
        # Mostly there is nothing, of which one statement tells.
        async with database.transaction(
            tenant_id, actor="job:letters", at=clock.now(), plans_once=True
        ) as tx:
            if not await is_anything_left(tx):
                return
            moved = await move_overdue(tx) + await leave_closed_channels(tx)
            (look,) = await take_next(tx, [Asking("inbox", LETTERS_AT_ONCE, LETTERS_AT_ONCE)])
            composed = await compose(tx, look.taken, app_url=f"{public_url}/app/{tenant_id}")
            await finish_sent(tx, [Arrived(message, Sent(parts=0), told.plain) for message, told in composed])
            is_more = bool(moved) or not look.is_all
