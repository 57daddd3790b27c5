"""Why somebody was not told, and what became of the others, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.domain.campaigns.recipients import Fate
from plushka.platform.i18n import Translator, marked

FATES_TOLD: Mapping[Fate, str] = MappingProxyType(
    {
        "control": marked("control group"),
        "left": marked("yet to come"),
        "waiting": marked("waits to be sent"),
        "sent": marked("sent"),
        "delivered": marked("delivered"),
        "failed": marked("not sent: an error"),
        "skipped": marked("not sent"),
        "forgotten": marked("the letter is not kept any more"),
    }
)
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "unreachable": marked("nothing to write to"),
        "no_consent": marked("no consent to advertising"),
        "no_channel_consent": marked("no consent to this channel"),
        "member_blocked": marked("the member is blocked"),
        "member_gone": marked("deleted themselves"),
        "address_closed": marked("stopped the bot, or the address is closed"),
        "suppressed": marked("asked not to be written to"),
        "not_in_segment": marked("not in the segment any more"),
        "journey_over": marked("the journey was over for them by then"),
        "cap": marked("had enough messages lately"),
        "transactional_only": marked("the channel carries no advertising"),
        "channel_gone": marked("the channel was disconnected, and no other leads to them"),
        "too_late": marked("too late"),
        "sandbox": marked("a sandbox writes to nobody"),
        "template_missing": marked("the text is missing"),
        "value_missing": marked("a value of the text is missing"),
        "merged": marked("the card became another, which is a recipient too"),
        "cancelled": marked("the broadcast was called off"),
        "told_before": marked("was told of the programme before"),
        "not_in_program": marked("takes no part in the programme"),
        "forgotten": marked("the letter is not kept any more"),
    }
)


def reason_told(reason: str, words: Translator) -> str:
    """Return a reason in words; what a channel said itself stays as it is."""
    return words.gettext(REASONS[reason]) if reason in REASONS else reason
