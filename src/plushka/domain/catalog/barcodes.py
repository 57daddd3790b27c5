"""Barcodes of goods: GTIN, whose last digit is computed from the others (GS1 General Specifications, 7.9)."""

from plushka.domain.catalog.model import BarcodeInvalid

LENGTHS = (8, 12, 13, 14)
"""EAN-8, UPC-A, EAN-13 and GTIN-14. A shop's own labels of other kinds are found by the sku."""


def check_barcode(text: str) -> str:
    """Return the digits of a barcode, without the spaces that stand between them on labels.

    :raises BarcodeInvalid: it has another length, or its last digit does not fit the others
    """
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdecimal() and len(digits) in LENGTHS):
        raise BarcodeInvalid(field="barcode")
    if check_digit(digits[:-1]) != digits[-1]:
        raise BarcodeInvalid(field="barcode")
    return digits


def check_digit(digits: str) -> str:
    """Return the last digit of a barcode that begins with ``digits``."""
    weighed = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-weighed % 10)
