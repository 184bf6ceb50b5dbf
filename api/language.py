"""Which of our two languages a person reads: Japanese for `ja*`, English for everyone else."""

from __future__ import annotations

from teikei.domain.texts import say

LANGUAGES = ("ja", "en")


def pick(accept: str) -> str:
    """The language of an `Accept-Language` header: its most wanted one that we speak; English when it names none."""
    best, language = 0.0, "en"
    for part in accept[:500].lower().split(","):
        tag, _, quality = part.strip().partition(";")
        known = next((one for one in LANGUAGES if tag == one or tag.startswith(f"{one}-")), "")
        wanted = _quality(quality)
        if known and wanted > best:
            best, language = wanted, known
    return language


def _quality(text: str) -> float:
    """`q=0.8` as a number from 0 to 1; 1 when there is none, 0 when it is not readable."""
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    whole, _, rest = value.partition(".")
    digits = whole + rest
    return (
        min(1.0, int(digits) / 10 ** len(rest))
        if digits.isdecimal() and digits.isascii() and len(digits) <= 6
        else 0.0
    )


def error_text(language: str, code: str, part: str, /, **values: str | int) -> str:
    """The `title` or the `remedy` of an error code."""
    return say(language, f"errors.{code}.{part}", **values)
