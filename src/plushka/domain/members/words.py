"""Words for what is known of members, translated by whoever shows them."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.domain.members.model import Sex, Source
from plushka.platform.i18n import marked

SOURCE_WORDS: Mapping[Source, str] = MappingProxyType(
    {
        "till": marked("at a till"),
        "office": marked("in the office"),
        "link": marked("by a link"),
        "bot": marked("in a bot"),
        "app": marked("in the app"),
        "import": marked("from a file"),
    }
)
SEX_WORDS: Mapping[Sex, str] = MappingProxyType({"female": marked("female"), "male": marked("male")})
