"""What every gateway for SMS asks of a text and a phone before it is called."""

import re
import unicodedata

from msgspec import structs

from plushka.domain.messages.gateways.parcels import Parcel, Sms
from plushka.domain.messages.model import Refused, Unreachable
from plushka.domain.messages.sms_text import PARTS_MAX, count_parts

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


def checked(parcel: Parcel) -> Sms | Refused | Unreachable:
    """Return the SMS as it is handed over, or why it is not worth asking a gateway."""
    assert isinstance(parcel, Sms)  # noqa: S101  the sender of another kind has another adapter
    sms = structs.replace(parcel, text=_cleaned(parcel.text))
    if not _PHONE.fullmatch(sms.phone):
        return Unreachable("gone")
    if not sms.text:
        return Refused("the text is empty")
    if count_parts(sms.text) > PARTS_MAX:
        return Refused(f"the text is longer than {PARTS_MAX} parts")
    return sms


def _cleaned(text: str) -> str:
    """Return a text without what no phone shows: control signs, and spaces that make a part of GSM one of UCS-2."""
    plain = text.replace("\r\n", "\n").replace("\u00a0", " ").replace("\u202f", " ").strip()
    return "".join(sign for sign in plain if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cs"})
