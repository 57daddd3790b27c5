"""States of messages in words, and why some were not sent."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.domain.messages.model import Reason, State
from plushka.platform.i18n import marked

STATE_WORDS: Mapping[State, str] = MappingProxyType(
    {
        "waiting": marked("waits"),
        "sending": marked("is being sent"),
        "sent": marked("sent"),
        "delivered": marked("delivered"),
        "failed": marked("not delivered"),
        "blocked": marked("the member has stopped the bot"),
        "skipped": marked("not sent"),
        "unknown": marked("may have arrived: sending was interrupted"),
    }
)
REASON_WORDS: Mapping[Reason, str] = MappingProxyType(
    {
        "unreachable": marked("there is no channel to reach the member by"),
        "no_consent": marked("the member has not agreed to advertising"),
        "no_channel_consent": marked("the member wants nothing by this channel"),
        "member_blocked": marked("the member is blocked"),
        "member_gone": marked("the card is joined with another one or deleted"),
        "address_closed": marked("nothing gets through to this address"),
        "suppressed": marked("the person asked to be deleted before"),
        "not_in_segment": marked("the member is not in the segment any more"),
        "journey_over": marked("the journey was over for the member by then"),
        "cap": marked("the member got enough letters lately"),
        "transactional_only": marked("the channel is for service messages only"),
        "channel_gone": marked("the channel was disconnected, and no other leads to the member"),
        "too_late": marked("it was too late to send it"),
        "withdrawn": marked("the campaign was stopped"),
        "sandbox": marked("nothing is sent from a sandbox"),
        "template_missing": marked("the template has no text for it"),
        "value_missing": marked("the member has no value for a variable of the text"),
    }
)
