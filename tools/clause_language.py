"""The page `docs/filters.md`: every filter and function of the clause language, each shown by what it makes.

The examples are rendered by the engine itself; a filter without one stops the page.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction

from teikei.documents import sandbox, words, words_en
from teikei.documents.compiled import _MORE_FILTERS
from teikei.documents.derived import MANY, TWO
from teikei.domain.papers import ENGLISH_LABELS

VALUES = {
    "day": date(2027, 4, 1),
    "sum": 1234567,
    "days": 30,
    "part": Fraction(2, 5),
    "third": Fraction(1, 3),
    "unit": Fraction(1_000_001, 3),
    "parties": ("甲", "乙", "丙"),
    "heading": "Joint Development",
}
EXAMPLES = {
    "ymd": ("day|ymd",),
    "wareki": ("day|wareki",),
    "money": ('sum|money("JPY")', 'sum|money("USD")'),
    "figure": ('sum|figure("JPY")', '(0 - sum)|figure("JPY")'),
    "unit_name": ('"JPY"|unit_name',),
    "minor_unit": ('"JPY"|minor_unit', '"USD"|minor_unit'),
    "number": ("sum|number",),
    "kansuji": ("days|kansuji",),
    "percent": ("part|percent", "third|percent"),
    "ratio": ("part|ratio", "third|ratio"),
    "exact": ("unit|exact",),
    "labels_and": ("parties|labels_and", "parties[:2]|labels_and"),
    "labels_or": ("parties|labels_or",),
    "spelt": ("days|spelt",),
    "figures": ("days|figures",),
    "period": ('days|period("day")', '1|period("month")'),
    "ordinal": ("days|ordinal",),
    "capital": ("heading|small|capital",),
    "small": ("heading|small",),
}
FUNCTIONS = (
    ("ref(id)", "The article that this clause has in the paper; 項 and 号 follow as text.", "第5条", "Article 5"),
    ("has(id)", "Whether the clause stands in the paper: for `{% if has(\"clean_team\") %}`.", "true, false", "true, false"),
)  # fmt: skip
NAMES = (
    ("all_labels", "甲、乙及び丙", "Party A, Party B and Party C"),
    ("any_labels", "甲、乙又は丙", "Party A, Party B or Party C"),
    ("languages", "the languages in which this paper is made", "likewise"),
)
HEAD = """\
# Filters and functions of the clause language

What a clause or a Word template may say beside text and variables. Everything else is refused when the file is read. A value that is no text and no whole number must pass a filter: `{{ day|ymd }}`.

In the examples """


def page() -> str:
    """The whole page, without the line that says it is generated."""
    said = ", ".join(f"`{name}` is {_shown(value)}" for name, value in VALUES.items())
    names = list(dict.fromkeys([*words.FILTERS, *words_en.FILTERS]))
    return "\n".join([
        f"{HEAD}{said}. In English the labels are Party A, Party B and so on.\n",
        "## Filters of legal text\n",
        "| filter | example | ja | en |",
        "|---|---|---|---|",
        *(line for name in names for line in _rows(name)),
        "",
        *(f"- `{name}`: {_told(name)}" for name in names),
        "",
        "## Functions\n",
        "| function | what | ja | en |",
        "|---|---|---|---|",
        *(f"| `{name}` | {what} | {ja} | {en} |" for name, what, ja, en in FUNCTIONS),
        "",
        "## Names that every paper has\n",
        "| name | ja | en |",
        "|---|---|---|",
        *(f"| `{name}` | {ja} | {en} |" for name, ja, en in NAMES),
        *(f"| `{name}` | – | {TWO[name]} (two parties), {MANY[name]} (three or more) |" for name in TWO),
        "",
        "## From Jinja\n",
        f"Filters: {_listed(sandbox._BUILT_IN_FILTERS)}; in Word templates also {_listed(_MORE_FILTERS)}.\n",  # noqa: SLF001
        f"Tests: {_listed(name for name in sandbox._TESTS if name.isalpha())}.\n",  # noqa: SLF001
        "Statements: `if`, `for` (two deep), `set`; comparisons, `and`, `or`, `not`, `in`, `+`, `-`, `//`, `~`. No calls, macros, includes or products.\n",
    ])  # fmt: skip


def _rows(name: str) -> list[str]:
    cells = (
        (f"`{_signature(name)}`", f"`{{{{ {one} }}}}`", _made(one, "ja", name), _made(one, "en", name))
        for one in EXAMPLES[name]
    )
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in cells]


def _made(expression: str, language: str, name: str) -> str:
    """What the engine prints for it."""
    if name not in sandbox.FILTERS[language]:
        return "–"
    values = dict(VALUES)
    if language == "en":
        values["parties"] = tuple(ENGLISH_LABELS[label] for label in ("甲", "乙", "丙"))
    return sandbox.clean(sandbox.Source(f"{{{{ {expression} }}}}", language).render(values))


def _function(name: str) -> Callable[..., str]:
    return words.FILTERS.get(name) or words_en.FILTERS[name]


def _signature(name: str) -> str:
    more = list(inspect.signature(_function(name)).parameters)[1:]
    return f"{name}({', '.join(more)})" if more else name


def _told(name: str) -> str:
    """The first line of what each language's function says of itself."""
    found = [one[name] for one in (words.FILTERS, words_en.FILTERS) if name in one]
    lines = [(inspect.getdoc(one) or "").split("\n", 1)[0] for one in found]
    return " – ".join(dict.fromkeys(lines))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "、".join(value)
    return str(value)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
