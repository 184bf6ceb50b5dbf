"""A firm's own .docx, compiled once: one Jinja source for each part that has tags.

Document, headers, footers, notes and core properties are read; everything else
is deflated once and copied. Every value is escaped, undefined names are refused,
only text and whole numbers are printed (a date, a sum, a ratio passes a named
filter), a line break or a tab becomes what Word has for it. The language is the
allow-list of `teikei.documents.sandbox`. Same template and values, same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from jinja2 import (
    Environment,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    meta,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from teikei.documents import sandbox
from teikei.documents.absent import absent
from teikei.documents.errors import DocumentError
from teikei.documents.hoist import hoisted
from teikei.documents.intake import MAIN, admit, parsed
from teikei.documents.nesting import DELIMITERS, GAP, fill_gaps, fit_grids, source_of
from teikei.documents.package import Part, archive, part
from teikei.documents.tags import Place, Tag, Tagged, find_tags, read_properties, refuse

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
DYNAMIC = frozenset({MAIN, *(f"{_WORD}{name}+xml" for name in ("header", "footer", "footnotes", "endnotes"))})
CORE = "application/vnd.openxmlformats-package.core-properties+xml"
_MORE_FILTERS = ("default", "lower", "sort", "trim", "upper")
_MORE_TESTS = ("defined", "undefined")
LEVEL = 3
"""Of deflation: level 4 takes 2.7 times as long and saves 3 % (a contract of 59 KB)."""
_FIRST_LINE = 2
"""Tag 0 stands on line 2 of the source (`nesting`)."""


class _IllegalError(Exception):
    """A character that no paper may hold; which value it is in is known further up."""


class _KindError(Exception):
    """A value of a kind that is not printed; which tag it is for is known further up."""

    def __init__(self, value: object) -> None:
        super().__init__(type(value).__name__)
        self.drawn = hasattr(value, "__html__") or hasattr(value, "xml")


def _checked(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        if isinstance(value, Undefined):
            return str(value)
        raise _KindError(value)
    text = str(value)
    if found := sandbox.illegal(text):
        raise _IllegalError(found)
    return text


def _printed(value: object) -> str:
    """Text for a run. Whatever a tag prints comes through here, so escaping has no second place."""
    if type(value) is str and value.isprintable() and not ("&" in value or "<" in value or ">" in value):
        return value
    if type(value) is int:
        return str(value)
    text = escape(_checked(value), quote=False).replace("\r\n", "\n").replace("\r", "\n")
    for sign, name in (("\n", "br"), ("\t", "tab")):
        text = text.replace(sign, f'</w:t><w:{name}/><w:t xml:space="preserve">')
    return text


def _plain(value: object) -> str:
    """Text for a property of the file."""
    return escape(_checked(value), quote=False)


class _Language(ImmutableSandboxedEnvironment):
    """A key of a mapping before any attribute: values are data, and half of a render was this look-up."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict:
            if attribute in obj:
                return obj[attribute]
            return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


@cache
def _environment(finalize: Callable[[object], str], language: str) -> ImmutableSandboxedEnvironment:
    """Filters and tests of the clause language and a few more; `finalize` escapes (autoescape took three times as long)."""
    env = _Language(
        undefined=StrictUndefined, autoescape=False, finalize=finalize, cache_size=0, **DELIMITERS
    )
    stock, clauses = dict(env.filters), sandbox.environment(language)
    tests = dict(env.tests)
    env.globals.clear()
    env.filters = {name: stock[name] for name in _MORE_FILTERS} | dict(clauses.filters)
    for name in ("labels_and", "labels_or"):
        env.filters[name] = _of_labels(env.filters[name])
    env.tests = {name: tests[name] for name in _MORE_TESTS} | dict(clauses.tests)
    return env


def _of_labels(joined: Callable[[object], str]) -> Callable[[object], str]:
    """The filter also for parties that came as JSON."""

    def of(values: object) -> str:
        if isinstance(values, list | tuple):
            values = [v["label"] if isinstance(v, Mapping) and "label" in v else v for v in values]
        return joined(values)

    return of


@dataclass(frozen=True, slots=True)
class Sheet:
    """One part with tags, compiled."""

    name: str
    tags: tuple[Tag, ...]
    tree: nodes.Template
    template: Template
    columns: bool
    """Whether ``{%tc %}`` may change the number of columns."""

    def render(self, values: Mapping[str, object]) -> bytes:
        """The part's XML; an error names the tag."""
        try:
            context = self.template.new_context(dict(values))
            xml = "".join(self.template.root_render_func(context))
        except UndefinedError:
            raise
        except _KindError as error:
            if error.drawn:
                refuse("document.template_object", *self._at(error), type=str(error))
            refuse("document.template_value", *self._at(error), type=str(error))
        except (
            DocumentError,
            TemplateError,
            ArithmeticError,
            TypeError,
            ValueError,
            LookupError,
            AttributeError,
        ) as error:
            refuse("document.template_failed", *self._at(error), message=str(error)[:200])
        if self.columns or GAP in xml:
            xml = fit_grids(fill_gaps(xml)) if self.columns else fill_gaps(xml)
        return xml.encode("utf-8")

    def _at(self, error: Exception) -> tuple[Place, str]:
        """Place and words of the tag that failed."""
        line, trace = 0, error.__traceback__
        while trace:
            if trace.tb_frame.f_globals.get("__jinja_template__") is self.template:
                line = self.template.get_corresponding_lineno(trace.tb_lineno)
            trace = trace.tb_next
        return located(self.tags, line)


def located(tags: tuple[Tag, ...] | list[Tag], line: int) -> tuple[Place, str]:
    """The tag on a line of the source."""
    tag = tags[min(max(line - _FIRST_LINE, 0), len(tags) - 1)]
    return tag.place, tag.said


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template ready to be filled; `names` are what a caller must give."""

    file: str
    sha256: str
    names: tuple[str, ...]
    notes: tuple[tuple[Place, str, str], ...]
    parts: tuple[Part | Sheet, ...]

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return tuple(item for item in self.parts if isinstance(item, Sheet))

    def render(self, values: Mapping[str, object]) -> bytes:
        """The paper.

        Raises:
            DocumentError: `document.missing_variables` (all of them), `document.illegal_character`
                (pointer to the value), `document.template_value`, `document.template_object`,
                `document.template_failed`.
        """
        try:
            return archive(
                part(item.name, item.render(values), LEVEL) if isinstance(item, Sheet) else item
                for item in self.parts
            )
        except UndefinedError as error:
            raise DocumentError(
                "document.missing_variables", names=", ".join(self._missing(values))
            ) from error
        except _IllegalError as error:
            pointer, _ = sandbox.first_illegal(values) or ("", "")
            raise DocumentError("document.illegal_character", pointer, character=str(error)) from error

    def _missing(self, values: Mapping[str, object]) -> list[str]:
        found = {name for name in self.names if name not in values}
        for sheet in self.sheets:
            found.update(absent(sheet.tree, values))
        return sorted(found)


def compile_template(docx: bytes, file: str = "template.docx", language: str = "ja") -> Compiled:
    """Check a foreign .docx and compile it; `language` chooses the writers' filters.

    Raises:
        DocumentError: the codes `document.upload_…` of the intake, `document.template_…` of the tags.
    """
    package = admit(docx, file)
    found: list[Part | Sheet] = []
    names: set[str] = set()
    notes: list[tuple[Place, str, str]] = []
    for name, content in package.parts.items():
        kind = package.types[name]
        if kind not in DYNAMIC and kind != CORE:
            found.append(part(name, content, 6))
            continue
        root = parsed(content, name)
        tagged = read_properties(root, file, name) if kind == CORE else hoisted(find_tags(root, file, name))
        notes += tagged.notes
        if not tagged.tags:
            found.append(part(name, content, 6))
            continue
        sheet = _sheet(tagged, name, _environment(_plain if kind == CORE else _printed, language))
        names.update(meta.find_undeclared_variables(sheet.tree))
        found.append(sheet)
    return Compiled(file, hashlib.sha256(docx).hexdigest(), tuple(sorted(names)), tuple(notes), tuple(found))


def _sheet(tagged: Tagged, name: str, env: Environment) -> Sheet:
    source = source_of(tagged)
    try:
        tree = env.parse(source)
        sandbox.guard(tree)  # one allow-list for all that comes from outside
        template = env.from_string(tree)
    except TemplateSyntaxError as error:
        place, said = located(tagged.tags, error.lineno)
        refuse("document.template_syntax", place, said, message=str(error.message)[:200])
    except DocumentError as error:
        place, said = located(tagged.tags, int(error.params.get("line", 0)))
        refuse("document.template_forbidden", place, said, syntax=str(error.params.get("syntax", "")))
    columns = any(tag.home == "tc" for tag in tagged.tags)
    return Sheet(name, tuple(tagged.tags), tree, template, columns)
