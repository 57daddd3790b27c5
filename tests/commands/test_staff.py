"""Letting people back in from the command line."""

import asyncio
import getpass
import re
from typing import Any

import pyotp
import pytest
from tests.office.conftest import browser_at
from tests.pos.conftest import started

from plushka.commands.found import found
from plushka.commands.staff import NobodyLikeThis, reset_link
from plushka.domain.staff.queries import find_credentials
from plushka.domain.staff.second_factor import begin_second_factor, confirm_second_factor, has_second_factor
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.settings import Settings

EMAIL = "anna@example.com"
NEW_PASSWORD = "ведро чернил на балконе"


@pytest.fixture(autouse=True)
def _operator(monkeypatch: pytest.MonkeyPatch, dsn: str) -> None:
    monkeypatch.setenv("DATABASE_URL", dsn)
    monkeypatch.setattr(getpass, "getpass", lambda _: "correct horse battery")
    found("Кофейня Анны", email=EMAIL, owner="Анна")


async def sign_in_with(path: str) -> list[int]:
    """Make the new password by the link, twice, and sign in with it; return what was answered."""
    async with (
        started(Settings.from_environment(), SystemClock()) as app,
        browser_at(app) as browser,
    ):
        answers: list[Any] = [
            await browser.post(path, data={"password": NEW_PASSWORD}),
            await browser.post(path, data={"password": NEW_PASSWORD}),
            await browser.post("/sign-in", data={"email": EMAIL, "password": NEW_PASSWORD}),
        ]
    return [answer.status_code for answer in answers]


def test_the_operator_makes_a_link_that_works_once(capsys: pytest.CaptureFixture[str]) -> None:
    reset_link(EMAIL.upper())

    path = re.search(r"^/password-resets/\S+$", capsys.readouterr().out, re.MULTILINE)
    assert path is not None
    assert asyncio.run(sign_in_with(path[0])) == [200, 404, 303]


async def second_step(dsn: str, *, switch_on: bool) -> bool:
    """Switch Anna's codes on if asked to; tell whether they are on."""
    at = SystemClock().now()
    database = await Database.connect(dsn, connections_max=1)
    async with database.global_transaction(actor="test:anna", at=at) as global_tx:
        credentials = await find_credentials(global_tx, EMAIL)
        tenant_id = await global_tx.fetchval("select tenant_id from businesses")
    assert credentials is not None
    async with database.transaction(tenant_id, actor="test:anna", at=at) as tx:
        if switch_on:
            factor = await begin_second_factor(tx, credentials.account_id)
            await confirm_second_factor(
                tx, credentials.account_id, secret=factor.secret, code=pyotp.TOTP(factor.secret).at(at)
            )
        is_on = await has_second_factor(tx, credentials.account_id)
    await database.close()
    return is_on


def test_codes_stay_on_unless_the_operator_says_so(dsn: str) -> None:
    assert asyncio.run(second_step(dsn, switch_on=True))

    reset_link(EMAIL)
    assert asyncio.run(second_step(dsn, switch_on=False))

    reset_link(EMAIL, without_second_factor=True)
    assert not asyncio.run(second_step(dsn, switch_on=False))


def test_nobody_is_let_in_who_is_not_registered() -> None:
    with pytest.raises(NobodyLikeThis, match="nobody is registered"):
        reset_link("eve@example.com")
