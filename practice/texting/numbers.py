"""Telephone numbers in full (E.164), read by the practice's country where they name none."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, ValidationResult


def in_full(number: str, country: str = "") -> str:
    """The number with its country, "+12065550100"; empty where it cannot be read so, or is one extension of many.

    It is as long as a mobile number of its country is: seven digits are a number in Britain, and no mobile there.
    """
    written = number.strip()
    if written.startswith("00"):
        written = f"+{written[2:]}"
    try:
        read = phonenumbers.parse(written, country.upper() or None)
    except NumberParseException:
        return ""
    length = phonenumbers.is_possible_number_for_type_with_reason(read, PhoneNumberType.MOBILE)
    is_whole = length == ValidationResult.IS_POSSIBLE and not read.extension
    # A leading zero is left in front only where no number of that country is meant: 0412 345 671 is not of the US.
    is_of_elsewhere = read.italian_leading_zero and not phonenumbers.is_valid_number(read)
    return phonenumbers.format_number(read, PhoneNumberFormat.E164) if is_whole and not is_of_elsewhere else ""
