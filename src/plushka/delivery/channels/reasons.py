"""What all adapters answer alike where a gateway does not answer as it should."""

from plushka.domain.messages.model import Failing, Unsure, Wait

MEND_SECONDS = 300.0
"""How long a gateway rests that somebody has to mend: a key, a password, an empty account."""
CROWDED_SECONDS = 10.0
"""How long it rests where it was told to and not for how long."""
REST_SECONDS_MAX = 3600.0
REASON_LENGTH_MAX = 300
REDIRECTED = 300
REFUSED = 400
SERVER_ERROR = 500
TOO_MANY = 429


class NoAnswer(Exception):
    """The gateway has not answered what it was asked; ``result`` is what that comes to."""

    def __init__(self, result: Failing | Wait | Unsure) -> None:
        self.result = result
        super().__init__(problem_of(result))


def problem_of(result: Failing | Wait | Unsure) -> str:
    """Return what is wrong, in words of the gateway's."""
    return result.problem or "429" if isinstance(result, Wait) else result.reason


def plain(text: object) -> str:
    """Return what a gateway said, in one line that is no novel."""
    said = "".join(sign if sign.isprintable() else " " for sign in str(text))
    return " ".join(said.split())[:REASON_LENGTH_MAX] or type(text).__name__


def rest_seconds(retry_after: str | None) -> float:
    """Return for how long ``Retry-After`` lets a gateway rest; dates count as not told."""
    told = (retry_after or "").strip()
    if told.isascii() and told.isdigit():
        return min(float(told), REST_SECONDS_MAX)
    return CROWDED_SECONDS
