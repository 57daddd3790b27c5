"""How what conditions speak of is called."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.engine.audience import Channel, Reaction
from plushka.platform.i18n import marked

CHANNEL_WORDS: Mapping[Channel, str] = MappingProxyType(
    {
        "telegram": marked("Telegram"),
        "max": marked("MAX"),
        "vk": marked("VK"),
        "sms": marked("SMS"),
        "email": marked("E-mail"),
        "push": marked("Push"),
    }
)
ANY_CHANNEL_WORDS: Mapping[str, str] = MappingProxyType(
    {**{str(channel): name for channel, name in CHANNEL_WORDS.items()}, "inbox": marked("The app's inbox")}
)
LANGUAGE_WORDS: Mapping[str, str] = MappingProxyType({"ru": marked("Russian"), "en": marked("English")})
SPAN_WORDS: Mapping[str, str] = MappingProxyType(
    {"year": marked("the year ahead"), "soon": marked("the 90 days ahead")}
)
"""How far a forecast looks ahead."""
REACTION_WORDS: Mapping[Reaction, str] = MappingProxyType(
    {
        "sent": marked("a message was sent"),
        "delivered": marked("it was delivered, by the channel's report"),
        "read": marked("it was read in the app"),
        "undelivered": marked("it failed, or the address is closed"),
        "skipped": marked("it was for them, but was not sent"),
        "code_used": marked("its code was used"),
        "bought": marked("bought after it, as its results count"),
        "goal": marked("the journey's goal was reached"),
        "control": marked("they are in its control group"),
        "nothing": marked("nothing was sent"),
    }
)
"""What may come of a campaign."""
