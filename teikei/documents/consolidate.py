"""The text in force (溶け込み条文): the signed articles, and every amendment in force written into them in order.

The signed file is the truth of the first day.  A typed change is written by the clauses themselves: the agreement is
composed with the terms before and after it, and what differs between the two is put in the place of the same words
in the text as it stands, so that a clause library of another day, other words that were agreed, and names that
changed since do no harm.  `ChangeText` puts other words in the place of those that it names, if they stand there
exactly once.  What cannot be written in is never guessed: it is `left` for a person, and the article keeps its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from teikei.documents.blocks import Article, Paper, Table
from teikei.documents.compose import compose
from teikei.documents.errors import DocumentError
from teikei.documents.language import LANGUAGES
from teikei.documents.library import default_library
from teikei.documents.lines import lines
from teikei.documents.places import DiffersError, exchanged, patched, place
from teikei.documents.sections import sections
from teikei.domain.agreement.state import Agreement
from teikei.domain.amendments import Change, ChangeText
from teikei.domain.days import add_months, last_day
from teikei.domain.matter import Effect
from teikei.domain.terms import AsSigned, Terms
from teikei.domain.variables import variables

_WRITTEN = Effect(key="version/1")
WRITTEN_IN = frozenset({"shares", "periods", "reviews", "voting", "term"})
"""Typed changes that the clauses say. A change of parties alters words that nobody agreed on one by one: a person writes it in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleText:
    """An article as it reads: by which paper, and from which day on."""

    number: int
    title: str
    clause_id: str
    text: str
    """Without its heading; a line for each paragraph and each row of a table."""
    by: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A change that is not written in, and why (a code under `consolidated.left`)."""

    by: str
    since: date
    what: str
    why: str
    article: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidated:
    """The articles in their order, and what a person has to look at."""

    articles: tuple[ArticleText, ...]
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One line of the 新旧対照表. None: the article is not there on that day."""

    clause_id: str
    before: ArticleText | None
    after: ArticleText | None


def unavailable(state: Agreement, on: date) -> str:
    """Why there is no text of this agreement on that day (a code under `consolidated.reason`); empty: there is one."""
    if state.role == "survival":
        return "no_paper"
    if state.elsewhere or (state.terms and isinstance(state.terms.special, AsSigned)):
        return "elsewhere"
    if state.effective_on is None or state.version_now is None:
        return "not_signed"
    return "before_force" if on < state.effective_on else ""


def in_force(amendments: Iterable[Agreement], on: date) -> tuple[Agreement, ...]:
    """Those that all have signed and whose day has come, in the order in which they work."""
    begun = [a for a in amendments if a.amendment and a.effective_on and a.effective_on <= on]
    return tuple(sorted(begun, key=_order))


def _order(amendment: Agreement) -> tuple[date, int, str]:
    assert amendment.amendment is not None
    assert amendment.effective_on is not None
    return amendment.effective_on, amendment.amendment.number, amendment.id


def consolidate(state: Agreement, signed: bytes, amendments: Iterable[Agreement], on: date) -> Consolidated:
    """The text in force on a day. `signed`: the bytes that all parties signed (`document.archive_invalid`).

    Ask `unavailable` first: on that day the agreement binds.
    """
    assert state.effective_on is not None
    begun = in_force(amendments, on)
    desk = _Desk(state=state, now=_read(signed, state.id, state.effective_on))
    if begun and any(_typed(a) for a in begun):
        desk.terms = _as_signed(desk, begun[0])
    for amendment in begun:
        desk.write_in(amendment)
    return Consolidated(articles=desk.now, left=tuple(desk.left))


def comparison(earlier: Consolidated, later: Consolidated) -> tuple[Compared, ...]:
    """新旧対照表 between two days: the articles that do not read alike, in the order of the later text."""
    old, new = _by_clause(earlier.articles), _by_clause(later.articles)
    gone = [Compared(clause_id=c, before=a, after=None) for c, a in old.items() if c not in new]
    changed = [
        Compared(clause_id=c, before=old.get(c), after=a)
        for c, a in new.items()
        if c not in old or _says(old[c]) != _says(a)
    ]
    return (*changed, *gone)


def applied(articles: tuple[ArticleText, ...], rows: tuple[Compared, ...]) -> tuple[ArticleText, ...]:
    """The text of the later day: every `after` in the place of its `before`."""
    found = _by_clause(articles)
    for row in rows:
        found.pop(row.clause_id, None)
        if row.after:
            found[row.clause_id] = row.after
    return tuple(sorted(found.values(), key=lambda a: a.number))


def _says(article: ArticleText) -> tuple[int, str, str]:
    return article.number, article.title, article.text


def _by_clause(articles: Iterable[ArticleText]) -> dict[str, ArticleText]:
    return {a.clause_id: a for a in articles}


def _read(docx: bytes, by: str, since: date) -> tuple[ArticleText, ...]:
    found = tuple(
        ArticleText(
            number=ref.number, title=ref.title, clause_id=ref.clause_id, text=text, by=by, since=since
        )
        for ref, text in sections(docx)
    )
    if not found:
        raise DocumentError("document.archive_invalid", reason="no articles")
    return found


def _of_the_model(paper: Paper, by: str, since: date) -> Iterator[ArticleText]:
    """The articles of a composed paper, line for line as they would be read out of its file."""
    for block in paper.blocks:
        if isinstance(block, Article):
            said = [
                "\n".join("\t".join(row) for row in (x.header, *x.rows)) if isinstance(x, Table) else x
                for x in lines(block, LANGUAGES[paper.spoken])
            ]
            yield ArticleText(
                number=block.number, title=block.title, clause_id=block.clause_id,
                text="\n".join(line for line in said[1:] if line.strip()), by=by, since=since,
            )  # fmt: skip


def _typed(amendment: Agreement) -> bool:
    assert amendment.amendment is not None
    return any(not isinstance(c, ChangeText) for c in amendment.amendment.changes)


def _as_signed(desk: _Desk, first: Agreement) -> Terms:
    """The terms that were signed: those of the first amendment's base, without the renewals in between.

    A renewal moves the last day of the term and not one word of the paper, so the last day is the one that the
    signed articles name: of the days from which renewals lead to the base, the one that writes most of them.
    """
    assert first.amendment is not None
    base = first.amendment.base
    months = 12 * base.renewal_years
    said = {(a.clause_id, a.text) for a in desk.now}
    best, most = base, -1
    until = base.term_until
    while until >= last_day(base.term_from, 12):
        terms = replace(base, term_until=until)
        same = sum((a.clause_id, a.text) in said for a in desk.written(terms, first) or ())
        if same > most:
            best, most = terms, same
        if not months or same == len(desk.now):
            break
        until = add_months(until + timedelta(days=1), -months) - timedelta(days=1)
    return best


@dataclass(slots=True, kw_only=True)
class _Desk:
    """Where amendments are written in, one after the other."""

    state: Agreement
    now: tuple[ArticleText, ...]
    terms: Terms | None = None
    left: list[Left] = field(default_factory=list)
    composed: dict[tuple[Terms, str], tuple[ArticleText, ...] | None] = field(default_factory=dict)

    def write_in(self, amendment: Agreement) -> None:
        assert amendment.amendment is not None
        for change in amendment.amendment.changes:
            if isinstance(change, ChangeText):
                self._words(amendment, change)
            else:
                self._typed(amendment, change)

    def written(self, terms: Terms, by: Agreement) -> tuple[ArticleText, ...] | None:
        """The agreement as its clauses say these terms today, with the parties of that amendment; None: they cannot."""
        if (terms, by.id) not in self.composed:
            self.composed[terms, by.id] = self._compose(terms, by)
        return self.composed[terms, by.id]

    def _compose(self, terms: Terms, by: Agreement) -> tuple[ArticleText, ...] | None:
        assert self.state.effective_on is not None
        said = replace(self.state, terms=terms, parties=by.parties, owes=(_WRITTEN,))
        try:
            kind, values = variables(said, _WRITTEN.key)
            paper = compose(default_library(), kind, values)
        except (DocumentError, KeyError):  # a party of the terms that is none of the paper
            return None
        return tuple(_of_the_model(paper, self.state.id, self.state.effective_on))

    def _typed(self, amendment: Agreement, change: Change) -> None:
        before = self.terms
        assert before is not None
        self.terms = after = change.apply(before)
        if change.what not in WRITTEN_IN:
            self._leave(amendment, change.what, "unknown_change")
            return
        old, new = self.written(before, amendment), self.written(after, amendment)
        if old is None or new is None:
            self._leave(amendment, change.what, "not_written")
            return
        self._merge(amendment, change.what, old, new)

    def _merge(
        self, amendment: Agreement, what: str, old: tuple[ArticleText, ...], new: tuple[ArticleText, ...]
    ) -> None:
        """Put what differs between two composed texts into the text as it stands."""
        was, will, now = _by_clause(old), _by_clause(new), _by_clause(self.now)
        touched = {c for c in was.keys() | will.keys() if c not in was or c not in will or was[c] != will[c]}
        same = was.keys() == will.keys()
        if not touched <= now.keys() if same else was.keys() != now.keys():
            self._leave(amendment, what, "article_differs")
            return
        fresh: list[ArticleText] = []
        for clause in now if same else will:
            if clause not in touched:
                fresh.append(now[clause])
            elif clause not in was:
                fresh.append(_dated(will[clause], amendment))
            else:
                fresh.append(self._merged(amendment, what, now[clause], was[clause], will[clause]))
        self.now = tuple(fresh)

    def _merged(
        self, amendment: Agreement, what: str, at: ArticleText, old: ArticleText, new: ArticleText
    ) -> ArticleText:
        try:
            text = "\n".join(patched(at.text.split("\n"), old.text.split("\n"), new.text.split("\n")))
        except DiffersError as error:
            named = {"article": f"第{at.number}条（{at.title}）", "before": old.text, "after": new.text}
            self._leave(amendment, what, str(error), **named)
            return at
        return _dated(replace(at, number=at.number + new.number - old.number, text=text), amendment)

    def _words(self, amendment: Agreement, change: ChangeText) -> None:
        named = {"article": change.article, "before": change.before, "after": change.after}
        try:
            at = place(self.now, change.article)
            text = exchanged(at.text, change)
        except DiffersError as error:
            self._leave(amendment, change.what, str(error), **named)
            return
        fresh = _dated(replace(at, text=text), amendment)
        self.now = tuple(fresh if a is at else a for a in self.now)

    def _leave(self, amendment: Agreement, what: str, why: str, **named: str) -> None:
        assert amendment.effective_on is not None
        self.left.append(Left(by=amendment.id, since=amendment.effective_on, what=what, why=why, **named))


def _dated(article: ArticleText, amendment: Agreement) -> ArticleText:
    assert amendment.effective_on is not None
    return replace(article, by=amendment.id, since=amendment.effective_on)
