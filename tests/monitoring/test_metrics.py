"""Who may read the figures."""

from dataclasses import replace

import httpx
import pytest
from tests.conftest import SetClock
from tests.pos.conftest import app, client_of, settings, started

from plushka.app import Plushka
from plushka.platform.settings import Settings

__all__ = ["app", "settings"]

TOKEN = "prometheus-of-anna"


async def test_without_a_token_this_machine_is_told(app: Plushka) -> None:
    for address in ("127.0.0.1", "::1"):
        async with client_of(app, None, address=address) as here:
            answer = await here.get("/metrics")
        assert answer.status_code == httpx.codes.OK
        assert "plushka_pos_request_seconds" in answer.text


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.7", {}),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}),
        ("127.0.0.1", {"forwarded": "for=192.0.2.7"}),
        ("127.0.0.1", {"via": "1.1 proxy"}),
        ("192.0.2.7", {"authorization": f"Bearer {TOKEN}"}),
    ],
)
async def test_without_a_token_nobody_else_is(app: Plushka, address: str, headers: dict[str, str]) -> None:
    async with client_of(app, None, address=address) as stranger:
        answer = await stranger.get("/metrics", headers=headers)
    assert answer.status_code == httpx.codes.FORBIDDEN
    assert "plushka_" not in answer.text


async def test_a_trusted_proxy_on_this_machine_opens_it_to_nobody(
    settings: Settings, clock: SetClock
) -> None:
    behind = replace(settings, trusted_proxies=("127.0.0.1",))
    async with started(behind, clock) as app, client_of(app, None) as proxy:
        for told in ("192.0.2.7", "127.0.0.1", "::1"):
            answer = await proxy.get("/metrics", headers={"x-forwarded-for": told})
            assert answer.status_code == httpx.codes.FORBIDDEN


async def test_with_a_token_who_has_it_is_told_from_wherever(settings: Settings, clock: SetClock) -> None:
    with_token = replace(settings, metrics_token=TOKEN)
    async with started(with_token, clock) as app:
        for address in ("127.0.0.1", "192.0.2.7"):
            async with client_of(app, TOKEN, address=address) as prometheus:
                assert (await prometheus.get("/metrics")).status_code == httpx.codes.OK
            async with client_of(app, None, address=address) as stranger:
                for header in (b"", TOKEN.encode(), "Bearer пусти".encode()):
                    answer = await stranger.get("/metrics", headers={b"authorization": header})
                    assert answer.status_code == httpx.codes.UNAUTHORIZED
                    assert answer.headers["www-authenticate"] == "Bearer"
                    assert "plushka_" not in answer.text
