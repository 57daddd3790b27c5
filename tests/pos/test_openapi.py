"""The description of the API: true, complete, and readable."""

import re

import httpx
import msgspec
import pytest

from plushka.delivery.pos.endpoint import Endpoint
from plushka.delivery.pos.openapi import codes_of, describe
from plushka.delivery.pos.routes import ENDPOINTS
from plushka.delivery.pos.sentences import KNOWN_CODES as TOLD_HERE
from plushka.domain.programs.telling.refusals import KNOWN_CODES as TOLD_EVERYWHERE


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.handler.__name__)
def test_an_endpoint_is_described_with_a_good_example(endpoint: Endpoint) -> None:
    operation = describe([endpoint])["paths"][endpoint.path][endpoint.method.lower()]

    assert operation["summary"].endswith(".")
    assert (endpoint.example is None) == (endpoint.decoder is None)
    if endpoint.decoder is not None:
        endpoint.decoder.decode(msgspec.json.encode(endpoint.example))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.handler.__name__)
def test_every_error_has_a_sentence(endpoint: Endpoint) -> None:
    codes = {code for names in codes_of(endpoint).values() for code in names}

    assert codes <= TOLD_HERE | TOLD_EVERYWHERE


async def test_the_page_loads_nothing_and_runs_nothing(anna: httpx.AsyncClient) -> None:
    page = await anna.get("/v1/docs")

    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert not re.findall(r"<script|<link|<img|src=|https?:", page.text)
    for endpoint in ENDPOINTS:
        assert f'id="{endpoint.handler.__name__}"' in page.text
    linked = set(re.findall(r'href="#([^"]+)"', page.text))
    assert linked <= set(re.findall(r'id="([^"]+)"', page.text))
