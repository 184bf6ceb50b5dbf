"""One catalogue for everything that a person reads: errors, entry titles, mails, words of the papers.

`ja.toml` and `en.toml` hold the same keys; entries store codes and values, and
the sentence is made here when someone reads it.  A value that the catalogue
knows by its own name (a stage, a form, an axis, an item with a deadline) is
said in the same language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

FREE = frozenset(
    {"alliance", "name", "what", "title", "target", "label", "signatory", "note"}
    | {"recorded_for", "recorded_by", "recorded_person"}
    | {"proposer", "approver", "seat", "leaver", "successor"}
    | {"earlier_facts", "new_facts"}
)
"""Values that people wrote: shown as they are, even where they happen to spell a code."""


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of a language by dotted code."""
    data = tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    flat: dict[str, str] = {}

    def walk(prefix: str, node: dict[str, Any]) -> None:
        for key, value in node.items():
            if isinstance(value, dict):
                walk(f"{prefix}{key}.", value)
            else:
                flat[f"{prefix}{key}"] = value

    walk("", data)
    return flat


class _Values(dict[str, Any]):
    """A value that is missing shows its name, so that a title is never lost to a gap."""

    def __missing__(self, key: str) -> str:
        return f"〈{key}〉"


def say(language: str, code: str, /, **values: Any) -> str:
    """The sentence of a code with its values; an unknown code is shown as it is."""
    text = catalogue(language).get(code)
    if text is None:
        return code
    return text.format_map(_Values({k: word(language, v, k) for k, v in values.items()}))


def titled(language: str, code: str, values: Mapping[str, Any]) -> str:
    """The title of an entry; where one party entered it for another, for whom and by whom."""
    title = say(language, f"timeline.{code}", **values)
    if "recorded_for" not in values:
        return title
    return say(language, "recorded.title", **{**values, "title": title})


def named(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The values with every id that `names` knows replaced by its name: in lists, and word by word in text."""

    def name(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [name(v) for v in value]
        if isinstance(value, str) and any(part in names for part in value.split(" ")):
            return " ".join(names.get(part, part) for part in value.split(" "))
        return value

    return {key: name(value) for key, value in values.items()}


def word(language: str, value: Any, name: str = "") -> str:
    """A value as people read it: lists are joined, codes that are words of the field are said, what people wrote stays."""
    if name in FREE:
        return str(value)
    comma = "、" if language == "ja" else ", "
    if isinstance(value, (list, tuple)):
        return comma.join(word(language, v, name) for v in value)
    said = [_one(language, part, name) for part in str(value).split(", ")]
    return str(value) if None in said else comma.join(s or "" for s in said)


def _one(language: str, value: str, name: str) -> str | None:
    """The word of one code; `review-2` is an item with its number. None: not a word of the catalogue."""
    texts = catalogue(language)
    for family in ("item", "word") if name == "item" else ("word", "item"):
        if found := texts.get(f"{family}.{value}"):
            return found
    head, _, number = value.rpartition("-")
    numbered = texts.get(f"item.numbered.{head}") if number.isdecimal() else None
    return numbered.format(number=number) if numbered else None
