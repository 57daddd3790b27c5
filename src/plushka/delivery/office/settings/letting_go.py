"""What becomes of messages that wait for a bot or a gateway which staff let go of."""

from plushka.delivery.office.visit import Visit
from plushka.domain.messages.closed_channels import WAITS_FOR_ANOTHER


def waiting_told(waiting: int, visit: Visit) -> str:
    """Return a sentence on what waits, to stand behind another one; empty: nothing does."""
    if not waiting:
        return ""
    return " " + visit.words.ngettext(
        "{count} message waits: unless another is connected within {minutes} minutes, it goes by another channel"
        " or is not sent.",
        "{count} messages wait: unless another is connected within {minutes} minutes, they go by other channels"
        " or are not sent.",
        waiting,
        count=visit.figures.number(waiting),
        minutes=WAITS_FOR_ANOTHER.seconds // 60,
    )
