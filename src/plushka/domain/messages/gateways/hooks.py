"""Where gateways call us: an address with a secret in it, which nobody can guess."""

import secrets
from uuid import UUID

from plushka.domain.messages.gateways.model import Gateway, Provider

HOOK_BYTES = 24
CALLED: frozenset[Provider] = frozenset({"smsru", "smsaero", "exolve"})
"""Providers that call us."""


def new_hook() -> str:
    """Return what nobody can guess, for the address at which a gateway calls us."""
    return secrets.token_urlsafe(HOOK_BYTES)


def hook_url(public_url: str | None, tenant_id: UUID, gateway: Gateway) -> str:
    """Return the address at which a gateway may call us; empty: it could not reach us, or would not."""
    if not (public_url or "").startswith("https://") or gateway.provider not in CALLED:
        return ""
    return f"{public_url}/channels/{tenant_id}/{gateway.id}/{gateway.credentials.hook}"
