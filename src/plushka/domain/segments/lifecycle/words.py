"""The groups as they are called, alone and as a heading."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.engine.lifecycle import Group
from plushka.platform.i18n import marked

GROUP_WORDS: Mapping[Group, str] = MappingProxyType(
    {
        "potential": marked("Potential"),
        "drowsy": marked("Falling asleep"),
        "core": marked("Active core"),
        "newcomer": marked("Newcomers"),
        "asleep": marked("Asleep"),
        "lost": marked("Lost"),
        "none": marked("Without purchases"),
    }
)
