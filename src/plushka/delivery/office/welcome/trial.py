"""A first purchase without a till: the command that reports one."""

from shlex import quote
from typing import Any

import msgspec

from plushka.domain.programs.presets import amounts

USUAL_ROUBLES_MINOR = 500_00
USUAL_MINOR = 1000
"""Where the presets have no amounts, about as good as any."""


def first_purchase(*, address: str, till_key: str, currency: str, email: str, name: str) -> str:
    """Return two lines for a terminal: a person is enrolled, and their purchase is reported."""
    usual = currency in amounts.CURRENCIES
    amount_minor = amounts.money(USUAL_ROUBLES_MINOR, currency) if usual else USUAL_MINOR
    member = {"email": email, "name": name}
    purchase = {
        "external_id": "trial-1",
        "currency": currency,
        "member": {"email": email},
        "lines": [{"sku": "trial", "quantity_milli": 1000, "amount_minor": amount_minor}],
    }
    return "\n".join(
        _post(f"{address}{path}", till_key, body)
        for path, body in (("/v1/members", member), ("/v1/purchases", purchase))
    )


def _post(url: str, till_key: str, body: dict[str, Any]) -> str:
    bearer = quote(f"Authorization: Bearer {till_key}")
    return f"curl {quote(url)} -H {bearer} --json {quote(msgspec.json.encode(body).decode())}"
