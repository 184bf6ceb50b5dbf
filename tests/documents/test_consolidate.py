"""The text in force: the signed words, every amendment in its order, and nothing that nobody agreed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.documents import compose, default_library, read_text, render, write
from teikei.documents.blocks import Article, Paragraph
from teikei.documents.consolidate import (
    ArticleText,
    Consolidated,
    applied,
    comparison,
    consolidate,
    unavailable,
)
from teikei.documents.in_force import compared, text_in_force
from teikei.documents.places import DiffersError, exchanged, patched
from teikei.documents.sections import sections
from teikei.domain.agreement.state import Agreement, new_agreement
from teikei.domain.amendments import (
    AmendmentTerms,
    ChangePeriods,
    ChangeReviews,
    ChangeShares,
    ChangeTerm,
    ChangeText,
    ChangeVoting,
    amended,
)
from teikei.domain.decision.rules import VotingRule
from teikei.domain.matter import Effect
from teikei.domain.terms import Share, SubjectRule, Terms
from teikei.domain.texts import catalogue
from teikei.domain.variables import variables
from tests.documents.samples import sample
from tests.domain.cast import FORMS, at, bringing, company, directory
from tests.domain.test_amending import in_force
from tests.support.story_domain import World

A, B = company(0), company(1)
OTHER = ChangeShares(shares=(Share(company=A, ratio=Fraction(3, 4)), Share(company=B, ratio=Fraction(1, 4))))
MAJORITY = ChangeVoting(voting=(SubjectRule(subject="allocation", rule=VotingRule(kind="n_of_m", needed=1)),))
TERM = ChangeTerm(term_until=date(2031, 6, 30))
TYPED: tuple[Any, ...] = (
    OTHER,
    MAJORITY,
    TERM,
    ChangePeriods(period_months=3),
    ChangeReviews(review_months=5),
)
COURT = ChangeText(article="準拠法及び合意管轄", before="東京地方裁判所", after="大阪地方裁判所")


def written(state: Agreement) -> bytes:
    kind, values = variables(replace(state, owes=(Effect(key="version/1"),)), "version/1")
    return render(kind, values).docx


@cache
def lived() -> World:
    return at("operation")


@cache
def main(form: Any = "co_development") -> tuple[Agreement, bytes]:
    """A main agreement in force, as it was signed; without a renewal."""
    state = at("operation", form=form).agreement("main")
    return state, written(state)


def memo(n: int, *changes: Any, on: date, base: Terms | None = None) -> Agreement:
    """The nth amendment, signed by all."""
    said = base or main()[0].terms
    assert said is not None
    terms = AmendmentTerms(
        number=n, changes=changes, effective_on=on, base=said, base_title="契約", base_date=date(2026, 6, 1)
    )
    born = new_agreement(lived().alliance, "amendment", terms, lived().now)
    return replace(born, id=f"agr_{n}", signed_on=on, effective_on=on, stage="in_force")


def day(n: int) -> date:
    return date(2026, 9, 1) + timedelta(days=30 * n)


def text(*amendments: Agreement, on: date = date(2027, 12, 1)) -> Consolidated:
    state, signed = main()
    return consolidate(state, signed, amendments, on)


def says(found: Consolidated) -> list[tuple[int, str, str]]:
    return [(a.number, a.title, a.text) for a in found.articles]


def by_title(found: Consolidated, title: str) -> ArticleText:
    return next(a for a in found.articles if a.title == title)


@pytest.mark.parametrize(("kind", "count"), [("capital_and_business", 2), ("co_sales", 10), ("nda", 3)])
def test_the_articles_of_a_file_are_those_of_the_model(kind: Any, count: int) -> None:
    """Word for word, without closing, chapters and signatures."""
    paper = compose(default_library(), kind, sample(kind, count))
    docx = write(paper)
    found = sections(docx)
    model = [b for b in paper.blocks if isinstance(b, Article)]
    assert [(r.number, r.title, r.clause_id) for r, _ in found] == [
        (b.number, b.title, b.clause_id) for b in model
    ]
    for (_, said), block in zip(found, model, strict=True):
        texts = [p.text for p in block.body if isinstance(p, Paragraph)]
        assert all(t.split("\n")[0] in said for t in texts)
        assert "を証するため" not in said
        assert "代表者" not in said.split("\n")[-1]
        assert said in read_text(docx)
    assert sum(len(t) for _, t in found) > len(read_text(docx)) * 0.5


def test_before_an_amendment_the_text_is_the_signed_one() -> None:
    state, signed = main()
    assert state.effective_on is not None
    told = [(r.number, r.title, said) for r, said in sections(signed)]
    later = memo(1, *TYPED, COURT, on=day(1))
    for on in (state.effective_on, day(1) - timedelta(days=1)):
        found = text(later, on=on)
        assert says(found) == told
        assert {(a.by, a.since) for a in found.articles} == {(state.id, state.effective_on)}
        assert found.left == ()
    assert says(text(later, on=day(1))) != told


@pytest.mark.parametrize(
    ("change", "title", "words"),
    [
        (OTHER, "利益配分等", "甲\t75％"),
        (MAJORITY, "推進体制及び意思決定", "1者以上の当事者の賛成"),
        (TERM, "契約期間及び存続", "その有効期間は、2031年6月30日までとする"),
        (ChangePeriods(period_months=3), "利益配分等", "2026年7月1日から3か月ごとの期間"),
        (ChangeReviews(review_months=5), "進捗報告及び会議", "5か月"),
        (COURT, "準拠法及び合意管轄", "大阪地方裁判所"),
    ],
)
def test_a_change_is_written_into_the_article_that_says_it(change: Any, title: str, words: str) -> None:
    before, after = text(), text(memo(1, change, on=day(1)))
    assert after.left == ()
    assert words not in by_title(before, title).text
    assert words in by_title(after, title).text
    assert (by_title(after, title).by, by_title(after, title).since) == ("agr_1", day(1))
    for old, new in zip(before.articles, after.articles, strict=True):
        assert (old == new) is (old.text == new.text), "what reads alike has its old paper and day"


def test_the_typed_changes_together_are_what_the_clauses_say_of_the_new_terms() -> None:
    state, _ = main()
    assert state.terms is not None
    for form in FORMS:
        base, signed = main(form)
        assert base.terms is not None
        one = memo(1, *TYPED, on=day(1), base=base.terms)
        found = consolidate(base, signed, [one], day(1))
        fresh = written(replace(base, terms=amended(base.terms, TYPED)))
        assert says(found) == [(r.number, r.title, said) for r, said in sections(fresh)], form


CHANGES = st.lists(
    st.sampled_from([*TYPED, COURT, ChangeText(article="利益配分等", before="法定利率", after="年6分")]),
    unique_by=lambda c: (c.what, getattr(c, "article", "")),
    max_size=6,
)


@given(first=CHANGES, second=CHANGES, third=CHANGES)
@settings(max_examples=3, deadline=None)
def test_amendments_in_order_are_their_composition(first: Any, second: Any, third: Any) -> None:
    apart = [memo(n, *changes, on=day(n)) for n, changes in enumerate((first, second, third), 1)]
    at_once = memo(1, *first, *second, *third, on=day(1))
    assert says(text(*apart[::-1])) == says(text(at_once))
    texts = [text(*apart, on=on) for on in (day(0), day(1), day(2), day(3))]
    for earlier, later in ((0, 1), (0, 3), (1, 2), (2, 3), (1, 1)):
        old, new = texts[earlier], texts[later]
        rows = comparison(old, new)
        assert [(a.number, a.title, a.text) for a in applied(old.articles, rows)] == says(new)
        assert all(r.before and r.after and r.before.text != r.after.text for r in rows)
        back = [replace(r, before=r.after, after=r.before) for r in rows]
        assert [(a.number, a.title, a.text) for a in applied(new.articles, tuple(back))] == says(old)


def test_the_order_is_that_of_the_days_on_which_they_work() -> None:
    on = ChangeText(article="準拠法及び合意管轄", before="大阪地方裁判所", after="福岡地方裁判所")
    found = text(memo(1, on, on=day(2)), memo(2, COURT, on=day(1)))
    assert (found.left, by_title(found, "準拠法及び合意管轄").by) == ((), "agr_1")
    assert "福岡地方裁判所" in by_title(found, "準拠法及び合意管轄").text
    same_day = text(memo(2, on, on=day(1)), memo(1, COURT, on=day(1)))
    assert says(same_day) == says(found)


def test_renewals_move_no_word_and_the_next_term_is_still_written_in() -> None:
    """The base of the amendment has the last day of the second renewal; the paper names the first."""
    state = at("operation", renewal_years=2).agreement("main")
    assert state.terms is not None
    signed = written(state)
    base = replace(state.terms, term_until=date(2032, 6, 30))
    assert state.terms.term_until == date(2028, 6, 30)
    longer = memo(1, ChangeTerm(term_until=date(2035, 6, 30)), on=date(2031, 1, 1), base=base)
    found = consolidate(
        replace(state, terms=base, term_until=date(2032, 6, 30)), signed, [longer], date(2031, 1, 1)
    )
    assert found.left == ()
    assert "その有効期間は、2035年6月30日までとする" in by_title(found, "契約期間及び存続").text
    assert "2028年6月30日" not in "".join(a.text for a in found.articles)


def other_words(docx: bytes, old: str, new: str) -> bytes:
    """The same agreement, signed with other words than the library's."""
    state, _ = main()
    kind, values = variables(replace(state, owes=(Effect(key="version/1"),)), "version/1")
    paper = compose(default_library(), kind, values)

    def said(block: Any) -> Any:
        if not isinstance(block, Article):
            return block
        body = tuple(
            replace(p, text=p.text.replace(old, new)) if isinstance(p, Paragraph) else p for p in block.body
        )
        return replace(block, body=body)

    changed = write(replace(paper, blocks=tuple(map(said, paper.blocks))))
    assert changed != docx
    return changed


def test_a_library_of_another_day_does_no_harm_where_the_change_does_not_touch_its_words() -> None:
    state, signed = main()
    ours = other_words(signed, "振込手数料は支払う当事者の負担", "振込手数料は受け取る当事者の負担")
    found = consolidate(state, ours, [memo(1, OTHER, ChangePeriods(period_months=3), on=day(1))], day(1))
    said = by_title(found, "利益配分等").text
    assert found.left == ()
    assert "受け取る当事者の負担" in said
    assert "甲\t75％" in said
    assert "2026年7月1日から3か月ごとの期間" in said


def test_what_the_change_assumes_otherwise_is_left_to_a_person_and_the_words_stay() -> None:
    state, signed = main()
    ours = other_words(signed, "12か月ごとの期間", "一年ごとの期間")
    told = {r.clause_id: said for r, said in sections(ours)}
    found = consolidate(state, ours, [memo(1, ChangePeriods(period_months=3), TERM, on=day(1))], day(1))
    assert {(x.what, x.why) for x in found.left} == {("periods", "article_differs")}
    assert any(x.article.endswith("条（利益配分等）") for x in found.left)
    for article in found.articles:
        touched = "2031年6月30日" in article.text
        assert touched or article.text == told[article.clause_id]
    assert any("2031年6月30日" in a.text for a in found.articles), "the other change is written in"


@pytest.mark.parametrize(
    ("article", "before", "why"),
    [
        ("第99条", "甲", "no_such_article"),
        ("第1条（違う題名）", "甲", "no_such_article"),
        ("別紙", "甲", "no_such_article"),
        ("第19条第40項", "甲", "no_such_article"),
        ("第19条", "どこにもない字句", "not_found"),
        ("第19条", "当事者", "found_often"),
    ],
)
def test_words_that_are_not_there_exactly_once_are_left(article: str, before: str, why: str) -> None:
    found = text(memo(1, ChangeText(article=article, before=before, after="新"), on=day(1)))
    assert [(x.why, x.article, x.by) for x in found.left] == [(why, article, "agr_1")]
    assert says(found) == says(text())


def test_a_paragraph_narrows_the_place_and_overlaps_count() -> None:
    said = "1\t三十日、三十日\n2\t三十日とする。\n3\tああああ"
    one = ChangeText(article="第４条 第２項", before="三十日", after="四十日")
    assert exchanged(said, one) == said.replace("2\t三十日", "2\t四十日")
    for article, before, why in (
        ("第4条第3項", "あああ", "found_often"),
        ("第4条第3項", "三十日", "not_found"),
    ):
        with pytest.raises(DiffersError, match=why):
            exchanged(said, ChangeText(article=article, before=before, after="x"))


LINES = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1, max_size=8)


@given(old=LINES, new=LINES, more=st.lists(st.sampled_from("XYZ"), unique=True, max_size=3))
@settings(max_examples=80, deadline=None)
def test_a_patch_leads_from_old_to_new_and_keeps_what_is_beside(old: Any, new: Any, more: Any) -> None:
    assert patched(old, old, new) == new
    try:
        beside = patched([*more, *old], old, new)
    except DiffersError:
        return
    assert [line for line in beside if line not in more] == new
    assert [line for line in beside if line in more] == more


def test_an_amendment_that_lived_is_written_in_from_its_day() -> None:
    """Drafted, approved and signed by the rules; its state is what SQL holds."""
    world = at("operation")
    signed = written(world.agreement("main"))
    on = world.today() + timedelta(days=40)
    matter = in_force(world, OTHER, COURT, on=on)
    state, amendment = world.agreement("main"), world.states[matter]
    assert isinstance(amendment, Agreement)
    before = text_in_force(state, signed, [amendment], on - timedelta(days=1))
    after = text_in_force(state, signed, [amendment], on)
    assert {a["by"] for a in before["articles"]} == {state.id}
    assert {a["by"] for a in after["articles"]} == {state.id, matter}
    assert [a["agreement"] for a in after["amendments"]] == [matter]
    assert before["amendments"] == after["left"] == []
    rows = compared(state, signed, [amendment], on - timedelta(days=1), on)["rows"]
    assert [r["after"]["title"] for r in rows] == ["利益配分等", "準拠法及び合意管轄"]


def test_there_is_no_text_of_what_was_signed_elsewhere_or_is_not_signed() -> None:
    state, signed = main()
    assert state.effective_on is not None
    earlier = World()
    earlier.open(bringing(), company(0), directory(2))
    cases = {
        "elsewhere": earlier.agreement("main"),
        "not_signed": replace(state, effective_on=None),
        "no_paper": replace(state, role="survival"),
        "": state,
    }
    for reason, one in cases.items():
        assert unavailable(one, date(2027, 1, 1)) == reason
    early = state.effective_on - timedelta(days=1)
    assert text_in_force(state, signed, [], early)["reason"] == "before_force"
    broken = text_in_force(state, b"PK", [], day(1))
    assert (broken["outcome"], broken["reason"], broken["articles"]) == ("not_available", "unreadable", [])
    assert text_in_force(state, signed, [], day(1))["outcome"] == "available"
    assert all(
        f"consolidated.reason.{r}" in catalogue("ja") for r in (*cases, "before_force", "unreadable") if r
    )


def test_an_unknown_change_is_left_and_the_rest_is_written_in() -> None:
    class Rename:
        what = "name"

        def apply(self, terms: Terms) -> Terms:
            return terms

    found = text(memo(1, Rename(), TERM, on=day(1)))
    assert [(x.what, x.why) for x in found.left] == [("name", "unknown_change")]
    assert "2031年6月30日" in by_title(found, "契約期間及び存続").text


def test_shares_of_a_company_that_is_no_party_cannot_be_written() -> None:
    stranger = ChangeShares(
        shares=(Share(company=A, ratio=Fraction(1, 2)), Share(company=company(7), ratio=Fraction(1, 2)))
    )
    found = text(memo(1, stranger, on=day(1)))
    assert [x.why for x in found.left] == ["not_written"]
    assert says(found) == says(text())
