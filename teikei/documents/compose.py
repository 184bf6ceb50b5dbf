"""Manifest + variables → block model: which clauses, which numbers, which words.

Three passes, because an article cites others: conditions decide what stands in
the paper, then every clause gets its number, then the texts are rendered and
each citation is checked against the 項 and 号 that really exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from itertools import count
from typing import cast

from jinja2 import TemplateError

from teikei.documents import pairing, signatures
from teikei.documents.blocks import (
    BOTH,
    PAIR,
    Article,
    Block,
    Body,
    Chapter,
    Cite,
    ClauseUse,
    Closing,
    Heading,
    Item,
    Paper,
    Paragraph,
    Preamble,
    SubItem,
)  # fmt: skip
from teikei.documents.derived import NAMES, STATEMENT, derived
from teikei.documents.errors import DocumentError
from teikei.documents.language import LANGUAGES, Language
from teikei.documents.library import Clause, Library, Manifest
from teikei.documents.localised import localised
from teikei.documents.markdown import blocks
from teikei.documents.sandbox import CITE, clean, first_illegal, illegal
from teikei.domain.paper_lines import PartyLine
from teikei.domain.papers import VARIABLES, PaperKind


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A clause that stands in this paper, with its number (None: 前文, 後文)."""

    clause: Clause
    number: int | None


def compose(library: Library, kind: str, variables: object, language: str = "ja") -> Paper:
    """The block model of one paper: in a language of its clauses, or in `BOTH` side by side.

    `variables` is the dataclass of the kind or a mapping of its field names.
    Raises `document.missing_variables` (all names at once),
    `document.illegal_character` (pointer names the field),
    `document.reference_absent`, `document.clause_failed`, the layout codes, and
    `document.languages_differ` where the languages do not pair.
    """
    if language != BOTH:
        return _composed(library, kind, variables, language, (language,))
    first, second = (_composed(library, kind, variables, code, PAIR) for code in PAIR)
    pairing.check(first, second)
    return replace(first, language=BOTH, second=second, clauses=first.clauses + second.clauses)


def _composed(
    library: Library, kind: str, variables: object, language: str, languages: tuple[str, ...]
) -> Paper:
    """One language; `languages` are all in which the paper is made."""
    manifest = library.manifest(kind, language)
    held = by_name(kind, variables)
    _refuse_illegal(held)
    values = localised(held, language)
    values.update(derived(kind, values, language, languages))
    clauses = [library.clause(clause_id, language) for clause_id in manifest.clause_ids]
    _complete(manifest, clauses, values)
    chosen = _choose(manifest, clauses, values | held)  # conditions are one for all languages
    citing: set[str] = set()
    composed = tuple(_blocks(manifest, chosen, values, citing))
    _check_citations(composed, citing, LANGUAGES[language])
    return Paper(
        kind=kind,
        language=language,
        form=manifest.form,
        title=clean(manifest.title.render(values)),
        alliance=str(values["alliance_name"]),
        blocks=composed + signatures.blocks(manifest, values),
        clauses=tuple(ClauseUse(c.id, c.version, c.sha256, language) for c in _used(chosen)),
        dense=manifest.dense,
    )


def by_name(kind: str, variables: object) -> dict[str, object]:
    """Field names and values of the paper's dataclass; a mapping must fit that dataclass."""
    wanted = VARIABLES[cast("PaperKind", kind)]
    if isinstance(variables, Mapping):
        variables = _built(kind, wanted, variables)
    if not isinstance(variables, wanted) or not is_dataclass(variables):
        got = type(variables).__name__
        raise DocumentError("document.wrong_variables", kind=kind, got=got, wanted=wanted.__name__)
    values = {item.name: getattr(variables, item.name) for item in fields(variables)}
    if not all(isinstance(party, PartyLine) for party in values["parties"]):
        raise DocumentError("document.wrong_variables", "/parties", kind=kind, wanted="PartyLine")
    return values


def _built(kind: str, wanted: type, given: Mapping[str, object]) -> object:
    """Every absent name and every unknown one at once; a name with a default may be absent."""
    known = {item.name: item for item in fields(wanted)}
    missing = [
        name
        for name, item in known.items()
        if name not in given and item.default is MISSING and item.default_factory is MISSING
    ]
    if missing:
        raise DocumentError("document.missing_variables", names=", ".join(sorted(missing)))
    if unknown := sorted(given.keys() - known.keys()):
        raise DocumentError("document.wrong_variables", kind=kind, unknown=", ".join(unknown))
    return wanted(**given)


def _refuse_illegal(held: Mapping[str, object]) -> None:
    """All texts at once; which of them it is, only a refusal asks."""
    said: list[str] = []
    _gather(held.values(), said)
    if illegal("".join(said)) and (found := first_illegal(held)):
        raise DocumentError("document.illegal_character", found[0], character=found[1])


def _gather(values: Iterable[object], said: list[str]) -> None:
    """As `first_illegal` goes through them, without the places and in a fifth of the time."""
    for value in values:
        if isinstance(value, str):
            said.append(value)
        elif isinstance(value, tuple | list):
            _gather(value, said)
        elif names := getattr(value, "__dataclass_fields__", None):
            _gather([getattr(value, name) for name in names], said)
        elif isinstance(value, Mapping):
            _gather(value.values(), said)


def _complete(manifest: Manifest, clauses: list[Clause], values: Mapping[str, object]) -> None:
    """Tell all missing names at once; one by one would cost an author an afternoon."""
    wanted = {name for clause in clauses for name in clause.names}
    wanted.update(manifest.title.names)
    missing = sorted(wanted - NAMES - STATEMENT - values.keys())
    if missing:
        raise DocumentError("document.missing_variables", names=", ".join(missing))


def _choose(manifest: Manifest, clauses: list[Clause], values: Mapping[str, object]) -> dict[str, _Chosen]:
    """Apply the conditions and number what is left, in the order of the manifest."""
    chosen: dict[str, _Chosen] = {}
    numbers = count(1)
    for clause in clauses:
        if clause.id in chosen:
            raise DocumentError("document.clause_repeated", clause.id, kind=manifest.kind)
        try:
            applies = clause.applies(values)
        except (TemplateError, ArithmeticError, TypeError) as error:
            raise _failed(clause, error) from error
        if applies:
            outside = clause.id in (manifest.preamble, manifest.closing)
            chosen[clause.id] = _Chosen(clause, None if outside else next(numbers))
    return chosen


def _used(chosen: Mapping[str, _Chosen]) -> Iterator[Clause]:
    return (item.clause for item in chosen.values())


def _failed(clause: Clause, error: Exception) -> DocumentError:
    return DocumentError("document.clause_failed", clause.id, message=str(error)[:300])


def _blocks(
    manifest: Manifest, chosen: Mapping[str, _Chosen], values: Mapping[str, object], citing: set[str]
) -> Iterator[Block]:
    """Preamble, chapters and articles, closing, in printing order; `citing` gets the clauses that cite."""
    sheet = manifest.form == "sheet"
    spoken = LANGUAGES[manifest.language]
    cited = {spoken.article(one.number): one.clause.id for one in chosen.values() if one.number}

    def ref(clause_id: str) -> str:
        found = chosen.get(clause_id)
        if found is None or found.number is None:
            raise DocumentError("document.reference_absent", reference=clause_id)
        if sheet:
            return spoken.section(found.number, found.clause.title)
        return f"{CITE}{spoken.article(found.number)}"

    def has(clause_id: str) -> bool:
        return clause_id in chosen

    def body(clause: Clause, *, plain: bool) -> Body:
        text = _rendered(clause, context)
        if CITE in text:
            citing.add(clause.id)
        return blocks(text, clause=clause.id, plain=plain, language=clause.language, cited=cited)

    context = {**values, "ref": ref, "has": has}
    numbered: type[Article | Heading] = Heading if sheet else Article
    if manifest.preamble in chosen:
        clause = chosen[manifest.preamble].clause
        yield Preamble(clause.id, body(clause, plain=True))
    chapters = count(1)
    for entry in manifest.entries:
        if entry.chapter:
            yield Chapter(next(chapters), entry.chapter)
        elif entry.clause in chosen:
            clause, number = chosen[entry.clause].clause, chosen[entry.clause].number
            yield numbered(cast("int", number), clause.id, clause.title, body(clause, plain=sheet))
    if manifest.closing in chosen:
        clause = chosen[manifest.closing].clause
        yield Closing(clause.id, body(clause, plain=True))


def _rendered(clause: Clause, context: Mapping[str, object]) -> str:
    """The text of one clause; every failure names the clause."""
    try:
        return clause.source.render(context)
    except DocumentError as error:
        raise DocumentError(error.code, error.pointer or clause.id, **error.params) from error
    except (TemplateError, ArithmeticError, TypeError, AttributeError) as error:
        raise _failed(clause, error) from error


def _check_citations(composed: tuple[Block, ...], citing: set[str], spoken: Language) -> None:
    """第n条第m項第k号 must exist: a wrong citation is the classic drafting error."""
    connected = re.compile(spoken.connected)
    articles = {b.clause_id: b for b in composed if isinstance(b, Article | Heading)}
    for block in composed:
        if not isinstance(block, Article | Heading | Preamble | Closing) or block.clause_id not in citing:
            continue
        for text, cite in _citations(block.body):
            found = connected.match(text, cite.end)
            tail = found[0] if found else ""
            for paragraph, item in spoken.places(tail) if tail else ():
                if not _exists(articles[cite.clause_id].body, paragraph, item):
                    said = f"{text[cite.start : cite.end]}{tail}"
                    raise DocumentError("document.reference_absent", block.clause_id, reference=said)


def _exists(body: Body, paragraph: int, item: int) -> bool:
    """Is there such a 項, and in it such a 号? An article of one 項 has 第1項."""
    found = [block for block in body if isinstance(block, Paragraph)]
    index = paragraph - 1 if paragraph else 0
    if not 0 <= index < len(found):
        return False
    return not item or 1 <= item <= len(found[index].items)


def _citations(body: Body) -> Iterator[tuple[str, Cite]]:
    """Each citation with the text that it stands in; tables cite whole articles."""
    for block in body:
        if isinstance(block, Paragraph):
            for line in _lines(block):
                for cite in line.cites:
                    yield line.text, cite


def _lines(block: Paragraph) -> list[Paragraph | Item | SubItem]:
    """A 項 and what stands below it, in reading order."""
    found: list[Paragraph | Item | SubItem] = [block]
    for item in block.items:
        found += (item, *item.children)
    return found
