"""The bytes of a mail, parsed back with the standard library and icalendar; no text whatever breaks them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teikei.adapters.letters import day, line
from teikei.adapters.mail import eml
from tests.adapters_mail.rows import AT, KEPT, Row, a_review, a_row, parsed, text_of


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_mail_leads_to_the_page_of_its_matter_where_there_are_pages(language: str) -> None:
    row = a_row(language=language)
    without, led = (
        text_of(parsed(eml(row, settings)))
        for settings in (KEPT, replace(KEPT, pages="https://teikei.example"))
    )
    assert "http" not in without
    assert led.startswith(without.rstrip())
    assert led.rstrip().endswith(f"https://teikei.example/decisions/{row.matter}")
    several = text_of(
        parsed(eml(replace(row, shown=(row.payload,)), replace(KEPT, pages="https://t.example")))
    )
    assert several.rstrip().endswith("https://t.example/"), "from a digest to the inbox"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_review_comes_with_an_invitation_for_the_calendar(language: str) -> None:
    row = a_review(language=language)
    message = parsed(eml(row, KEPT))
    (part,) = [p for p in message.walk() if p.get_content_type() == "text/calendar"]
    (attached,) = [p for p in message.walk() if p.get_filename() == "invitation.ics"]
    assert part.get_param("method") == "REQUEST"
    content = part.get_payload(decode=True)
    assert content == attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    calendar: Any = icalendar.Calendar.from_ical(content.decode())
    assert calendar["METHOD"] == "REQUEST"
    (event,) = calendar.walk("VEVENT")
    assert str(event["UID"]) == "aln_x-review-2@teikei.invalid"
    assert event["DTSTAMP"].dt == AT.replace(microsecond=0)
    assert event["DTSTART"].dt == datetime(2026, 4, 1, 1, tzinfo=UTC)
    assert event["DURATION"].dt == timedelta(minutes=90)
    assert event["SEQUENCE"] == 1
    assert str(event["ATTENDEE"]) == "mailto:yoshiko@example.jp"
    assert str(event["ORGANIZER"]) == "mailto:teikei@example.jp"
    assert str(event["SUMMARY"]) == str(message["Subject"])
    assert len(calendar.walk("VALARM")) == 1
    assert max(len(one) for one in content.split(b"\r\n")) <= 75
    body = message.get_body(("plain",))
    assert body is not None
    assert (
        "2026年4月1日（水） 10:00（日本時間）" if language == "ja" else "10:00 (Japan time, UTC+9)"
    ) in body.get_content()


def test_the_uid_stays_while_the_rows_differ() -> None:
    again = replace(a_review(), id="out_other", at=AT + timedelta(days=3))
    assert {str(event_of(row)["UID"]) for row in (a_review(), again)} == {"aln_x-review-2@teikei.invalid"}


def event_of(row: Row) -> Any:
    part = next(p for p in parsed(eml(row, KEPT)).walk() if p.get_content_type() == "text/calendar")
    assert isinstance(part, EmailMessage)
    return icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT")[0]


@pytest.mark.parametrize(
    "template",
    [
        "remind",
        "overdue",
        "escalate",
        "review_invitation",
        "notice",
        "review_skipped",
        "entered",
        "notice_drafted",
        "survivor",
        "return_letter",
        "approval_asked",
        "approval_remind",
        "approval_approved",
        "approval_returned",
    ],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_template_is_short_names_the_matter_and_has_no_gap(template: str, language: str) -> None:
    values = {
        "what": "review-2",
        "legal_last_day": "2026-12-31",
        "term_until": "2027-03-31",
        "skips": "2",
        "seat": "部長",
        "proposer": "係",
        "reference": "稟議 15",
        "approver": "部長",
        "comment": "-",
        "reason": "-",
        "by": "東都",
        "person": "担当",
        "file": "契約.pdf",
        "by_en": "Toto",
        "address": "toto@example.jp",
        "sha256": "0" * 64,
        "asked_back": "true",
    }
    message = parsed(
        eml(
            a_row(
                template=template, language=language, invited=template == "review_invitation", values=values
            ),
            KEPT,
        )
    )
    title, other = ("湾岸共同開発", "Bay development")[:: 1 if language == "ja" else -1]
    text = text_of(message)
    assert title in message["Subject"]
    assert title in text
    assert other not in text
    assert len(text.splitlines()) <= 16
    assert not set("〈{}") & set(text)
    assert "None" not in text
    asked = {
        "ja": ("2026年4月1日（水）", "2026年12月31日（木）"),
        "en": ("Wednesday, 1 April 2026", "Thursday, 31 December 2026"),
    }
    undated = {"entered", "return_letter", "approval_approved", "approval_returned"}
    assert template in undated or asked[language][template.startswith("notice")] in text


def test_the_folder_holds_each_template_in_both_languages() -> None:
    names = {p.name for p in (Path(__file__).parents[2] / "templates" / "mail").glob("*.j2")}
    kinds = {
        "remind", "overdue", "escalate", "review_invitation", "notice", "notice_drafted", "survivor", "review_skipped", "entered", "digest",
        "return_letter", "approval_asked", "approval_remind", "approval_approved", "approval_returned",
    }  # fmt: skip
    assert names == {f"{kind}.{language}.txt.j2" for kind in kinds for language in ("ja", "en")}


def test_a_deadline_that_is_not_set_shows_as_a_dash() -> None:
    assert "期限：―" in text_of(parsed(eml(a_row(values={"deadline": ""}), KEPT)))
    assert day("en", "") == "-"


@pytest.mark.parametrize("row", [a_row(), a_review(), a_review(language="en")])
def test_equal_rows_give_equal_bytes(row: Row) -> None:
    first = eml(row, KEPT)
    assert first == eml(replace(row), KEPT)
    assert first != eml(replace(row, id="out_other"), KEPT)
    assert b"\n" not in first.replace(b"\r\n", b"")
    assert max(len(one) for one in first.split(b"\r\n")) <= 998


HOSTILE = [
    "Eve\r\nBcc: victim@example.com\r\n\r\nbuy now",
    'A"B, <x@example.com>, C',
    '髙﨑 𠮷太郎 "たろう", 部長; <a@b.example>',
    "👩‍💻 Ada \u202egnp.exe",
    "\x00\x1b[31m\u2028\u2029\u0085name",
    "=?utf-8?q?Bcc:_x?= <y@example.com>",
    "\\",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_titles_stay_in_their_place(text: str) -> None:
    content = eml(a_review(name=text, values={"title": text}), KEPT)
    _unhurt(content, line(text, 120))
    event = event_of(a_review(name=text))
    assert str(event["ATTENDEE"]) == "mailto:yoshiko@example.jp"
    assert str(event["ATTENDEE"].params["CN"]) == line(text, 120).replace('"', "'").replace("\\", "/")


def _unhurt(content: bytes, name: str) -> None:
    head = message_from_bytes(content)
    assert head.keys() == [
        "Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Language",
    ]  # fmt: skip
    shown, address = parseaddr(head["To"].replace("\r\n", ""))
    assert address == "yoshiko@example.jp"
    assert str(make_header(decode_header(shown))) == name


@given(name=st.text(max_size=200), title=st.text(max_size=200))
def test_no_text_whatever_breaks_a_message(name: str, title: str) -> None:
    content = eml(a_row(name=name, values={"title": title}), KEPT)
    head = message_from_bytes(content)
    assert len(head.keys()) == 10
    assert parseaddr(head["To"].replace("\r\n", ""))[1] == "yoshiko@example.jp"
    assert content.decode("utf-8")
    assert max(len(one) for one in content.split(b"\r\n")) <= 998
