"""What the section of friends can begin with: typed into its form, and kept by nothing but its being saved."""

from plushka.delivery.office.engagement.draft.typist import Typed, one, tick
from plushka.platform.i18n import marked

FRIENDS_NAMES = {
    "both": marked("Both get 200"),
    "share": marked("10% of the first purchase"),
    "three": marked("Three steps: 10, 2 and 1%"),
}
FRIENDS_DO = {
    "both": marked("200 points to the friend and to who brought them, for the first purchase"),
    "share": marked("To who brought the friend, of what the friend pays"),
    "three": marked("Of each purchase, also to those who stand above who brought the friend"),
}
_FIXED, _NOBODY = ("fixed", "", "200"), ("", "", "")
_LEVELS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "both": (_FIXED, _NOBODY, _NOBODY),
    "share": (("percent", "10", ""), _NOBODY, _NOBODY),
    "three": (("percent", "10", ""), ("percent", "2", ""), ("percent", "1", "")),
}
"""Of each step: how it is counted, the rate, the points."""


def begin_friends(kind: str) -> Typed:
    """Return what a beginning types over the form; for a kind that does not exist, nothing."""
    if kind not in _LEVELS:
        return {}
    typed = one(
        enabled=tick(on=True),
        occasions="each" if kind == "three" else "first",
        friend=tick(on=kind == "both"),
        friend_points="200" if kind == "both" else "",
    )
    for number, (how, rate, points) in enumerate(_LEVELS[kind], start=1):
        typed |= {
            f"level.{number}.kind": [how],
            f"level.{number}.rate": [rate],
            f"level.{number}.points": [points],
        }
    return typed
