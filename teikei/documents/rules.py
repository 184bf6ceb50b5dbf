"""What each rule of lint rests on and what to do about a finding, in both languages: `rules.toml`.

A finding says place, what was found, source and remedy; whether something is lawful, and how bad it would be if not,
is for a person.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from teikei.documents.findings import Finding
from teikei.domain.texts import catalogue


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a rule comes from, and the remedy in Japanese and English."""

    source: str
    ja: str
    en: str


@cache
def rules() -> dict[str, Rule]:
    """By name; the codes of `DocumentError`, under which a file cannot be read, are not among them."""
    read = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
    return {name: Rule(**one) for name, one in read.items()}


def rule(name: str) -> Rule:
    """A rule, or a code of the catalogue of errors in its shape."""
    if found := rules().get(name):
        return found
    ja, en = (catalogue(language)[f"errors.{name}.remedy"] for language in ("ja", "en"))
    return Rule("docs/errors.md", ja, en)


def told(finding: Finding) -> dict[str, str]:
    """A finding with all that its reader needs: level, rule, place, detail, source, remedy_ja, remedy_en."""
    known = rule(finding.rule)
    return asdict(finding) | {"source": known.source, "remedy_ja": known.ja, "remedy_en": known.en}
