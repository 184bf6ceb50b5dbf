"""What a machine can say about clause files before anyone reads a paper.

Not legal advice and never a verdict: each finding names the file, the rule and
what was found (product.md, correction 9). `error` stops a build, `warning` is
for a person to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date

from teikei.documents.derived import NAMES, STATEMENT
from teikei.documents.errors import DocumentError
from teikei.documents.findings import Finding
from teikei.documents.japanese import contract, words
from teikei.documents.library import ORIGINAL, Clause, Library, Manifest
from teikei.documents.pairs import pair_findings
from teikei.documents.whole import unused_names, whole_findings
from teikei.domain.papers import VARIABLES

TWO_PARTY = ("相手方", "双方", "両当事者", "両社", "甲乙")
"""Words that are wrong as soon as there are three parties."""

EXTRA: dict[str, frozenset[str]] = {"statement": STATEMENT}
"""Names that the engine adds for one kind."""

_DUTY = re.compile(r"(賠償|補償|負担|支払|弁済|精算)(?!停止|不能)[^。]*?(する|ならない|負う)。?")
_MANY = re.compile(r"各当事者|全当事者|当事者ら|all_labels|いずれの当事者も")
_SEVERAL = re.compile(r"連帯|各自|それぞれ")
_MONEY_WORDS = ("支払停止", "支払不能", "支払期日", "支払の停止", "精算期限")


def lint(library: Library, *, today: date | None = None, language: str = "ja") -> list[Finding]:
    """All findings, papers first; `today` decides which reviews are overdue.

    In another language than Japanese: of the papers that have it, each clause beside its Japanese text.
    """
    if language != ORIGINAL:
        return _renderings(library, language)
    found: list[Finding] = []
    used: set[str] = set()
    for kind in library.kinds:
        try:
            manifest = library.manifest(kind, language)
        except DocumentError as error:
            found.append(Finding("error", error.code, kind, str(error)))
            continue
        used.update(manifest.clause_ids)
        found.extend(_paper(library, manifest))
        found.extend(_spoken(library, manifest))
        found.extend(unused_names(library, manifest))
        found.extend(whole_findings(library, manifest))
    day = today or date.today()  # noqa: DTZ011 - a review date is a calendar day
    for clause_id in library.clause_ids:
        if clause_id not in used:
            found.append(Finding("warning", "unused", clause_id, "no paper uses this clause"))
        clause = _clause(library, clause_id, language)
        if isinstance(clause, Finding):
            found.append(clause)
        else:
            found.extend(_clause_findings(clause, day))
    return list(dict.fromkeys(found))


def _renderings(library: Library, language: str) -> list[Finding]:
    found: list[Finding] = []
    for kind in library.kinds:
        try:
            manifest = library.manifest(kind, language)
        except DocumentError as error:
            if error.code != "document.language_missing":
                found.append(Finding("error", error.code, kind, str(error)))
            continue
        found.extend(_paper(library, manifest))
        found.extend(pair_findings(library, manifest))
        found.extend(whole_findings(library, manifest))
    return list(dict.fromkeys(found))


def _clause(library: Library, clause_id: str, language: str) -> Clause | Finding:
    """The clause, or what is wrong with its file."""
    try:
        return library.clause(clause_id, language)
    except DocumentError as error:
        return Finding("error", error.code, clause_id, str(error))


def _paper(library: Library, manifest: Manifest) -> Iterator[Finding]:
    """Names against the dataclass of the kind, citations against the manifest."""
    kind = manifest.kind
    if kind not in VARIABLES:
        yield Finding("error", "document.unknown_kind", kind, "no variables for this kind")
        return
    known = {item.name for item in fields(VARIABLES[kind])}
    known |= NAMES | EXTRA.get(kind, frozenset())
    ids = manifest.clause_ids
    for clause_id in ids:
        if ids.count(clause_id) > 1:
            yield Finding("error", "repeated", kind, clause_id)
        clause = _clause(library, clause_id, manifest.language)
        if isinstance(clause, Finding):
            yield clause
            continue
        for name in clause.names:
            if name not in known:
                yield Finding("error", "undefined_name", clause_id, f"{name} in {kind}")
        for reference in clause.source.references:
            yield from _reference(library, manifest, clause, reference)
    for name in manifest.title.names:
        if name not in known:
            yield Finding("error", "undefined_name", kind, f"{name} in the title")


def _spoken(library: Library, manifest: Manifest) -> Iterator[Finding]:
    """How the clauses of a contract are written; letters and minutes speak otherwise."""
    for clause_id in manifest.clause_ids if manifest.form == "articles" else ():
        clause = _clause(library, clause_id, manifest.language)
        if isinstance(clause, Clause):
            yield from (Finding("warning", name, clause_id, said) for name, said in contract(clause.body))


def _reference(library: Library, manifest: Manifest, clause: Clause, reference: str) -> Iterator[Finding]:
    """A citation must hit an article that is there whenever this clause is."""
    if reference not in manifest.clause_ids or reference in (manifest.preamble, manifest.closing):
        yield Finding("error", "reference_absent", clause.id, f"{reference} in {manifest.kind}")
        return
    target = _clause(library, reference, manifest.language)
    if isinstance(target, Finding) or not target.condition_text:
        return
    guarded = f"has({reference!r})" in clause.body or f'has("{reference}")' in clause.body
    if target.condition_text != clause.condition_text and not guarded:
        yield Finding(
            "warning", "reference_conditional", clause.id,
            f"{reference} stands only if {target.condition_text}",
        )  # fmt: skip


def _clause_findings(clause: Clause, today: date) -> Iterator[Finding]:
    """What one clause says, whatever paper it stands in."""
    for word in TWO_PARTY:
        if word in clause.body or word in clause.title:
            yield Finding("error", "two_party_word", clause.id, word)
    if clause.review_by is None:
        yield Finding("warning", "review_by", clause.id, "no review date")
    elif clause.review_by < today:
        yield Finding("warning", "review_by", clause.id, clause.review_by.isoformat())
    if not clause.owner:
        yield Finding("warning", "owner", clause.id, "no owner")
    for term in clause.terms:
        if f"「{term}」" not in clause.body:
            yield Finding("error", "term_not_defined", clause.id, term)
    yield from (Finding("warning", name, clause.id, said) for name, said in words(clause.body))
    yield from _liability(clause)


def _liability(clause: Clause) -> Iterator[Finding]:
    """Debts of several companies are joint unless the text says so (商法511条1項).

    The check is per clause and by words, so it is a warning: a duty of money or
    damages of several parties in a clause that nowhere says 連帯 or 各自.
    """
    if _SEVERAL.search(clause.body):
        return
    for line in clause.body.split("\n"):
        text = line
        for word in _MONEY_WORDS:
            text = text.replace(word, "")
        if _MANY.search(text) and _DUTY.search(text):
            yield Finding("warning", "several_or_joint", clause.id, line.strip()[:80])
            return
