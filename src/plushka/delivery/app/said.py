"""What a person is told on the next page. Named in the address: in a messenger's frame there are no cookies."""

from plushka.domain.messages.wording import CARDS_ANSWERS, PHONES_MET
from plushka.platform.i18n import Translator, marked

SAID = {
    "saved": marked("Saved."),
    "consents": marked("Noted. It holds from now on."),
    "channel": marked("Noted. It holds from now on."),
    "push_on": marked("Notifications are on here."),
    "push_off": marked("Notifications are off there."),
    "deleted": marked("All your personal data are destroyed."),
    "letter_deleted": marked("Deleted."),
    "unsubscribed": marked("You are unsubscribed: no offers come any more, by no channel."),
    "rated": marked("Thank you, we have got it."),
    "signed_out": marked("You are signed out."),
    **{f"phone_{met}": text for met, text in PHONES_MET.items()},
    "phone_over": marked("This was too long ago. Ask for a new code."),
    "cards_merged": CARDS_ANSWERS["merged"],
    "cards_left": CARDS_ANSWERS["left"],
    "reward": marked("It is yours: show its code at the till."),
    "reward_cancelled": marked("Cancelled: the points are back."),
    "certificate_ordered": marked("Ordered. Show the number at the till and pay."),
    "partner_code": marked("The code is yours: show it at the partner's."),
    "partner_out": marked("These codes are all gone."),
    "inviter": marked("Noted. Thank your friend."),
    "welcome": marked("Welcome. The card is yours."),
}


def told_said(name: str, words: Translator) -> str:
    """Return the sentence, nothing for a name that is none."""
    return words.gettext(SAID[name]) if name in SAID else ""
