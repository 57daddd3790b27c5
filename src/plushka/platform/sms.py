"""What sends a text to a phone. There is no real gateway yet; the demo has a fake one that shows the phone."""

from typing import Protocol


class SmsGateway(Protocol):
    """Sends one text at a time."""

    async def send(self, phone: str, text: str) -> None:
        """Hand ``text`` over to be sent to ``phone`` (E.164); outside of any transaction.

        :raises TemporaryFailure: it may work later
        :raises PermanentFailure: the phone cannot be sent to
        """
