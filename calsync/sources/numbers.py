"""Telephone numbers as people write them -> E.164.

Most numbers in a list are already whole, so the library that knows every numbering plan (``phonenumbers``, 30 µs a
number) is asked only for the rest.  North American numbers are recognised here, by the rule of their plan: area code
and exchange begin with 2-9 (NANP, ITU-T E.164 country code 1).
"""

from __future__ import annotations

import re

_NANP_WHOLE = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}", re.ASCII).fullmatch
_NANP_NATIONAL = re.compile(r"1?([2-9]\d{2}[2-9]\d{6})", re.ASCII).fullmatch
_WHOLE = re.compile(r"\+[2-9]\d{6,14}", re.ASCII).fullmatch
_ORNAMENT = str.maketrans("", "", " ()-.\u00a0\u2010\u2011\u2012\u2013\u202a\u202c\u200e/")
_EXTENSION = re.compile(r"(?:;\s*ext=|,{1,3}|\s*(?:e?xt(?:ension|n)?\.?|x|#)\s*[:.]?\s*)(\d{1,7})#?\s*$", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_FLOAT = re.compile(r"(\d{7,15})\.0")
_NANP_REGIONS = frozenset(
    [
        "US",
        "CA",
        "AG",
        "AI",
        "AS",
        "BB",
        "BM",
        "BS",
        "DM",
        "DO",
        "GD",
        "GU",
        "JM",
        "KN",
        "KY",
        "LC",
        "MP",
        "MS",
        "PR",
        "SX",
        "TC",
        "TT",
        "VC",
        "VG",
        "VI",
    ]  # country code 1
)


Number = tuple[str, str]
"""E.164, and the extension to dial after it (``""`` for none)."""


class BadNumber(ValueError):
    """Text that is no telephone number; the message says why and ``hint`` what to write."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Numbers:
    """Reads numbers written in one region (``US-IL`` or ``US``); remembers what it asked the library, which is slow."""

    def __init__(self, region: str) -> None:
        self.region = region.partition("-")[0].upper()
        self._nanp = self.region in _NANP_REGIONS
        self._asked: dict[Number, Number | BadNumber] = {}

    def read(self, text: str) -> Number:
        """``text`` in E.164.  Raises ``BadNumber``."""
        return (text, "") if _NANP_WHOLE(text) else self._read(text.strip())

    def _read(self, text: str) -> Number:
        text = _undo_spreadsheet(text)
        text = text[4:] if text[:4].lower() == "tel:" else text
        text = text.partition(";phone-context=")[0]
        extension = ""
        if found := _EXTENSION.search(text):
            text, extension = text[: found.start()], found[1]
        bare = text.translate(_ORNAMENT)
        if _NANP_WHOLE(bare):
            return (bare, extension)
        if self._nanp and (national := _NANP_NATIONAL(bare)):
            return ("+1" + national[1], extension)
        if _WHOLE(bare) and _fits_plan(bare):
            return (bare, extension)
        known = self._asked.get((text, extension))
        if known is None:
            try:
                known = self._ask_library(text, extension)
            except BadNumber as error:
                known = error
            self._asked[text, extension] = known
        if isinstance(known, BadNumber):
            raise BadNumber(str(known), known.hint)
        return known

    def _ask_library(self, text: str, extension: str) -> Number:
        import phonenumbers  # 40 ms that a list of whole numbers never needs

        try:
            parsed = phonenumbers.parse(text, self.region or None)
        except phonenumbers.NumberParseException:
            if not any(character.isdigit() for character in text):
                raise BadNumber(f'"{_short(text)}" is not a telephone number', _WRITE) from None
            raise BadNumber(f'"{_short(text)}" is not a whole telephone number', _WRITE) from None
        if not phonenumbers.is_valid_number(parsed):
            reason = {
                phonenumbers.ValidationResult.TOO_SHORT: "has too few digits",
                phonenumbers.ValidationResult.TOO_LONG: "has too many digits",
                phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks its area code",
                phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "has a country code that does not exist",
            }.get(phonenumbers.is_possible_number_with_reason(parsed), "exists in no numbering plan")
            raise BadNumber(f'the number "{_short(text)}" {reason}', _WRITE)
        whole = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        return (whole, extension or parsed.extension or "")


def is_whole(text: str) -> bool:
    """Whether ``text`` is a North American number in E.164 already, the most frequent case by far."""
    return _NANP_WHOLE(text) is not None


_WRITE = "write it whole, with its country code, such as +1 312 555 0142"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _undo_spreadsheet(text: str) -> str:
    """Take off what a spreadsheet adds to keep a number a text: ``'+1…``, ``="+1…"``, ``13125550142.0``."""
    text = text.removeprefix("=")
    text = text.strip("'\"` ")
    if _SCIENTIFIC.fullmatch(text):
        raise BadNumber(
            f'a spreadsheet turned this number into "{text}" and lost digits',
            "format the column as text and write the number again",
        )
    whole = _FLOAT.fullmatch(text)
    return whole[1] if whole else text


_plans: dict[str, re.Pattern[str] | None] = {}


def _fits_plan(number: str) -> bool:
    """Whether the plan of the number's country has such numbers (one regular expression a country, kept)."""
    import phonenumbers

    for length in (1, 2, 3):
        code = number[1 : 1 + length]
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code))
        if regions is None:
            continue
        if code not in _plans:
            metadata = phonenumbers.PhoneMetadata.metadata_for_region(regions[0], None)
            pattern = metadata.general_desc.national_number_pattern if metadata and metadata.general_desc else None
            _plans[code] = re.compile(pattern) if pattern else None
        plan = _plans[code]
        return plan is not None and plan.fullmatch(number, 1 + length) is not None
    return False
