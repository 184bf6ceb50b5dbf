"""The contract of `contract_sample` as clauses: the same texts, and with them all that our own papers have.

Articles, 項 and roles are lists, article 13 is cited by a field, the articles have bookmarks and contents,
the parties a signature block. `test_contract.py` shows that it reads as docxtpl makes it, numbers apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from teikei.documents import Library
from teikei.domain.paper_lines import PartyLine, ShareLine
from teikei.domain.papers import NdaVariables, PaperKind
from tests.support import contract_values
from tests.support.contract_sample import ARTICLES, CLOSING, EVERYWHERE, PREAMBLE, ROLE, ROLES, TABLES

KIND: PaperKind = "nda"
"""A kind fixes which variables there must at least be; those of this one are few."""

_CLAUSE = '---\nid: {id}\nversion: 1\ntitle: {title}\ncondition: "{condition}"\nowner: legal\n---\n{body}'
_MANIFEST = """kind: {kind}
title: "{{{{ title }}}}"
languages: [ja]
form: articles
preamble: sample_preamble
clauses: [{clauses}]
closing: sample
signature: true
"""
_SPELT = {
    "{{ label_list }}": "{{ all_labels }}",
    "{{ term_from }}": "{{ term_from|ymd }}",
    "{{ term_until }}": "{{ term_until|ymd }}",
    "for party in parties %}{{ party.label }}{{ party.share }}": "for party in shares %}{{ party.label }}{{ party.ratio|percent }}",
    "第13条": '{{ ref("article13") }}',
}
"""Where clauses have an idiom of their own: days, percentages and citations come from typed values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of one of the three tables."""

    number: int
    name: str
    by: str
    owner: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractVariables(NdaVariables):
    """What `contract_values` gives, typed."""

    title: str
    theme: str
    steering: str
    budget: int
    answer_days: int
    contact: str
    review_months: int
    audit_years: int
    notice_months: int
    renewal_years: int
    originals: int
    signed_on: str
    shares: tuple[ShareLine, ...]
    with_data: bool
    with_brand: bool
    with_export: bool
    with_land: bool
    with_audit: bool
    with_exclusivity: bool
    schedule: tuple[Row, ...]
    deliverables: tuple[Row, ...]
    equipment: tuple[Row, ...]


def library(folder: Path) -> Library:
    """The clause library, written into `folder`."""
    for number, (title, condition, paragraphs) in enumerate(ARTICLES, 1):
        body = "".join(f"1. {text}\n" for text in (*paragraphs, *EVERYWHERE))
        if title == ROLES:
            body += f"{{% for party in parties %}}\n   - {ROLE}\n{{% endfor %}}\n"
        _write(folder, f"article{number}", body, title, condition)
    _write(folder, "sample_preamble", f"1. {PREAMBLE}\n")
    tables = "".join(_table(*table) for table in TABLES)
    _write(folder, "closing_sample", f"{tables}{CLOSING}\n{{{{ signed_on }}}}\n")
    ids = ", ".join(f"article{number}" for number in range(1, len(ARTICLES) + 1))
    papers = folder / "papers"
    papers.mkdir()
    papers.joinpath(f"{KIND}.yaml").write_text(_MANIFEST.format(kind=KIND, clauses=ids), encoding="utf-8")
    return Library(folder)


def _write(folder: Path, name: str, body: str, title: str = "", condition: str = "") -> None:
    for theirs, ours in _SPELT.items():
        body = body.replace(theirs, ours)
    file = folder / "clauses" / name / "ja.md.j2"
    file.parent.mkdir(parents=True)
    file.write_text(
        _CLAUSE.format(id=name, title=title or "前文", condition=condition, body=body), encoding="utf-8"
    )


def _table(title: str, name: str, head: tuple[str, ...], fields: tuple[str, ...]) -> str:
    cells = " | ".join(f"{{{{ row.{field} }}}}" for field in fields)
    rule = "---|" * len(head)
    rows = f"{{% for row in {name} %}}\n| {cells} |\n{{% endfor %}}\n"
    return f"{title}\n| {' | '.join(head)} |\n|{rule}\n{rows}"


def variables(seed: int = 0) -> ContractVariables:
    """The values of `contract_values` for the same seed."""
    given = contract_values.values(seed)
    people = given.pop("parties")
    for name in ("label_list", "term_from", "term_until"):
        del given[name]
    for name in contract_values.COUNTS:
        given[name] = tuple(Row(**row) for row in given[name])
    day = seed % 28 + 1
    return ContractVariables(
        alliance_name=given.pop("alliance"),
        form="共同開発",
        background="",
        purposes=(),
        medium="paper",
        term_from=date(2028, 4, day),
        term_until=date(2031, 3, day),
        parties=tuple(
            PartyLine(
                label=one["label"],
                name=one["name"],
                address=one["address"],
                representative_title=one["post"],
                representative_name=one["person"],
                role=one["role"],
            )
            for one in people
        ),
        shares=tuple(
            ShareLine(label=one["label"], ratio=Fraction(int(one["share"].rstrip("％")), 100))
            for one in people
        ),
        **given,
    )
