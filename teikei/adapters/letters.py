"""What a mail says: templates and catalogue, in the language of the person who reads it.

The templates stand in `templates/mail/<template>.<language>.txt.j2`, the
subject in the first line; names of items and what silence leads to stand in the
catalogue.  Everything that people wrote goes through `line` first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import jinja2

from teikei.domain.act import Mail
from teikei.domain.reasons import sentences, unpacked
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
    said = {name: line(value) for name, value in values.items() if isinstance(value, str)}
    shown: dict[str, Any] = {"safe_day": "", **said}  # mails of older days have no safe day
    shown |= {"name": line(mail.name, 120), "title": line(title, BODY_TITLE)}
    shown |= {"why": _why(language, values.get("why"))}
    shown |= {"item": line(word(language, what, "item")), "silence": _silence(language, what)}
    if mail.invitation:
        shown |= {"starts": _starts(language, mail.invitation.starts), "minutes": mail.invitation.minutes}
    text = _templates(language).get_template(f"{mail.template}.{language}.txt.j2").render(shown)
    subject, _, body = text.partition("\n")
    return line(subject), body.strip("\n") + "\n"


def digest(mails: Sequence[Mail], today: date) -> tuple[str, str]:
    """(subject, body) of one mail for many items, the longest overdue first, in the language of the first mail.

    Days count from `today`, the reader's day on which the message was fixed.
    """
    first, language = mails[0], mails[0].language
    items = sorted(
        (_item(language, mail, today) for mail in mails), key=lambda i: (i["deadline"], i["title"], i["item"])
    )
    asked = {i["item"]: i["silence"] for i in items if i["silence"]}
    shown = {
        "name": line(first.name, 120),
        "today": today.isoformat(),
        "over": [i for i in items if i["left"] < 0],
        "ahead": [i for i in items if i["left"] >= 0],
        "silences": list(asked.items()),
    }
    text = _templates(language).get_template(f"digest.{language}.txt.j2").render(shown)
    subject, _, body = text.partition("\n")
    return line(subject), body.strip("\n") + "\n"


def _item(language: str, mail: Mail, today: date) -> dict[str, Any]:
    """One line of a digest: what is asked where, until when, and the days that are left (negative: over)."""
    values = mail.values
    what = str(values.get("what", mail.template))
    deadline = str(values.get("deadline") or values.get("legal_last_day") or "")
    title = values.get("title" if language == "ja" else "title_en") or values.get("title", "")
    return {
        "title": line(title, BODY_TITLE),
        "item": line(word(language, what, "item")),
        "deadline": deadline,
        "left": (date.fromisoformat(deadline) - today).days if deadline else 0,
        "silence": _silence(language, what) or _known(language, f"digest.{mail.template}"),
    }


def _why(language: str, packed: object) -> list[str]:
    """The reasons of a date, one sentence each; empty where the mail carries none."""
    return sentences(language, unpacked(packed)) if isinstance(packed, list) else []


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
    return _known(language, f"silence.{what.rstrip('0123456789').rstrip('-')}")


def _known(language: str, code: str) -> str:
    return say(language, code) if code in catalogue(language) else ""


@cache
def _templates(language: str) -> jinja2.Environment:
    """Plain text, so nothing is escaped; a value that a template lacks is an error, not a gap."""
    environment = jinja2.Environment(  # noqa: S701
        loader=jinja2.FileSystemLoader(str(files("templates").joinpath("mail"))),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.globals["day"] = lambda iso: day(language, iso)
    environment.globals["short"] = lambda title: line(title, SUBJECT_TITLE)
    return environment
