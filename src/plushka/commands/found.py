"""``plushka found``: a business of one's own, ready for its first till."""

import asyncio
import getpass
from datetime import datetime

from cyclopts import App

from plushka.domain.businesses.countries import currency_of, language_of, list_countries, time_zones_of
from plushka.domain.businesses.model import CountryUnknown
from plushka.domain.founding.model import Founded, Owner, Plan
from plushka.domain.founding.operations import found as found_whole
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.domain.staff.passwords import about, hash_password
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


class NotFounded(NeedsOperator):
    """What was given cannot be a business; the message names the first reason."""


@app.default
def found(
    name: str,
    *,
    email: str,
    owner: str,
    country: str = "RU",
    currency: str | None = None,
    language: Language | None = None,
    time_zone: str | None = None,
    branch: str = "Главная",
    preset: str | None = None,
) -> None:
    """Found a business NAME with a branch, a till and a first programme; print the till's key, once.

    The owner's password is asked for and not shown. What is not told of currency, language and time zone is the
    country's.

    Parameters
    ----------
    email
        What the owner signs in to the office with.
    owner
        The owner's name.
    preset
        The programme to begin with: coffee, salon, retail, delivery, clothes or levels; without one, an empty one.
    """
    password = _ask_password()
    try:
        if country not in list_countries():
            raise CountryUnknown(field="country", country=country)
        spoken = language or language_of(country, otherwise="en")
        plan = Plan(
            name=name,
            country=country,
            currency=currency or currency_of(country),
            language=spoken,
            time_zone=time_zone or time_zones_of(country)[0],
            branch=branch,
            preset=preset,
        )
        with available(Settings.from_environment()) as dsn:
            migrate(dsn)
            founded = asyncio.run(
                _found(dsn, plan, email=email, owner=owner, password=password, at=SystemClock().now())
            )
    except Refusal as refusal:
        sentence = refusal_sentence(refusal.code, refusal.facts, "en")
        raise NotFounded(f"{refusal.field or 'business'}: {sentence}") from refusal
    print(f"{name} is founded. The key of its till, shown only now:\n{founded.till_key}")


def _ask_password() -> str:
    try:
        return getpass.getpass("Password of the owner: ")
    except EOFError as error:
        raise NotFounded("password: nobody is there to type it; send it on the standard input") from error


async def _found(dsn: str, plan: Plan, *, email: str, owner: str, password: str, at: datetime) -> Founded:
    password_hash = await hash_password(password, about=about(email, owner))
    person = Owner(email=email, name=owner, password_hash=password_hash, language=plan.language)
    database = await Database.connect(dsn, connections_max=1)
    try:
        async with database.transaction(new_id(), actor=ACTOR, at=at) as tx:
            return await found_whole(tx, plan, person)
    finally:
        await database.close()
