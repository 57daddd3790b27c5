"""What a till's screen says when nothing was done: the sentences of this API's own codes."""

from collections.abc import Mapping

from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, marked, translator

_SENTENCES = {
    "field_unknown": marked("The request has a field that does not exist here. Nothing was done."),
    "field_missing": marked("The request lacks a field. Nothing was done."),
    "field_repeated": marked("The address has a parameter twice. Nothing was done."),
    "type_wrong": marked("A field must be {expected}, not {got}. Nothing was done."),
    "text_too_long": marked("A text is longer than {length_max} characters. Nothing was done."),
    "text_too_short": marked("A text is shorter than {length_min} characters. Nothing was done."),
    "text_has_nul": marked("A text has a NUL character. Nothing was done."),
    "items_too_many": marked("A list has more than {items_max} items. Nothing was done."),
    "items_too_few": marked("A list has fewer than {items_min} items. Nothing was done."),
    "number_too_large": marked("A number is larger than {max}. Nothing was done."),
    "number_too_small": marked("A number is smaller than {min}. Nothing was done."),
    "value_unknown": marked("A field has none of its possible values. Nothing was done."),
    "value_malformed": marked("A field is not of the form it must have. Nothing was done."),
    "time_zone_missing": marked("A moment lacks its offset from UTC. Nothing was done."),
    "member_ambiguous": marked("Name the member by exactly one of id, phone, card, email and external."),
    "receipt_ambiguous": marked("Name the receipt by exactly one of id and external_id."),
    "certificate_ambiguous": marked("Name the certificate by exactly one of certificate and type."),
    "idempotency_key_invalid": marked("The Idempotency-Key must be 1 to 200 plain characters."),
    "scope_missing": marked("This key has no right to “{scope}”. The owner can issue one that has."),
    "key_missing": marked("Send the till's key as Authorization: Bearer."),
    "key_invalid": marked("This key does not exist or was revoked."),
    "json_malformed": marked("The request is not JSON. Nothing was done."),
    "body_too_large": marked("The request is too large. Nothing was done."),
    "rate_exceeded": marked("Too many requests with this key. Wait a little."),
    "unknown_keys_too_many": marked("Too many keys that do not exist came from this address. Wait a little."),
    "route_not_found": marked("There is no such address in this API."),
    "method_not_allowed": marked("This address is asked in another way."),
    "temporarily_unavailable": marked(
        "The database is away for a moment. Try again with the same number: nothing is booked twice."
    ),
    "queue_full": marked(
        "Too many receipts are waiting to be booked. Nothing was done; try again with the same number."
    ),
    "internal_error": marked("Something broke on our side and was logged. Try again with the same number."),
}
KNOWN_CODES = frozenset(_SENTENCES)


def sentence(code: str, facts: Mapping[str, Fact], language: Language) -> str:
    """Return the sentence of a code of this API or, of any other, as it is told everywhere."""
    if code in _SENTENCES:
        return translator(language).gettext(_SENTENCES[code], **facts)
    return refusal_sentence(code, facts, language)


def meaning(code: str) -> str:
    """Return what a code means, in English and with its figures left open, for the description of the API."""
    return _SENTENCES.get(code) or refusal_sentence(code, {}, "en")
