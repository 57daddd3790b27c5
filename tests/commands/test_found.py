"""A business of one's own, from the command line to its first sale."""

import asyncio
import getpass
import re

import pytest
from tests.pos.conftest import client_of, started

from plushka.commands.found import NotFounded, found
from plushka.platform.clock import SystemClock
from plushka.platform.settings import Settings


@pytest.fixture(autouse=True)
def _operator(monkeypatch: pytest.MonkeyPatch, dsn: str) -> None:
    monkeypatch.setenv("DATABASE_URL", dsn)
    monkeypatch.setattr(getpass, "getpass", lambda _: "correct horse battery")


def test_its_till_sells_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    found("Кофейня Анны", email="anna@example.com", owner="Анна", preset="levels")
    key = re.search(r"^plk_\S+$", capsys.readouterr().out, re.MULTILINE)
    assert key is not None
    assert asyncio.run(earn(key[0])) == 10


async def earn(key: str) -> int:
    async with (
        started(Settings.from_environment(), SystemClock()) as app,
        client_of(app, key) as till,
    ):
        member = await till.post("/v1/members", json={"phone": "+79161234567", "name": "Аня"})
        sold = await till.post(
            "/v1/purchases",
            json={
                "external_id": "1",
                "currency": "RUB",
                "member": {"id": member.json()["id"]},
                "lines": [{"sku": "coffee", "quantity_milli": 1000, "amount_minor": 100_00}],
            },
        )
    points: int = sold.json()["decision"]["earned_points"]
    return points


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"time_zone": "Moon/Sea"}, "time_zone: There is no time zone “Moon/Sea”."),
        ({"country": "XX"}, "country: There is no country “XX”."),
        ({"preset": "casino"}, "preset: There is no such preset."),
        ({"currency": "GEL", "preset": "coffee"}, "preset: The presets have no amounts in GEL yet."),
        ({"branch": " "}, "branch: Give it a name."),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(wrong: dict[str, str], told: str) -> None:
    with pytest.raises(NotFounded, match=re.escape(told)):
        found("Кофейня", email="anna@example.com", owner="Анна", **wrong)  # type: ignore[arg-type]


def test_where_nobody_types_a_password_this_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", nobody)
    with pytest.raises(NotFounded, match="password: nobody is there to type it"):
        found("Кофейня", email="anna@example.com", owner="Анна")
