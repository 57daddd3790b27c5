"""What the page's script says, in the reader's language.

The business is not known yet when the page is served: the script puts its word for points in the place of ours.
"""

from string import Formatter
from typing import Any

from plushka.domain.referrals.words import NOT_BOUND
from plushka.platform.i18n import Language, marked, translator
from plushka.platform.point_words import OURS, calling_points

_TEXTS = {
    "key_malformed": marked(
        "This is no key of a till: it begins with plk_. Copy it from the office once more."
    ),
    "key_unknown": marked("This key does not exist or was revoked."),
    "no_connection": marked("There is no connection. Try again when it is back."),
    "no_connection_to_open": marked(
        "A shift opens and closes with a connection only. Selling goes on without one."
    ),
    "pin": marked("PIN"),
    "pin_own": marked("Choose your own PIN"),
    "pin_again": marked("Type it once more"),
    "pin_next": marked("Next"),
    "pin_begin": marked("Begin the shift"),
    "pins_differ": marked("These were two different PINs. Choose one again."),
    "nobody_found": marked("Nobody has this phone or card."),
    "code_not_here": marked("Nobody shows this code. Ask the member for a new one."),
    "found_later": marked("There is no connection: points come when it is back."),
    "needs_connection": marked("A code works with a connection only. Find the member by phone or card."),
    "enrolled": marked("New member: the card is the phone."),
    "kept": marked("Kept on this device. It is sent by itself when the connection is back."),
    "kept_spending": marked(
        "No answer came, so it is not known whether points were spent. The sale is sent again by itself, under the"
        " same number: nothing is doubled."
    ),
    "amount_malformed": marked("This is no amount. Write it as 1 234,50."),
    "amount_missing": marked("Type the amount first."),
    "price_missing": marked("“{name}” has no price: type it as the amount, then choose the product."),
    "no_product": marked("Nothing here has the code {code}: no member, no product."),
    "camera_refused": marked(
        "The camera cannot be used: allow it in the browser's settings, or type the number."
    ),
    "not_answered": marked("The member did not answer in time. Ask again, or let them show a code."),
    "other_member": marked("This code is another member's."),
    "kept_tenders": marked(
        "No answer came, so it is not known whether the certificate has paid. The sale is sent again by itself, under"
        " the same number: nothing is doubled."
    ),
    "certificate_pays": marked("pays {amount}, {left} stays on it"),
    "certificate_spent": marked("Nothing is left on this certificate."),
    "certificate_expired": marked("This certificate has expired. The office can prolong it."),
    "certificate_blocked": marked("This certificate is blocked. The office knows why."),
    "sell_certificate": marked("Sell it: {amount}"),
    "type_its_amount": marked("Type its amount to sell it"),
    "certificate_sold": marked("The certificate is sold: {amount} are on it. Take the money."),
    "book": marked("Book the sale: {amount}"),
    "keep": marked("Keep the sale: {amount}"),
    "give_back": marked("Give {amount} back"),
    "earns": marked("+{points}"),
    "spends": marked("−{points}"),
    "burns": marked("{points} burn on {day}"),
    "debt": marked("Owes {points}: the next ones pay it off"),
    "pending": marked("{points} more are on their way"),
    "next_tier": marked("then “{tier}”"),
    "next_discount": marked("{amount} more to a discount of {rate}"),
    "spend": marked("Spend {points}"),
    "spend_nothing": marked("Spend no points"),
    "spend_limit": marked("at most {points}"),
    "blocked": marked("This member is blocked: the sale counts as one without a card."),
    "unverified": marked("Enrolled by a link: points are spent after the first purchase."),
    "birthday_today": marked("Birthday today"),
    "birthday_near": marked("Birthday: {day}"),
    "returned_to_certificate": marked("{amount} goes back to the certificate {number}"),
    "returned_points": marked("{points} return to the member"),
    "clawed_points": marked("{points} are taken back"),
    "owed_points": marked("{points} become a debt: they are spent already"),
    "burned_points": marked("{points} have burned already and are not taken"),
    "stamps": marked("{name}: {have} of {needed}"),
    "gift_until": marked("through {day}"),
    "gift_given": marked("Given: {name}."),
    "gift_needs_connection": marked("A gift is given with a connection only. Try again when it is back."),
    "reward_lacks": marked("{points} more needed"),
    "reward_sold_out": marked("run out"),
    "reward_limit_reached": marked("has had as many as one may"),
    "reward_got": marked("It is theirs: {name}. Give it now or later."),
    "reward_needs_code": marked(
        "Ask the member for the code on their card, type it below, then press again."
    ),
    "gift_withdrawn": marked("A gift that was won by this is withdrawn"),
    "gift_owed": marked("Its reward was given already: it stays, and the next full card gives nothing"),
    "no_points_move": marked("No points move."),
    "no_card": marked("Without a card"),
    "no_name": marked("Member without a name"),
    "returned_done": marked("Given back: {amount}"),
    "taken_back": marked("The sale was not sent yet and is taken off this device."),
    "sent_already": marked("The sale is on its way already. Take it back from the list of receipts."),
    "remove": marked("Remove for good"),
    "remove_surely": marked("Press again to remove"),
    "shift_of": marked("{name}, since {time}"),
    "forgotten": marked("The shift of {name} was still open and is closed now."),
    "items_waiting": marked("Waiting for the connection: {count}"),
    "items_refused": marked("Not accepted: {count}"),
    "kind_sale": marked("Sale {number}, {amount}"),
    "kind_return": marked("Return {number}"),
    "kind_enrolment": marked("New member {phone}"),
    "code_unknown": marked("There is no such code."),
    "code_repeated": marked("Another code of this coupon is on the receipt."),
    "coupon_stopped": marked("This coupon is stopped."),
    "coupon_not_begun": marked("This coupon is not good yet."),
    "coupon_over": marked("This coupon is over."),
    "code_of_other_member": marked("This code is another member's."),
    "code_needs_member": marked("This code is for members: find the card."),
    "code_used_up": marked("This code is used already."),
    "code_reserved": marked("Another till has this code at the moment."),
    "member_limit_reached": marked("The member has used this coupon as often as may be."),
    "member_limit_today": marked("The member has used this coupon today as often as may be: tomorrow again."),
    "member_limit_this_month": marked("The member has used this coupon this month as often as may be."),
    "coupon_used_up": marked("This coupon is used up: there were only so many."),
    "coupon_used_up_today": marked("This coupon is used up for today: tomorrow again."),
    "coupon_used_up_this_month": marked("This coupon is used up for this month."),
    "code_gives_nothing": marked("The code is good, but gives nothing for this purchase."),
    "friend_refused": marked("New member: the card is the phone. The friend's code is not noted: {why}."),
    **{f"friend_{reason}": text for reason, text in NOT_BOUND.items()},
    "letters": marked("Abc"),
    "typed_amount": marked("Amount"),
}


def texts(language: Language) -> dict[str, Any]:
    """Return the texts by name, and the forms of a number of points by the name that ``Intl.PluralRules`` gives."""
    with calling_points(OURS):
        words = translator(language)
        told: dict[str, Any] = {
            name: words.gettext(text, **_left_open(text)) for name, text in _TEXTS.items()
        }
        counts = {"one": 1, "few": 2, "many": 5, "other": 2}
        for name, context in (("points", ""), ("points_object", "object")):
            one, many = "{number}\u00a0point", "{number}\u00a0points"
            told[name] = {
                form: words.npgettext(context, one, many, count, number="{number}")
                if context
                else words.ngettext(one, many, count, number="{number}")
                for form, count in counts.items()
            }
    return told


def _left_open(text: str) -> dict[str, str]:
    """Return the figures of a text, each standing for itself: the script fills them in."""
    return {name: f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name}
