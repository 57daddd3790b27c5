"""States and movements of certificates in words, for pages and files alike; translated by whoever shows them."""

from collections.abc import Mapping

from plushka.domain.certificates.model import MovementKind, State
from plushka.platform.i18n import marked

STATE_WORDS: Mapping[State, str] = {
    "new": marked("not sold"),
    "active": marked("can be used"),
    "spent": marked("used up"),
    "expired": marked("has expired"),
    "blocked": marked("is blocked"),
}
MOVEMENT_WORDS: Mapping[MovementKind, str] = {
    "sell": marked("Sale of the certificate"),
    "spend": marked("Paid for a purchase"),
    "forfeit": marked("What was left is lost: used at once"),
    "refund": marked("Back from a return"),
    "expire": marked("Expired"),
    "reinstate": marked("There again after it was prolonged"),
    "extend": marked("Prolonged"),
    "block": marked("Blocked"),
    "unblock": marked("Unblocked"),
    "transfer": marked("Handed over"),
}
