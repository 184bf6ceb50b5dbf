"""How much the papers say, measured on the block model: characters, doubled sentences, options, variables.

`python -m tests.documents.substance` writes docs/results/papers.json; the test only measures.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from teikei.documents import DocumentError, compose, default_library
from teikei.documents.blocks import Paper, Paragraph, Table
from teikei.documents.localised import LABEL_FIELDS
from teikei.domain.paper_lines import JoiningLine
from teikei.domain.papers import VARIABLES, PaperKind
from tests.documents.samples import KINDS, disclosures, sample, voting_line

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results" / "papers.json"
LEAST: dict[PaperKind, int] = {
    "nda": 4_000, "loi": 3_500, "co_development": 12_000, "co_sales": 12_000, "co_marketing": 12_000,
    "capital_and_business": 12_000,
}  # fmt: skip
"""Characters of Japanese with all options on, without white space."""
LONG = 25
"""Characters from which on a sentence may stand once only."""

_ALL_ON: dict[str, Any] = {
    "medium": "paper", "rivals": True, "personal_data": True, "land": True, "data": True, "equipment": True,
    "exclusive": True, "exclusive_campaigns": True, "tag_drag": True, "minimum_sales": 1_000_000,
}  # fmt: skip
_ALL_ON_OF: dict[PaperKind, dict[str, Any]] = {
    "termination": {"form": "資本業務提携"},
    "amendment": {
        "parties_before": ("甲", "乙"),
        "parties_after": ("甲", "丙"),
        "leaving": ("乙",),
        "joining": (JoiningLine(label="丙", takes_place_of="乙"),),
    },
    "co_sales": {"sales_form": "distributor"},
    "minutes": {"time": "14時から15時まで", "quorum": "過半数の出席により成立した。"},
    "statement": {
        "adjustments": ("第1期の売上の誤りを取り消す。",),
        "held": ("乙の費用の一部は、証憑を待つ。",),
        "tax_notes": ("甲から乙への支払は、課税の対象とする。",),
        "objection_until": date(2028, 5, 31),
        "rule": "過半数による。",
    },
}
_VOTING = (
    voting_line("allocation", kind="majority", weights=(3, 2, 1), quorum=Fraction(2, 3), tie="chair", chair="甲"),
    voting_line("resolution", kind="majority", threshold=Fraction(2, 3), base="entitled", silence="approves"),
    voting_line("reserved", kind="n_of_m", needed=2, veto=("甲", "乙"), silence="abstains", sealed=True),
)  # fmt: skip

NOT_SAID: dict[PaperKind, frozenset[str]] = {
    # Inherited; these papers end or change an agreement that has said it already.
    "termination": frozenset({"background", "disclosures", "purposes"}),
    "amendment": frozenset(
        {"background", "court", "disclosures", "form", "land", "personal_data", "purposes", "rivals"}
    ),
}
"""Variables on which a paper is silent on purpose."""
GO_WITH = frozenset(
    f"{what}_before" for what in ("parties", "shares", "period_months", "review_months", "term_until")
)
"""No options of their own: without them what stands `_after` has nothing to follow."""
LABELS_OF = frozenset({"investors", "parties_before", "parties_after", "leaving", "suppliers", "sellers"})
"""Variables that are lists of labels."""


def spoken(kind: PaperKind) -> tuple[str, ...]:
    """The variables that the Japanese paper has to use; `_en` and the governing language are for the others."""
    names = (item.name for item in fields(VARIABLES[kind]))
    silent = NOT_SAID.get(kind, frozenset()) | {"governing_language"}
    return tuple(name for name in names if not name.endswith("_en") and name not in silent)


@cache
def full(kind: PaperKind, count: int = 3) -> Any:
    """The sample with all options on."""
    known = {item.name for item in fields(VARIABLES[kind])}
    extra = {"disclosures": disclosures(count), "voting": _VOTING}
    changes = {name: value for name, value in (_ALL_ON | extra).items() if name in known}
    return sample(kind, count, **(changes | _ALL_ON_OF.get(kind, {})))


def paper(kind: PaperKind, variables: Any) -> Paper:
    """The Japanese paper."""
    return compose(default_library(), kind, variables)


def texts(composed: Paper) -> Iterator[str]:
    """Every text of the body: 項, 号, イロハ and cells."""
    for block in composed.blocks:
        for part in getattr(block, "body", ()):
            if isinstance(part, Table):
                for row in (part.header, *part.rows):
                    yield from row
            elif isinstance(part, Paragraph):
                yield part.text
                for item in part.items:
                    yield from (item.text, *(child.text for child in item.children))


def characters(composed: Paper) -> int:
    """Without white space, headings of articles included."""
    heads = "".join(one.title for one in composed.articles)
    return len(re.sub(r"\s", "", heads + "".join(texts(composed))))


def doubled(composed: Paper) -> list[str]:
    """Long sentences that stand more than once."""
    sentences = Counter(
        one for text in texts(composed) for one in re.split(r"(?<=。)", text) if len(one) >= LONG
    )
    return sorted(sentence for sentence, times in sentences.items() if times > 1)


def says(kind: PaperKind, variables: Any) -> str | None:
    """All that a reader sees; None where the engine refuses the variables."""
    try:
        composed = paper(kind, variables)
    except DocumentError:
        return None
    return repr((composed.title, composed.blocks))


@cache
def hints(kind: type) -> dict[str, Any]:
    """The types of a dataclass."""
    return get_type_hints(kind)


def choices(kind: type, name: str) -> tuple[Any, ...]:
    """The words of a closed list, or nothing."""
    hint = hints(kind).get(name)
    return get_args(hint) if get_origin(hint) is Literal else ()


def others(kind: type, name: str, value: Any) -> Iterator[Any]:
    """Other values of the same type; of lines one for each field of each line."""
    if closed := choices(kind, name):
        yield from (one for one in closed if one != value)
    elif name == "currency":
        yield "USD" if value != "USD" else "EUR"
    elif name in LABEL_FIELDS and isinstance(value, str):
        yield "乙" if value != "乙" else "甲"
    elif isinstance(value, tuple):
        for place, one in enumerate(value):
            for changed in _inside(kind, name, one):
                yield (*value[:place], changed, *value[place + 1 :])
    elif (moved := _moved(value)) != value:
        yield moved


def _inside(kind: type, name: str, one: Any) -> Iterator[Any]:
    """Other values of one member of a tuple."""
    if not is_dataclass(one) or isinstance(one, type):
        yield from ("乙" if one == "甲" else "甲",) if name in LABELS_OF else others(kind, "", one)
        return
    for item in fields(one):
        for changed in others(type(one), item.name, getattr(one, item.name)):
            yield replace(one, **{item.name: changed})


def _moved(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, Fraction):
        return value / 2
    if isinstance(value, date):
        return value + timedelta(days=1)
    return f"{value}改" if isinstance(value, str) else value


def silent(kind: PaperKind) -> list[str]:
    """Variables whose change nobody would see; a change that the engine refuses is seen."""
    variables, shape = full(kind), VARIABLES[kind]
    before = says(kind, variables)
    found = []
    for name in spoken(kind):
        changes = others(shape, name, getattr(variables, name))
        if len(choices(shape, name)) == 1:
            continue
        if all(says(kind, replace(variables, **{name: one})) == before for one in changes):
            found.append(name)
    return found


def options(kind: PaperKind) -> dict[str, list[Any]]:
    """By option the values that it may have instead: its default, no, and every other word of a closed list."""
    variables, shape = full(kind), VARIABLES[kind]
    found: dict[str, list[Any]] = {}
    for item in fields(shape):
        if item.name not in spoken(kind) or item.name in GO_WITH:
            continue
        value = getattr(variables, item.name)
        instead = [one for one in choices(shape, item.name) if one != value]
        if isinstance(value, bool):
            instead = [not value]
        elif not instead and item.default is not MISSING and item.default != value:
            instead = [item.default]
        if instead:
            found[item.name] = instead
    return found


def same(kind: PaperKind) -> list[str]:
    """Options with two values that read alike, or with one that gives no paper."""
    found = []
    for name, instead in options(kind).items():
        read = [says(kind, replace(full(kind), **{name: one})) for one in instead]
        if None in read or len({says(kind, full(kind)), *read}) != len(read) + 1:
            found.append(name)
    return found


def conditional(kind: PaperKind) -> list[str]:
    """Conditional clauses that are in every rendering, or in none, whatever the options and the number of parties."""
    library = default_library()
    manifest = library.manifest(kind)
    conditions = {one: library.clause(one).condition_text for one in manifest.clause_ids}
    clauses = [one for one, text in conditions.items() if text and "languages" not in text]
    if not clauses:
        return []
    plain = {item.name: item.default for item in fields(VARIABLES[kind]) if item.default is not MISSING}
    variants = [full(kind), full(kind, 2), sample(kind, 2), replace(full(kind), **plain)]
    variants += [
        replace(full(kind), **{name: one}) for name, instead in options(kind).items() for one in instead
    ]
    seen = [{use.id for use in paper(kind, one).clauses} for one in variants]
    return [one for one in clauses if len({one in ids for ids in seen}) != 2]


def measured(kind: PaperKind) -> dict[str, Any]:
    """One line of the table."""
    composed = paper(kind, full(kind))
    return {
        "characters": characters(composed),
        "at_least": LEAST.get(kind, 0),
        "articles": len(composed.articles),
        "options": len(options(kind)),
        "options_that_read_alike": same(kind),
        "variables": len(spoken(kind)),
        "variables_without_effect": silent(kind),
        "sentences_twice": doubled(composed),
    }


def main() -> None:
    """Write the results."""
    said = {"parties": 3, "language": "ja", "papers": {kind: measured(kind) for kind in KINDS}}
    RESULTS.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
