"""How what conditions speak of is called."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.engine.audience import Channel
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
LANGUAGE_WORDS: Mapping[str, str] = MappingProxyType({"ru": marked("Russian"), "en": marked("English")})
SPAN_WORDS: Mapping[str, str] = MappingProxyType(
    {"year": marked("the year ahead"), "soon": marked("the 90 days ahead")}
)
"""How far a forecast looks ahead."""
