"""Plain contract English: the words that a clause never uses (docs/clauses.md gives the reasons).

British spelling; "shall" for duties, "may" for permissions, no "may not", "must" or "shall be entitled to";
no Latin and none of the here- and there- words; typographic quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from teikei.documents.words_en import SPELT, TENS, spelt

TWO_PARTY = (
    "both Parties",
    "either Party",
    "neither Party",
    "the other Party",
    "the two Parties",
    "each other’s",
    "counterparty",
)
"""Wrong as soon as there are three parties."""

_LATIN_WORDS = (
    "inter alia", "mutatis mutandis", "bona fide", "pro rata", "ipso facto", "per annum", "vice versa",
    "prima facie", "pari passu", "ab initio", "i.e.", "e.g.", "etc.", "viz.", "per se", "ad hoc",
)  # fmt: skip
LATIN = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _LATIN_WORDS))})(?!\w)", re.IGNORECASE)
LEGALESE = re.compile(
    r"\b(?:here|there|where)(?:of|in|to|by|under|after|with|inafter|inbefore|tofore)\b|\b(?:aforesaid|witnesseth|forthwith|notwithstanding anything)\b",
    re.IGNORECASE,
)
MODALS = re.compile(
    r"\b(?:may not|must|shall be entitled to|shall have the right to|will be required to|and/or)\b"
)
AMERICAN = re.compile(
    r"\b(?:color|favor|honor|labor|center|defense|offense|fulfill|judgment day|program(?:me)?s? license|"
    r"organization|organize[ds]?|recognize[ds]?|authorize[ds]?|authorization|utilize[ds]?|minimize[ds]?|"
    r"commercialization|commercialize[ds]?|reorganization|specialized|anonymized|trademarks?|willful|a license|the license|"
    r"analyze[ds]?|aging|canceled|modeling|traveled)\b",
    re.IGNORECASE,
)
BOTH = re.compile(rf"\b((?:(?:{'|'.join((*SPELT, *TENS[2:], 'hundred', 'and'))})[ -])+)\((\d+)\)")
"""A number in words and figures: thirty (30)."""
_DOUBLED = re.compile(r"\b(\w+) \1\b", re.IGNORECASE)
_SPACES = re.compile(r"  | [,.;:)]|\( ")
PATTERNS = (
    ("latin", LATIN), ("legalese", LEGALESE), ("modal", MODALS), ("american", AMERICAN), ("spacing", _SPACES),
)  # fmt: skip
_ALLOWED_DOUBLES = frozenset({"that", "had"})
_JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


def style(text: str, *, many: bool) -> Iterator[tuple[str, str]]:
    """(rule, word) for each fault; `many`: the paper has three parties or more."""
    for word in TWO_PARTY if many else ():
        if word in text:
            yield "two_party_word", word
    for rule, pattern in PATTERNS:
        if found := pattern.search(text):
            yield rule, found[0]
    for said, figure in BOTH.findall(text):
        if said.strip() != spelt(int(figure)):
            yield "words_and_figures", f"{said}({figure})"
    for found in _DOUBLED.finditer(text):
        if found[1].lower() not in _ALLOWED_DOUBLES:
            yield "doubled_word", found[0]
    if '"' in text or "'" in text:
        yield "straight_quote", text[:60]
    if found := _JAPANESE.search(text):
        yield "japanese", found[0]
