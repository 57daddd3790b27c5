"""Receipts of SMPP as centres write them: the library reads none but those that it would write itself.

A date with seconds or an error of letters makes it drop the connection before the receipt is confirmed, so that the
centre sends it again to the next one, for ever. An id and a state are wanted, and nothing else is looked at.
"""

import re
from datetime import datetime

from aiosmpplib import DeliverSm, SmppCommand
from aiosmpplib.protocol import MESSAGE_TYPE_MAP
from aiosmpplib.state import RECEIPTED_MESSAGE_ID

_ID = re.compile(r"(?i)\bid:\s*(\S+)")
_STATE = re.compile(r"(?i)\bstat:\s*([a-z]+)")
_ERROR = re.compile(r"(?i)\berr:\s*(\S+)")


class CentresReceipt(DeliverSm):
    """What comes from a centre, read by what is needed of it."""

    def parse_receipt(self) -> dict[str, str | int | datetime]:
        """Return ``id`` and ``stat``, those that it has."""
        if not self.is_receipt():
            return {}
        text = self.short_message or self.message_payload
        told: dict[str, str | int | datetime] = {
            name: found.group(1)
            for name, pattern in (("id", _ID), ("stat", _STATE))
            if (found := pattern.search(text)) is not None
        }
        for param in self.optional_params or ():
            if param.tag == RECEIPTED_MESSAGE_ID:
                told.setdefault("id", str(param.value))
        return told

    @property
    def error(self) -> str:
        """What the centre calls the error, by its own letters and digits; empty: it calls it nothing."""
        found = _ERROR.search(self.short_message or self.message_payload)
        return found.group(1) if found else ""


MESSAGE_TYPE_MAP[SmppCommand.DELIVER_SM] = CentresReceipt
