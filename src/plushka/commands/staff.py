"""``plushka staff``: what the one who runs the server does for people who cannot get in."""

import asyncio

from cyclopts import App

from plushka.domain.staff.password_change import make_reset_of
from plushka.domain.staff.queries import find_credentials
from plushka.domain.staff.second_factor import delete_second_factor
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.operating import NeedsOperator
from plushka.platform.postgres.access import available
from plushka.platform.settings import Settings

app = App(name="staff", help="Let people back in.")

ACTOR = "operator:cli"


class NobodyLikeThis(NeedsOperator):
    """Nobody is registered with the e-mail."""


@app.command(name="reset-link")
def reset_link(email: str, *, without_second_factor: bool = False) -> None:
    """Print the path of a link by which the person with EMAIL makes a new password, once, within an hour.

    Parameters
    ----------
    without_second_factor
        Also switch codes at sign-in off, for somebody who has lost both the phone and the recovery codes.
    """
    with available(Settings.from_environment()) as dsn:
        token = asyncio.run(_made(dsn, email, without_second_factor=without_second_factor))
    print(f"Put the address of the office before it, and send it on:\n/password-resets/{token}")


async def _made(dsn: str, email: str, *, without_second_factor: bool) -> str:
    database = await Database.connect(dsn, connections_max=1)
    try:
        async with database.global_transaction(actor=ACTOR, at=SystemClock().now()) as tx:
            credentials = await find_credentials(tx, email.strip().lower())
            if credentials is None:
                raise NobodyLikeThis(f"nobody is registered with the e-mail {email}")
            if without_second_factor:
                await delete_second_factor(tx, credentials.account_id)
            return await make_reset_of(tx, credentials.account_id)
    finally:
        await database.close()
