"""An SMS that came in, as a gateway passes it on: who wrote, and what, by whichever names it has for them."""

from collections.abc import Mapping, Sequence
from typing import Any

from plushka.domain.messages.gateways.parcels import Incoming

TEXT_LENGTH_MAX = 1000
_PHONE = ("sender", "from", "phone", "number", "source")
_TEXT = ("text", "message", "mes", "body")
_KEY = ("message_id", "sms_id", "id")


def read_incoming(told: Mapping[str, Any]) -> tuple[Incoming, ...]:
    """Return the SMS that is told of, if it is one.

    None of the providers describes these calls anywhere that we could read, so each usual name is taken.
    """
    phone, text = _first(told, _PHONE), _first(told, _TEXT)
    return (Incoming(phone, text[:TEXT_LENGTH_MAX], _first(told, _KEY)),) if phone and text else ()


def _first(told: Mapping[str, Any], names: Sequence[str]) -> str:
    for name in names:
        if isinstance(value := told.get(name), str | int) and str(value).strip():
            return str(value).strip()
    return ""
