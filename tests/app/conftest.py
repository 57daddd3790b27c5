"""The cast in the app: Varvara is Anna's member, the demo's phone takes every SMS, Eve has a business of her own."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.conftest import local_settings
from tests.office.conftest import PHONE, Shop, anna, browser_at, eve, shop, staff
from tests.pos.conftest import RATE_PER_SECOND, Cast, app, cast, running

from plushka.app import Plushka
from plushka.demo import access
from plushka.demo.access import Access
from plushka.platform.settings import Settings

__all__ = ["anna", "app", "cast", "eve", "running", "shop", "staff"]

NEW_PHONE = "8 903 111-22-33"


@pytest.fixture
def settings(dsn: str, tmp_path: Path) -> Settings:
    """Those of a person at this machine, who has the demo and so its fake phone."""
    settings = local_settings(tmp_path, dsn, rate_per_second=RATE_PER_SECOND)
    access.keep(settings, Access(email="", password="", tills={}))
    return settings


@dataclass
class Person:
    """Somebody with a phone in one hand and a browser in the other."""

    browser: httpx.AsyncClient
    home: str

    async def latest_code(self) -> str:
        """Return the digits of the SMS that came last."""
        page = (await self.browser.get("/demo/phone")).text
        found = re.search(r"<br>(\d{6})\b", page)
        assert found is not None, page
        return found[1]

    async def ask_for_code(self, phone: str) -> httpx.Response:
        return await self.browser.post(f"{self.home}/sign-in", data={"phone": phone})

    async def sign_in(self, phone: str = PHONE) -> httpx.Response:
        """Type the phone and the code that came to it."""
        asked = await self.ask_for_code(phone)
        assert asked.status_code == httpx.codes.OK, asked.text
        return await self.browser.post(
            f"{self.home}/sign-in/code", data={"token": token_of(asked), "code": await self.latest_code()}
        )

    async def get(self, path: str = "") -> httpx.Response:
        return await self.browser.get(f"{self.home}{path}")

    async def post(self, path: str, **typed: str) -> httpx.Response:
        return await self.browser.post(f"{self.home}{path}", data=typed)


def token_of(answer: httpx.Response) -> str:
    """Return the token that a form carries from step to step."""
    found = re.search(r'name="token" value="([^"]+)"', answer.text)
    assert found is not None, answer.text
    return found[1]


@pytest.fixture
async def person(app: Plushka, cast: Cast) -> AsyncIterator[Person]:
    """Somebody at the door of Anna's app."""
    async with browser_at(app) as browser:
        yield Person(browser, f"/app/{cast.anna.tenant_id}")


@pytest.fixture
async def varvara(person: Person, shop: Shop) -> Person:  # noqa: ARG001  she has bought
    """A member with three receipts, signed in."""
    answer = await person.sign_in()
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
    return person
