"""Why somebody did by hand what they did to a member, or to what is a member's: kept with it."""

from plushka.domain.members.model import REASON_LENGTH_MAX, ReasonMissing, TextTooLong


def checked_reason(reason: str) -> str:
    """Return a reason without the spaces around it.

    :raises ReasonMissing: there is none
    :raises TextTooLong: it is too long
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing(field="reason")
    if len(reason) > REASON_LENGTH_MAX:
        raise TextTooLong(field="reason", length_max=REASON_LENGTH_MAX)
    return reason
