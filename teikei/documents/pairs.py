"""Does the English clause say what the Japanese one says? What a machine can compare, for each option.

A stale pair is one whose Japanese text changed since the English was written (`of` in the front matter).
Beyond that both are rendered with the same made-up variables for each combination of the options that
either of them asks for, and must agree in 項 and 号, in tables, in every number, and in every reference.
The figure 1 is not compared: 一の当事者, a Party and once a year are idiom. English terms stand in “ ”.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import cast

from jinja2 import TemplateError

from teikei.documents.blocks import Body, Paragraph, Table
from teikei.documents.derived import Reckoned, derived
from teikei.documents.english import BOTH, style
from teikei.documents.errors import DocumentError
from teikei.documents.findings import Finding
from teikei.documents.language import LANGUAGES
from teikei.documents.library import Clause, Library, Manifest
from teikei.documents.localised import localised
from teikei.documents.markdown import blocks
from teikei.documents.sandbox import CITE, VALUE, clean
from teikei.documents.specimen import choices
from teikei.documents.words_en import SPELT
from teikei.domain.papers import VARIABLES, PaperKind

MOST_COMBINATIONS = 600

_STATEMENTS = re.compile(r"\{%\s*(?:el)?if\b.*?%\}|\{\{[^}]*\bif\b[^}]*\}\}", re.DOTALL)
"""Where a clause asks: a name that stands elsewhere is printed and no option."""
_ASKED = re.compile(r"has\(\s*[\"'](\w+)[\"']\s*\)|for id in \[[\"'](\w+)[\"']\]")
_STEPS = {"": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_JA_OWN = re.compile(r"第(\d+)項(?:から第(\d+)項まで)?|前(二|三|四|五|各)?項|(次)項")
_JA_ITEMS = re.compile(r"第\d+号|前[二三四五各]?号|同項|同号|次の各号|次項")
_JA_NUMBER = re.compile(r"(\d+)分の([\d.]+)|(\d[\d,]*(?:[./]\d+)?)％?")
_EN_OWN = re.compile(r"Paragraphs? (\d+)((?:(?:,| and| or| to|, and) \d+)*)")
_EN_ITEMS = re.compile(r"Items? \(\d+\)(?:(?:,| and| or| to) \(\d+\))*")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_FRACTION = re.compile(r"\b[a-z]+-[a-z-]+ \((\d+/\d+)\)")
_EN_NUMBER = re.compile(
    rf"(\d+)/(\d+)|(\d[\d,]*(?:\.\d+)?)|\b({'|'.join(m for m in _MONTHS if m != 'May')})\b|(?<=\d )(May)\b"
    rf"|\b({'|'.join(SPELT[2:13])})\b"
)


@dataclass(frozen=True, slots=True)
class _Unit:
    """One 項, 号 or table as far as it is compared."""

    place: str
    numbers: Counter[str] = field(default_factory=Counter)
    references: frozenset[tuple[str, int, int]] = frozenset()
    own: frozenset[int] = frozenset()


def pair_findings(library: Library, manifest: Manifest) -> Iterator[Finding]:
    """All findings on the clauses of one paper in another language than Japanese."""
    for clause_id in manifest.clause_ids:
        try:
            ours, theirs = library.clause(clause_id), library.clause(clause_id, manifest.language)
        except DocumentError as error:
            yield Finding("error", error.code, clause_id, str(error))
            continue
        yield from _standing(ours, theirs)
        ends = (manifest.preamble, manifest.closing)
        plain = manifest.form == "sheet" or clause_id in ends
        yield from _compared(manifest.kind, ours, theirs, plain=plain)


def _standing(ours: Clause, theirs: Clause) -> Iterator[Finding]:
    """What the two files say of themselves."""
    place = theirs.id
    if theirs.behind(ours):
        detail = f"written for {theirs.of or 'nothing'}; the Japanese text is now {ours.digest}"
        yield Finding("error", "pair_stale", place, detail)
    if len(theirs.terms) != len(ours.terms):
        yield Finding("error", "pair_terms", place, f"{len(ours.terms)} and {len(theirs.terms)} terms")
    for term in theirs.terms:
        if f"“{term}”" not in theirs.body:
            yield Finding("error", "term_not_defined", place, term)


def _compared(kind: str, ours: Clause, theirs: Clause, *, plain: bool) -> Iterator[Finding]:
    """The first difference of each rule, with the options under which it shows."""
    seen: set[str] = set()
    read: set[tuple[str, bool]] = set()
    for values, there in _combinations(kind, ours, theirs):
        try:
            left = _rendered(ours, values, there, plain=plain)
        except (DocumentError, TemplateError, TypeError, ArithmeticError):
            continue  # these options do not go together in Japanese either
        try:
            right = _rendered(theirs, values, there, plain=plain)
        except (DocumentError, TemplateError, TypeError, ArithmeticError) as error:
            found: list[tuple[str, str]] = [("pair_fails", str(error))]
        else:
            found = [
                *_differences(_units(left, "ja"), _units(right, theirs.language)),
                *_style(right, values, read),
            ]
        for rule, detail in found:
            if rule not in seen:
                seen.add(rule)
                yield Finding("error", rule, theirs.id, f"{detail} [{_said(values, there)}]")


def _combinations(
    kind: str, ours: Clause, theirs: Clause
) -> Iterator[tuple[Mapping[str, object], frozenset[str]]]:
    """Every combination of what either text asks; the clauses that stand in the paper are options too."""
    asked = " ".join(_STATEMENTS.findall(ours.body + theirs.body))
    known = choices(VARIABLES[cast("PaperKind", kind)]) | (
        choices(Reckoned, 611) if kind == "statement" else {}
    )
    ordinary = {name: values[0] for name, values in known.items()}
    names = [name for name in known if name != "parties" and re.search(rf"\b{name}\b", asked)]
    ids = sorted({first or second for first, second in _ASKED.findall(ours.body + theirs.body)})
    ways = [known["parties"], *(known[name] for name in names), *((True, False) for _ in ids)]
    for number, picked in enumerate(product(*ways)):
        if number == MOST_COMBINATIONS:
            return
        values = ordinary | dict(zip(("parties", *names), picked, strict=False))
        here = picked[1 + len(names) :]
        yield values, frozenset(name for name, stands in zip(ids, here, strict=True) if stands)


def _rendered(clause: Clause, values: Mapping[str, object], there: frozenset[str], *, plain: bool) -> Body:
    """The clause alone; a citation shows the id of the clause that it cites."""
    said = localised(values, clause.language)
    said |= derived("", said, clause.language, tuple(LANGUAGES))
    context = said | {
        "ref": lambda clause_id: f"{CITE}{clause_id}",
        "has": lambda clause_id: clause_id in there,
    }
    if missing := set(clause.names) - context.keys():
        raise DocumentError("document.missing_variables", names=", ".join(sorted(missing)))
    return blocks(clause.source.render(context), clause=clause.id, plain=plain)


def _units(body: Body, language: str) -> list[_Unit]:
    found: list[_Unit] = []
    position = 0
    for block in body:
        if isinstance(block, Table):
            cells = " ; ".join((*block.header, *(cell for row in block.rows for cell in row)))
            shape = f"table {len(block.rows)}x{len(block.header)}"
            found.append(_unit(shape, cells, position, language))
            continue
        position += 1
        found.append(_unit(f"項{position}", block.text, position, language))
        for item in block.items:
            found.append(_unit(f"項{position}号{item.number}", item.text, position, language))
            found.extend(
                _unit(f"項{position}号{item.number} {index}", child.text, position, language)
                for index, child in enumerate(item.children, 1)
            )
    return found


def _unit(place: str, text: str, position: int, language: str) -> _Unit:
    spoken = LANGUAGES[language]
    cited: set[tuple[str, int, int]] = set()
    pattern = re.compile(f"{CITE}(\\w+){VALUE}({spoken.connected})")
    for clause_id, tail in pattern.findall(text):
        cited.update((clause_id, *where) for where in spoken.places(tail) or ((0, 0),))
    left = clean(pattern.sub(" ", text))
    read = _japanese if language == "ja" else _english
    own, numbers = read(left, position)
    del numbers["1"]
    return _Unit(place, numbers, frozenset(cited), own)


def _japanese(text: str, position: int) -> tuple[frozenset[int], Counter[str]]:
    own: set[int] = set()
    for first, last, back, following in _JA_OWN.findall(text):
        if first:
            own.update(range(int(first), int(last or first) + 1))
        elif following:
            own.add(position + 1)
        else:
            steps = position - 1 if back == "各" else _STEPS[back]
            own.update(range(position - steps, position))
    left = _JA_ITEMS.sub("", _JA_OWN.sub("", text))
    numbers = Counter(
        (f"{part}" if whole == "100" else f"{part}/{whole}") if whole else plain.replace(",", "")
        for whole, part, plain in _JA_NUMBER.findall(left)
    )
    return frozenset(own), numbers


def _english(text: str, position: int) -> tuple[frozenset[int], Counter[str]]:
    own: set[int] = set()
    for first, rest in _EN_OWN.findall(text):
        last = int(first)
        own.add(last)
        for word, number in re.findall(r"(,|and|or|to) (\d+)", rest):
            own.update(range(last, int(number) + 1) if word == "to" else (int(number),))
            last = int(number)
    left = _FRACTION.sub(r"\1", BOTH.sub(r"\2", _EN_ITEMS.sub("", _EN_OWN.sub("", text))))
    numbers: Counter[str] = Counter()
    for part, whole, plain, month, may, spelt in _EN_NUMBER.findall(left):
        if whole:
            numbers[f"{part}/{whole}"] += 1
        elif plain:
            numbers[plain.replace(",", "")] += 1
        elif month or may:
            numbers[str(_MONTHS.index(month or may) + 1)] += 1
        else:
            numbers[str(SPELT.index(spelt))] += 1
    return frozenset(own), numbers


def _differences(left: list[_Unit], right: list[_Unit]) -> Iterator[tuple[str, str]]:
    shapes = [unit.place for unit in left], [unit.place for unit in right]
    if shapes[0] != shapes[1]:
        odd = next((pair for pair in zip(*shapes, strict=False) if pair[0] != pair[1]), ("", ""))
        yield "pair_paragraphs", f"{len(shapes[0])} and {len(shapes[1])} parts; {odd[0]} and {odd[1]}"
        return
    for ours, theirs in zip(left, right, strict=True):
        if ours.numbers != theirs.numbers:
            gone, new = ours.numbers - theirs.numbers, theirs.numbers - ours.numbers
            yield "pair_numbers", f"{ours.place}: only ja {_listed(gone)}; only en {_listed(new)}"
        if ours.references != theirs.references or ours.own != theirs.own:
            apart = sorted(ours.references ^ theirs.references), sorted(ours.own ^ theirs.own)
            yield "pair_references", f"{ours.place}: {apart[0]} {apart[1]}"


def _listed(numbers: Counter[str]) -> str:
    return ", ".join(sorted(numbers.elements())) or "none"


def _style(
    body: Body, values: Mapping[str, object], read: set[tuple[str, bool]]
) -> Iterator[tuple[str, str]]:
    """Each text once: most stand unchanged under most options."""
    many = len(cast("tuple[object, ...]", values["parties"])) > 2
    for block in body:
        texts = (
            [cell for row in block.rows for cell in row] if isinstance(block, Table) else list(_texts(block))
        )
        for text in texts:
            if (text, many) not in read:
                read.add((text, many))
                yield from style(clean(text), many=many)


def _texts(block: Paragraph) -> Iterator[str]:
    yield block.text
    for item in block.items:
        yield item.text
        yield from (child.text for child in item.children)


def _said(values: Mapping[str, object], there: frozenset[str]) -> str:
    on = [f"parties={len(cast('tuple[object, ...]', values['parties']))}"]
    on += [f"{name}={value}" for name, value in values.items() if isinstance(value, bool) and value]
    return ", ".join([*on, *sorted(there)])
