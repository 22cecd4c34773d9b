"""Prices: whole numbers of a currency's smallest unit, read from what people type and said as they say it."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 10_000_000  # in the smallest unit; what is more was a slip of the finger


@dataclass(frozen=True, slots=True)
class Currency:
    """One currency of ISO 4217: its code, sign, and how many decimals it has."""

    code: str
    name: str
    sign: str
    decimals: int = 2


CURRENCIES: dict[str, Currency] = {c.code: c for c in (
    Currency("AUD", "Australian dollar", "A$"), Currency("BRL", "Brazilian real", "R$"),
    Currency("CAD", "Canadian dollar", "CA$"), Currency("CHF", "Swiss franc", "CHF "),
    Currency("CLP", "Chilean peso", "CLP ", 0), Currency("CZK", "Czech koruna", "CZK "),
    Currency("DKK", "Danish krone", "DKK "), Currency("EUR", "Euro", "€"), Currency("GBP", "Pound sterling", "£"),
    Currency("HUF", "Hungarian forint", "HUF "), Currency("ILS", "Israeli shekel", "₪"),
    Currency("INR", "Indian rupee", "₹"), Currency("ISK", "Icelandic krona", "ISK ", 0),
    Currency("JPY", "Japanese yen", "¥", 0), Currency("KRW", "South Korean won", "₩", 0),
    Currency("KWD", "Kuwaiti dinar", "KWD ", 3), Currency("MXN", "Mexican peso", "MX$"),
    Currency("NOK", "Norwegian krone", "NOK "), Currency("NZD", "New Zealand dollar", "NZ$"),
    Currency("PLN", "Polish zloty", "PLN "), Currency("RON", "Romanian leu", "RON "),
    Currency("SEK", "Swedish krona", "SEK "), Currency("SGD", "Singapore dollar", "S$"),
    Currency("TRY", "Turkish lira", "TRY "), Currency("USD", "US dollar", "$"),
    Currency("ZAR", "South African rand", "R "),
)}


def said_price(price: int | None, currency: str) -> str:
    """A price as people say it: "£65", "€65.50", "¥6,500"; empty where none is named."""
    if price is None:
        return ""
    unit = CURRENCIES[currency]
    whole, rest = divmod(price, 10**unit.decimals)
    cents = f".{rest:0{unit.decimals}d}" if rest else ""
    return f"{unit.sign}{whole:,}{cents}"


def typed_price(price: int | None, currency: str) -> str:
    """A price as it stands in a field: "65.00"."""
    if price is None:
        return ""
    decimals = CURRENCIES[currency].decimals
    whole, rest = divmod(price, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)


def price_from(typed: str, currency: str) -> int | None:
    """What somebody typed, "65", "65.50" or "65,50", as the smallest unit; None for nothing.

    Refuses, as ValueError in words, what is no price or has more decimals than the currency.
    """
    text = typed.strip()
    if not text:
        return None
    unit = CURRENCIES[currency]
    found = re.fullmatch(r"(\d{1,9})(?:[.,](\d+))?", text, re.ASCII)
    decimals = (found[2] or "") if found else ""
    if not found or len(decimals) > unit.decimals:
        example = "65.50" if unit.decimals else "6500"
        raise ValueError(f"Write the price in {unit.code} as a number, for example {example}; or leave it empty.")
    price = int(found[1]) * 10**unit.decimals + int(decimals.ljust(unit.decimals, "0") or 0)
    if price > MOST:
        raise ValueError(f"That is more than {said_price(MOST, currency)}. Look at the price again.")
    return price
