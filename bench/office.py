"""A browser at the office of the chain."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bench.chain import EMAIL, PASSWORD
from bench.house import WebServer
from bench.shop import Shop

TIMEOUT_SECONDS = 120


@contextmanager
def signed_in(web: WebServer, shop: Shop) -> Iterator[httpx.Client]:
    """Sign the owner in."""
    with httpx.Client(base_url=web.url, timeout=TIMEOUT_SECONDS) as browser:
        answer = browser.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise RuntimeError(f"the owner of {shop.tenant_id} could not sign in: {answer.status_code}")
        # They are for https alone, which a client keeps to.
        browser.headers["cookie"] = "; ".join(f"{one.name}={one.value}" for one in answer.cookies.jar)
        yield browser
