"""``plushka found``: a business of one's own, ready for its first till."""

import asyncio
import getpass
from datetime import datetime

import msgspec
from cyclopts import App
from msgspec import Struct

from plushka.domain.businesses.operations import found_business, open_branch
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.staff.model import SCOPES
from plushka.domain.staff.operations import hire, issue_key, register_account, set_up_till
from plushka.engine.program import (
    AfterDays,
    EarningRule,
    ExpiryFixed,
    Percent,
    Program,
    Redemption,
    RedemptionLimits,
)
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.errors import Refusal
from plushka.platform.i18n import Language
from plushka.platform.ids import new_id
from plushka.platform.migrate import migrate
from plushka.platform.operating import NeedsOperator
from plushka.platform.postgres.access import available
from plushka.platform.settings import Settings

app = App(name="found", help="Found a business of your own.")

ACTOR = "operator:cli"
PROGRAM = Program(
    name="5 %",
    currency="RUB",
    earning=(EarningRule(id="cashback", name="5 %", effect=Percent(rate_bp=500)),),
    redemption=Redemption(limits=RedemptionLimits(receipt_share_bp=3000)),
    activation=AfterDays(1),
    expiry=ExpiryFixed(days=180),
)
"""What a business begins with: 5 % back, from the next day on, to pay up to 30 % of a receipt with."""


class NotFounded(NeedsOperator):
    """What was given cannot be a business; the message names the first reason."""


class Wanted(Struct, frozen=True):
    """The business to be founded."""

    name: str
    email: str
    password: str
    owner: str
    currency: str
    country: str
    language: Language
    time_zone: str
    branch: str


@app.default
def found(
    name: str,
    *,
    email: str,
    owner: str,
    currency: str = "RUB",
    country: str = "RU",
    language: Language = "ru",
    time_zone: str = "Europe/Moscow",
    branch: str = "Главная",
) -> None:
    """Found a business NAME with a branch, a till and a first programme; print the till's key, once.

    The owner's password is asked for and not shown.

    Parameters
    ----------
    email
        What the owner signs in to the office with.
    owner
        The owner's name.
    """
    wanted = Wanted(
        name=name,
        email=email,
        password=getpass.getpass("Password of the owner: "),
        owner=owner,
        currency=currency,
        country=country,
        language=language,
        time_zone=time_zone,
        branch=branch,
    )
    with available(Settings.from_environment()) as dsn:
        migrate(dsn)
        key = asyncio.run(_found(dsn, wanted, SystemClock().now()))
    print(f"{name} is founded. The key of its till, shown only now:\n{key}")


async def _found(dsn: str, wanted: Wanted, at: datetime) -> str:
    database = await Database.connect(dsn, connections_max=1)
    try:
        async with database.transaction(new_id(), actor=ACTOR, at=at) as tx:
            await found_business(
                tx,
                name=wanted.name,
                currency=wanted.currency,
                country=wanted.country,
                language=wanted.language,
                time_zone=wanted.time_zone,
            )
            account = await register_account(
                tx, email=wanted.email, name=wanted.owner, password=wanted.password, language=wanted.language
            )
            await hire(tx, account_id=account.id, role="owner")
            branch = await open_branch(tx, code="1", name=wanted.branch)
            till = await set_up_till(tx, name=f"{wanted.branch}, 1", branch_id=branch.id)
            program_id = await create_program(tx, name=wanted.name)
            program = msgspec.structs.replace(PROGRAM, currency=wanted.currency)
            await publish(tx, program_id=program_id, program=program, valid_from=at)
            _, key = await issue_key(tx, till_id=till.id, scopes=SCOPES)
            return key
    except Refusal as refusal:
        raise NotFounded(f"{refusal.field or 'business'}: {refusal.code}") from refusal
    finally:
        await database.close()
