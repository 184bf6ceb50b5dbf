"""Templates of pages, and what they may use: words of the catalogue, days and times, the reader's language.

Everything that people wrote is escaped by Jinja; no template marks anything as safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from activities.ports import Subject
from api.language import LANGUAGES, pick
from teikei.domain.ids import PLACES
from teikei.domain.texts import catalogue, say, word

ZONE = ZoneInfo("Asia/Tokyo")
"""Where the deadlines of the calendar JP lie; instants are shown there."""
LANGUAGE_COOKIE = "teikei_language"
CSP = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_WEEKDAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def reads_in(request: Request) -> str:
    """The language that the person chose here, else that of the browser."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else pick(request.headers.get("accept-language", ""))


def day(language: str, value: str | date | datetime | None) -> str:
    """`2026年4月1日（水）` or `1 April 2026 (Wed)`; an instant as the day in Japan."""
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    on = value.astimezone(ZONE).date() if isinstance(value, datetime) else value
    weekday = _WEEKDAYS[language][on.weekday()]
    if language == "ja":
        return f"{on.year}年{on.month}月{on.day}日（{weekday}）"
    return f"{on.day} {on.strftime('%B')} {on.year} ({weekday})"


@cache
def _environment() -> jinja2.Environment:
    folder = files("templates").joinpath("pages")
    loader = jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8"))
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def page(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    subject: Subject | None = None,
    status: int = 200,
) -> Response:
    """The page in the reader's language."""
    language = reads_in(request)

    def told(code: str, **more: str | int) -> str:
        return say(language, f"page.{code}", **more)

    def title(thing: Mapping[str, Any]) -> str:
        return str(thing["title"] if language == "ja" else thing["title_en"] or thing["title"])

    texts = catalogue(language)
    shown = {
        "language": language,
        "other": next(one for one in LANGUAGES if one != language),
        "subject": subject,
        "path": request.url.path,
        "places": PLACES,
        "t": told,
        "say": lambda code, **more: say(language, code, **more),
        "word": lambda value, name="": word(language, value, name),
        "choice": lambda value: texts.get(f"page.choice.{value}") or word(language, value),
        "day": lambda value: day(language, value),
        "title": title,
        **values,
    }
    body = _environment().get_template(template).render(shown)
    headers = {
        "Content-Security-Policy": CSP,
        "Content-Language": language,
        "Vary": "Cookie, Accept-Language",
    }
    return HTMLResponse(body, status, headers)
