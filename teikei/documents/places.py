"""Where words stand in the articles, and other words in their place: exactly one place, or none at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Protocol, TypeVar

from teikei.domain.amendments import ChangeText

_PLACE = re.compile(
    r"(?:第(\d+)条|article(\d+))(?:[（(](.+?)[）)])?(?:第(\d+)項|,?paragraph(\d+))?", re.IGNORECASE
)


class _Numbered(Protocol):
    """An article."""

    @property
    def number(self) -> int: ...

    @property
    def title(self) -> str: ...


A = TypeVar("A", bound=_Numbered)


class DiffersError(Exception):
    """The text is not what a change assumes; its text is a code under `consolidated.left`."""


def place(articles: Sequence[A], named: str) -> A:
    """The article that a change names: 第5条, 第5条（定義）, 第5条第2項, Article 5, 定義."""
    said = _plain(named)
    if match := _PLACE.fullmatch(said):
        number, title = int(match[1] or match[2]), match[3] or ""
        found = [a for a in articles if a.number == number and title in ("", _plain(a.title))]
    else:
        found = [a for a in articles if _plain(a.title) == said.strip("()（）")]
    if len(found) != 1:
        raise DiffersError("no_such_article")
    return found[0]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def exchanged(text: str, change: ChangeText) -> str:
    """Other words in the place of those that stand there exactly once, in the 項 if it names one; places that overlap count."""
    first, last = _span(text, change.article)
    part = text[first:last]
    places = [i for i in range(len(part)) if part.startswith(change.before, i)] if change.before else []
    if len(places) != 1:
        raise DiffersError("found_often" if places else "not_found")
    at = first + places[0]
    return text[:at] + change.after + text[at + len(change.before) :]


def _span(text: str, named: str) -> tuple[int, int]:
    """From where to where; the whole article where no 項 is named."""
    match = _PLACE.fullmatch(_plain(named))
    paragraph = int(match[4] or match[5] or 0) if match else 0
    starts = [m.start() for m in re.finditer(r"^(?:\d+\.)?\d+\t", text, re.MULTILINE)]
    if not paragraph or (paragraph == 1 and not starts):
        return 0, len(text)
    if paragraph > len(starts):
        raise DiffersError("no_such_article")
    return starts[paragraph - 1], (*starts, len(text))[paragraph]


def patched(now: list[str], old: list[str], new: list[str]) -> list[str]:
    """What leads from `old` to `new`, done to `now`; every line that it touches must stand there exactly once."""
    if now == old:
        return new
    edits = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    spots = list(_spots(now, old, new, edits))
    for start, stop, lines in sorted(spots, key=lambda s: s[0], reverse=True):
        now = [*now[:start], *lines, *now[stop:]]
    return now


def _spots(
    now: list[str], old: list[str], new: list[str], edits: Iterable[tuple[str, int, int, int, int]]
) -> Iterator[tuple[int, int, list[str]]]:
    """(from, to, lines) of each edit in `now`."""
    for kind, i, j, k, m in edits:
        if kind == "equal":
            continue
        if kind == "insert":
            at = _once(now, [old[i - 1]]) + 1 if i else _once(now, [old[0]])
            yield at, at, new[k:m]
        elif j - i == m - k:
            for one, other in zip(old[i:j], new[k:m], strict=True):
                at = _once(now, [one])
                yield at, at + 1, [other]
        else:
            at = _once(now, old[i:j])
            yield at, at + j - i, new[k:m]


def _once(now: list[str], lines: list[str]) -> int:
    found = [i for i in range(len(now) - len(lines) + 1) if now[i : i + len(lines)] == lines]
    if len(found) != 1:
        raise DiffersError("article_differs")
    return found[0]
