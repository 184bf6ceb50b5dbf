"""The text in force and the 新旧対照表 as JSON values: what is answered to whoever asks for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from teikei.documents.consolidate import (
    ArticleText,
    Compared,
    Consolidated,
    Left,
    comparison,
    consolidate,
    in_force,
    unavailable,
)
from teikei.documents.errors import DocumentError
from teikei.domain.agreement.state import Agreement
from teikei.domain.texts import say

LANGUAGES = ("ja", "en")


def text_in_force(
    state: Agreement, signed: bytes, amendments: Iterable[Agreement], on: date
) -> dict[str, Any]:
    """{agreement, title, on, outcome: available | not_available, reason, ja, en, articles, amendments, left, …}.

    An article: {number, title, clause_id, text, by, since}. `sha256` is of the bytes that were signed.
    """
    begun = in_force(amendments, on)
    found, reason = _consolidated(state, signed, begun, on)
    return {
        **_head(state, begun, reason),
        "on": on.isoformat(),
        "articles": [_article(a) for a in found.articles],
        "left": [_left(x) for x in found.left],
    }


def compared(
    state: Agreement, signed: bytes, amendments: Iterable[Agreement], first: date, last: date
) -> dict[str, Any]:
    """{agreement, title, from, to, outcome, …, rows: [{clause_id, before, after}], left}: the 新旧対照表 from a day to a later one."""
    begun = in_force(amendments, max(first, last))
    old, reason = _consolidated(state, signed, begun, first)
    new, later = _consolidated(state, signed, begun, last)
    rows = () if reason or later else comparison(old, new)
    return {
        **_head(state, begun, reason or later),
        "from": first.isoformat(),
        "to": last.isoformat(),
        "rows": [_row(r) for r in rows],
        "left": [_left(x) for x in new.left if x not in old.left],
    }


def _consolidated(
    state: Agreement, signed: bytes, begun: tuple[Agreement, ...], on: date
) -> tuple[Consolidated, str]:
    """The text, or why there is none."""
    if reason := unavailable(state, on):
        return Consolidated(articles=()), reason
    try:
        return consolidate(state, signed, begun, on), ""
    except DocumentError:
        return Consolidated(articles=()), "unreadable"


def _head(state: Agreement, begun: tuple[Agreement, ...], reason: str) -> dict[str, Any]:
    return {
        "agreement": state.id,
        "title_ja": state.titles[0],
        "title_en": state.titles[1],
        "outcome": "not_available" if reason else "available",
        "reason": reason,
        **_said("consolidated.reason", reason),
        "sha256": state.version_now.sha256 if state.version_now else "",
        "signed_on": state.signed_on.isoformat() if state.signed_on else None,
        "effective_on": state.effective_on.isoformat() if state.effective_on else None,
        "amendments": [_amendment(a) for a in begun],
    }


def _said(family: str, code: str) -> dict[str, str]:
    return {lang: say(lang, f"{family}.{code}") if code else "" for lang in LANGUAGES}


def _amendment(state: Agreement) -> dict[str, Any]:
    assert state.amendment is not None
    assert state.effective_on is not None
    return {
        "agreement": state.id,
        "number": state.amendment.number,
        "signed_on": state.signed_on.isoformat() if state.signed_on else None,
        "effective_on": state.effective_on.isoformat(),
    }


def _article(article: ArticleText) -> dict[str, Any]:
    return {
        "number": article.number,
        "title": article.title,
        "clause_id": article.clause_id,
        "text": article.text,
        "by": article.by,
        "since": article.since.isoformat(),
    }


def _row(row: Compared) -> dict[str, Any]:
    return {
        "clause_id": row.clause_id,
        "before": _article(row.before) if row.before else None,
        "after": _article(row.after) if row.after else None,
    }


def _left(left: Left) -> dict[str, Any]:
    named = {"article": left.article, "before": left.before, "after": left.after}
    said = _said("consolidated.left", left.why)
    return {
        "by": left.by,
        "since": left.since.isoformat(),
        "what": left.what,
        "why": left.why,
        **named,
        **said,
    }
