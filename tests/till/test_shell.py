"""What is served of the till's page: to everybody, holding nothing of anybody."""

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.conftest import SetClock
from tests.pos.conftest import client_of, settings, started

from plushka.delivery.till.routes import PAGES, Demo, TillPage
from plushka.delivery.till.texts import texts
from plushka.platform.settings import Settings

__all__ = ["settings"]


@pytest.fixture
async def visitor(settings: Settings, clock: SetClock) -> AsyncIterator[httpx.AsyncClient]:
    async with started(settings, clock) as app, client_of(app, None) as visitor:
        yield visitor


async def test_the_page_may_run_our_script_and_nothing_else(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/till")

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert " style=" not in page.text
    assert "plk_0" not in page.text


async def test_the_page_is_installable_and_its_worker_holds_the_present_build(
    visitor: httpx.AsyncClient,
) -> None:
    manifest = (await visitor.get("/till/manifest.webmanifest")).json()
    worker = await visitor.get("/till/sw.js")
    page = await visitor.get("/till")

    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/till", "/till", "standalone")
    assert worker.headers["service-worker-allowed"] == "/till"
    for address in ("/till", manifest["icons"][0]["src"]):
        assert (await visitor.get(address)).is_success
    scripts = [part.partition('"')[0] for part in page.text.split('src="')[1:]]
    assert scripts
    assert all(f"'{script}'" in worker.text for script in scripts)


async def test_where_there_is_no_demo_its_till_is_not_found(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/till/demo")).status_code == httpx.codes.NOT_FOUND
    assert "/till/demo" not in (await visitor.get("/till")).text


async def test_the_demos_till_opens_by_one_click(settings: Settings, clock: SetClock) -> None:
    async with started(settings, clock) as app, client_of(app, None) as visitor:
        app._web.state.till_page = TillPage(Demo(key="plk_demo", pin="2907"))
        answer = await visitor.get("/till/demo")

        assert answer.headers["location"] == "/till#key=plk_demo"
        assert "2907" in (await visitor.get("/till")).text


def test_the_script_has_the_same_texts_in_both_languages() -> None:
    russian, english = texts("ru"), texts("en")

    assert list(russian) == list(english)
    assert russian["points"]["few"] == "{number}\u00a0бонуса"
    assert russian["book"] == "Провести: {amount}"


@pytest.mark.parametrize("name", PAGES.environment.list_templates(extensions=["html"]))
def test_a_template_compiles(name: str) -> None:
    PAGES.environment.get_template(name)
