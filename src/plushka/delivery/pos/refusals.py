"""What is wrong with a request before any business is asked."""

from collections.abc import Mapping

from plushka.platform.errors import Denied, Invalid


class FieldUnknown(Invalid):
    code = "field_unknown"


class FieldMissing(Invalid):
    code = "field_missing"


class FieldRepeated(Invalid):
    code = "field_repeated"


class TypeWrong(Invalid):
    code = "type_wrong"


class TextTooLong(Invalid):
    code = "text_too_long"


class TextTooShort(Invalid):
    code = "text_too_short"


class TextHasNul(Invalid):
    code = "text_has_nul"


class ItemsTooMany(Invalid):
    code = "items_too_many"


class ItemsTooFew(Invalid):
    code = "items_too_few"


class NumberTooLarge(Invalid):
    code = "number_too_large"


class NumberTooSmall(Invalid):
    code = "number_too_small"


class ValueUnknown(Invalid):
    code = "value_unknown"


class ValueMalformed(Invalid):
    code = "value_malformed"


class TimeZoneMissing(Invalid):
    code = "time_zone_missing"


class MemberAmbiguous(Invalid):
    code = "member_ambiguous"


class ReceiptAmbiguous(Invalid):
    code = "receipt_ambiguous"


class CertificateAmbiguous(Invalid):
    code = "certificate_ambiguous"


class IdempotencyKeyInvalid(Invalid):
    code = "idempotency_key_invalid"


class ScopeMissing(Denied):
    code = "scope_missing"


class Rejected(Exception):
    """A request that HTTP itself turns away: ``status`` and ``headers`` are part of the reason."""

    def __init__(self, status: int, code: str, *, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.code = code
        self.headers = headers or {}
        super().__init__(f"{status} {code}")
