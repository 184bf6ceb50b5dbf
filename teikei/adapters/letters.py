"""What a mail says: templates and catalogue, in the language of the person who reads it.

The templates stand in `templates/mail/<template>.<language>.txt.j2`, the
subject in the first line; names of items and what silence leads to stand in the
catalogue.  Everything that people wrote goes through `line` first.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import jinja2

from teikei.domain.act import Mail
from teikei.domain.texts import catalogue, say, word

ZONE = ZoneInfo("Asia/Tokyo")
"""Where the deadlines of the calendar JP lie; times in a text are said there."""
SUBJECT_TITLE = 60
BODY_TITLE = 160
"""Characters of a title; a line of 160 stays below the 998 octets of RFC 5322."""
_DROPPED = frozenset({"Cc", "Cf", "Cs"})
_WEEKDAYS = "月火水木金土日"


def wording(mail: Mail) -> tuple[str, str]:
    """(subject, body) in the language of the person."""
    language, values = mail.language, mail.values
    title = values.get("title" if language == "ja" else "title_en") or values.get("title", "")
    what = str(values.get("what", ""))
    shown: dict[str, Any] = {name: line(value) for name, value in values.items() if isinstance(value, str)}
    shown |= {"name": line(mail.name, 120), "title": line(title, BODY_TITLE)}
    shown |= {"item": line(word(language, what, "item")), "silence": _silence(language, what)}
    if mail.invitation:
        shown |= {"starts": _starts(language, mail.invitation.starts), "minutes": mail.invitation.minutes}
    text = _templates(language).get_template(f"{mail.template}.{language}.txt.j2").render(shown)
    subject, _, body = text.partition("\n")
    return line(subject), body.strip("\n") + "\n"


def line(value: object, most: int = 400) -> str:
    """One clean line: no control, format or bidirectional characters, no line separators, at most `most` characters.

    What looks like an encoded word of a header (`=?`) is broken up, else a reader would decode it (RFC 2047).
    The joiner of emoji (U+200D) stays; unknown and private characters, too: they may stand in a name.
    """
    spaced = "".join(" " if c.isspace() else c for c in str(value))
    kept = (c for c in spaced if c == "\u200d" or unicodedata.category(c) not in _DROPPED)
    flat = re.sub(" +", " ", "".join(kept)).strip().replace("=?", "= ?")
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def day(language: str, iso: str) -> str:
    """A calendar day with its weekday: 2026年4月1日（水）, Wednesday, 1 April 2026."""
    if not iso:
        return "―" if language == "ja" else "-"
    d = date.fromisoformat(iso)
    if language == "ja":
        return f"{d.year}年{d.month}月{d.day}日（{_WEEKDAYS[d.weekday()]}）"
    return f"{d:%A}, {d.day} {d:%B} {d.year}"


def _starts(language: str, at: datetime) -> str:
    local = at.astimezone(ZONE)
    zone = "（日本時間）" if language == "ja" else " (Japan time, UTC+9)"
    return f"{day(language, local.date().isoformat())} {local:%H:%M}{zone}"


def _silence(language: str, what: str) -> str:
    """What happens when the silence lasts; the item without its number names it."""
    code = f"silence.{what.rstrip('0123456789').rstrip('-')}"
    return say(language, code) if code in catalogue(language) else ""


@cache
def _templates(language: str) -> jinja2.Environment:
    """Plain text, so nothing is escaped; a value that a template lacks is an error, not a gap."""
    environment = jinja2.Environment(  # noqa: S701
        loader=jinja2.FileSystemLoader(str(files("templates").joinpath("mail"))),
        undefined=jinja2.StrictUndefined,
    )
    environment.globals["day"] = lambda iso: day(language, iso)
    environment.globals["short"] = lambda title: line(title, SUBJECT_TITLE)
    return environment
