"""What sends a text to a phone at once: the gateway of a business, or in the demo one that is none."""

from typing import Protocol
from uuid import UUID


class SmsGateway(Protocol):
    """Sends one text at a time, outside of any transaction."""

    async def is_there(self, tenant_id: UUID) -> bool:
        """Tell whether a business can send SMS; what is told may be some seconds old."""
        ...

    async def send(self, tenant_id: UUID, phone: str, text: str) -> None:
        """Hand ``text`` over to be sent to ``phone`` (E.164) for a business.

        :raises TemporaryFailure: it may work later
        :raises PermanentFailure: the phone cannot be sent to, or there is no gateway
        """
        ...
