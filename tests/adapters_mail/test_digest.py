"""A digest: one message for many items, the longest overdue first, the same bytes each time; a single item stays a mail."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teikei.adapters.mail import eml, subject_of
from tests.adapters_mail.rows import KEPT, ROW_ID, Row, a_row, parsed, text_of

FIXED = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)


def a_digest(language: str = "ja", **changes: Any) -> Row:
    """As of 1 April, in the order in which they came: due today, two days over, a notice thirteen days ahead, one day over."""
    first = a_row(language=language, values={"deadline": "2026-04-01", **changes})
    over = {"what": "scores", "deadline": "2026-03-30", "title": "北陸販売提携", "title_en": "Hokuriku sales"}
    notice = json.loads(
        a_row(template="notice", values={"legal_last_day": "2026-04-14", "term_until": "2027-03-31"}).payload
    )
    del notice["values"]["what"], notice["values"]["deadline"]
    shown = (
        a_row(template="overdue", values=over).payload,
        json.dumps(notice),
        a_row(template="overdue", values={"what": "review-2", "deadline": "2026-03-31"}).payload,
    )
    return replace(first, shown=shown, fixed_at=FIXED)


def test_each_line_names_alliance_item_deadline_and_days() -> None:
    message = parsed(eml(a_digest(), KEPT))
    assert message["Subject"] == "【期限のお知らせ】4件（うち期限超過2件）：2026年4月1日（水）"
    text = text_of(message).replace("\r\n", "\n")
    assert [line for line in text.splitlines() if line.startswith("　・") and "期限 " in line] == [
        "　・北陸販売提携：相互評価の記入と開示　期限 2026年3月30日（月）（2日超過）",
        "　・湾岸共同開発：第2回定例レビュー　期限 2026年3月31日（火）（1日超過）",
        "　・湾岸共同開発：決議への投票　期限 2026年4月1日（水）（本日）",
        "　・湾岸共同開発：更新拒絶の通知の到達　期限 2026年4月14日（火）（残り13日）",
    ]
    assert text.startswith("髙﨑 𠮷子 様\n")
    assert "・決議への投票：沈黙は賛成とみなしません" in text
    assert "\n\n\n" not in text


def test_in_english_it_says_the_same() -> None:
    message = parsed(eml(a_digest("en"), KEPT))
    assert message["Subject"] == "Reminder: 4 items, 2 overdue (Wednesday, 1 April 2026)"
    assert [line for line in text_of(message).splitlines() if ", due " in line] == [
        "  - Hokuriku sales: marks for due diligence, due Monday, 30 March 2026 (2 days over)",
        "  - Bay development: review 2, due Tuesday, 31 March 2026 (1 day over)",
        "  - Bay development: votes on the decision, due Wednesday, 1 April 2026 (today)",
        "  - Bay development: arrival of a refusal of renewal, due Tuesday, 14 April 2026 (13 days left)",
    ]
    assert "\r\n\r\n\r\n" not in text_of(message)


def test_it_is_one_message_under_the_id_of_its_carrier_as_of_the_day_on_which_it_was_made() -> None:
    row = a_digest()
    message = parsed(eml(row, KEPT))
    assert message["Message-ID"] == f"<{ROW_ID}@teikei.invalid>"
    assert message["Date"].datetime == FIXED
    assert eml(row, KEPT) == eml(replace(row), KEPT)
    assert subject_of(row) == message["Subject"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_single_item_is_the_mail_that_it_always_was(language: str) -> None:
    row = a_row(language=language)
    assert eml(replace(row, fixed_at=FIXED), KEPT) == eml(row, KEPT)


@given(title=st.text(max_size=300))
def test_no_title_breaks_a_line(title: str) -> None:
    plain, odd = text_of(parsed(eml(a_digest(), KEPT))), text_of(parsed(eml(a_digest(title=title), KEPT)))
    assert len(odd.splitlines()) == len(plain.splitlines())
    assert max(len(one) for one in eml(a_digest(title=title), KEPT).split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    ("language", "asked", "since"),
    [
        ("ja", "佐藤 花子 様", "2026年3月2日（月）から"),
        ("en", "佐藤 花子 was asked", "on Monday, 2 March 2026"),
    ],
)
def test_an_escalation_names_who_was_asked_since_when_and_who_it_goes_to(
    language: str, asked: str, since: str
) -> None:
    row = a_row(template="escalate", language=language, values={"asked": "佐藤 花子"})
    text = text_of(parsed(eml(row, KEPT)))
    assert asked in text
    assert since in text
    assert text.count("髙﨑 𠮷子") == 2
    older = text_of(parsed(eml(a_row(template="escalate", language=language), KEPT)))
    assert "佐藤" not in older, "mails that were meant before have no name to say"
