"""Why nobody was bound, and why less was paid: in words for those who work with it."""

from plushka.domain.referrals.model import NotBound, Shortened, Way
from plushka.platform.i18n import marked

NOT_BOUND: dict[NotBound, str] = {
    "unknown_code": marked("The code is nobody's"),
    "self": marked("They named themselves"),
    "cycle": marked("They had brought the other themselves"),
    "same_account": marked("Both come from one account in a messenger"),
    "same_device": marked("Both cards are on one device"),
    "came_back": marked("They were a member before and had left"),
    "blocked": marked("Who was named is blocked or has left"),
    "bought": marked("They had bought before"),
    "late": marked("Too many days since they joined"),
    "bound": marked("Somebody was noted before"),
}
SHORTENED: dict[Shortened, str] = {
    "cap_points": marked("the month's points are used up"),
    "cap_friends": marked("the month's friends are used up"),
    "blocked": marked("the member was blocked on the day of payment"),
    "gone": marked("the member has left"),
    "same_person": marked("it was their own second card"),
}
WAYS: dict[Way, str] = {
    "app": marked("in the app"),
    "bot": marked("in a bot"),
    "till": marked("at a till"),
}
