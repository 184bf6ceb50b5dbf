"""What shows only in a whole paper: terms that nobody defines or two define, labels without a party, missing sanctions.

The paper of a kind is composed with made-up variables: every option one way, then the other, two parties and three.
By words, so each finding is for a person to judge.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import Literal, cast, get_args, get_origin, get_type_hints

from teikei.documents.compose import compose
from teikei.documents.errors import DocumentError
from teikei.documents.findings import Finding
from teikei.documents.library import Library, Manifest
from teikei.documents.lines import text
from teikei.documents.specimen import choices
from teikei.domain.papers import LABELS, VARIABLES, PaperKind

WAYS = 3
"""So many papers of each kind: the first of all options, the second, the third or last."""
ENGINE = frozenset({"alliance_name", "parties", "medium", "governing_language"})
"""Variables that the engine prints or asks for itself: header, signatures, the clause of two languages."""
ORIGINAL = re.compile("原契約")
"""A paper that changes or ends another one: terms keep their meaning there, and so do sanctions."""
_DEFINED = re.compile(r"「([^「」]{2,30})」(?=と|\s|$)")
_HERE = re.compile(r"以下(?:[^「」（）]{0,20})「([^「」]{2,30})」と(?:いう|総称)")
_EN_HERE = re.compile(r"\((?:each,? |together,? |collectively,? )?(?:an? |the )?“([^“”]{2,40})”\)")
_JA_LABEL = re.compile(rf"(?<![一-龥])[{LABELS}](?=[はがをにのと、]|及び|又は|から|より|へ)")
_EN_LABEL = re.compile(r"\bParty ([A-J])\b")
_JOINT = (
    r"出資|拠出",
    r"共同(?:し|の|で|して)[^。]{0,15}事業",
    r"(?:利益|損益|損失)[^。]{0,12}(?:分配|配分)",
)


def whole_findings(library: Library, manifest: Manifest) -> Iterator[Finding]:
    """All findings on the papers of one kind in one language, each once."""
    seen: set[Finding] = set()
    for values in _ways(manifest.kind):
        try:
            said = text(compose(library, manifest.kind, values, manifest.language))
        except (DocumentError, ArithmeticError, LookupError, TypeError, ValueError):
            continue  # these options do not go together
        for rule, detail in _read(
            library, manifest, said, len(cast("tuple[object, ...]", values["parties"]))
        ):
            found = Finding("warning", rule, manifest.kind, detail)
            if found not in seen:
                seen.add(found)
                yield found


def unused_names(library: Library, manifest: Manifest) -> Iterator[Finding]:
    """Variables of the kind that no clause, condition or title asks for.

    One that several kinds share is used where one of them asks for it; one of a single value is no choice.
    """
    shape = VARIABLES[cast("PaperKind", manifest.kind)]
    hints = get_type_hints(shape)
    asked = {kind: _asked(library, kind) for kind in VARIABLES}
    for item in fields(shape):
        if len(get_args(hints[item.name])) == 1 and get_origin(hints[item.name]) is Literal:
            continue
        home = next(one for one in reversed(shape.__mro__) if item.name in _names(one))
        kinds = [kind for kind, other in VARIABLES.items() if issubclass(other, home)]
        if not any(item.name.removesuffix("_en") in asked[kind] for kind in kinds):
            yield Finding("warning", "unused_name", manifest.kind, item.name)


def _names(shape: type) -> set[str]:
    return {item.name for item in fields(shape)} if is_dataclass(shape) else set()


def _asked(library: Library, kind: str) -> set[str]:
    """Names that the Japanese clauses of a kind ask for, and those that the engine does."""
    if kind not in library.kinds:
        return set(ENGINE)
    manifest = library.manifest(kind)
    asked = set(manifest.title.names) | ENGINE
    for clause_id in manifest.clause_ids:
        with suppress(DocumentError):  # told elsewhere
            asked.update(library.clause(clause_id).names)
    return asked


def _ways(kind: str) -> Iterator[Mapping[str, object]]:
    known = choices(VARIABLES[cast("PaperKind", kind)])
    for way in range(WAYS):
        yield {name: values[min(way, len(values) - 1)] for name, values in known.items()}


def _read(library: Library, manifest: Manifest, said: str, count: int) -> Iterator[tuple[str, str]]:
    if manifest.language != "ja":
        yield from _twice(_EN_HERE, said)
        for label in _EN_LABEL.findall(said):
            if ord(label) - ord("A") >= count:
                yield "label_without_party", f"Party {label}"
        return
    yield from _twice(_HERE, said)
    for found in _JA_LABEL.finditer(said):
        if found[0] in LABELS[count:]:
            yield "label_without_party", f"{found[0]} [parties={count}]"
    if manifest.form == "articles" and not ORIGINAL.search(said):
        yield from _undefined(library, said)
        if "なければならない" in said and not re.search("賠償|解除|違約", said):
            yield "duty_else", "賠償・解除"
    if all(re.search(pattern, said) for pattern in _JOINT) and "組合" not in said:
        yield "partnership", "民法667条1項"


def _twice(pattern: re.Pattern[str], said: str) -> Iterator[tuple[str, str]]:
    for term, times in Counter(pattern.findall(said)).items():
        if times > 1:
            yield "term_twice", term


def _undefined(library: Library, said: str) -> Iterator[tuple[str, str]]:
    """A term of the library (本…) that this paper uses and does not define, nor a shorter one that it begins with."""
    defined = {*_DEFINED.findall(said)}
    for term in sorted(_terms(library)):
        known = any(term.startswith(one) for one in defined)
        if term.startswith("本") and not known and term in said:
            yield "term_undefined", term


def _terms(library: Library) -> set[str]:
    found: set[str] = set()
    for clause_id in library.clause_ids:
        try:
            found.update(library.clause(clause_id).terms)
        except DocumentError:
            continue  # told elsewhere
    return found
