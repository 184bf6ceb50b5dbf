"""The one-page summary: arrows and shares of each party, the days of refusal, what deviates; and that it is one page.

Ratios, arrows and places are read out of the printed rows and told apart from the code: by their own formatting, and
by writing the agreement once with the default and once with the other value.
"""

from __future__ import annotations

import shutil
from dataclasses import MISSING, fields, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teikei.documents import Library, compose, default_library, render
from teikei.documents.blocks import Article, Paper, Table
from teikei.documents.deviations import UNITS, deviations
from teikei.documents.pairs import _differences, _units
from teikei.documents.summarise import summarise, summary_of
from teikei.domain.agreement.force import clocks
from teikei.domain.agreement.state import Agreement
from teikei.domain.amendments import ChangeReviews, ChangeText
from teikei.domain.calendar import resolve
from teikei.domain.decision.rules import VotingRule
from teikei.domain.errors import Conflict
from teikei.domain.summary import GROUNDS, differing, summary
from teikei.domain.summary_paper import SummaryVariables
from teikei.domain.terms import Contribution, ContributionKind, FormTerms, NdaTerms, Share, SubjectRule, Terms
from teikei.domain.texts import catalogue, say
from teikei.domain.variables import agreement_variables
from tests.documents import substance
from tests.documents.english_samples import english
from tests.documents.outside import convert, need, pages
from tests.documents.samples import sample
from tests.domain.cast import EVIDENCE, FORMS, at, companies, company, drafted, special
from tests.domain.test_amending import drafted as amendment_drafted
from tests.domain.test_amending import in_force
from tests.support.story_domain import japan

TODAY = date(2026, 6, 1)
JA = {
    "technology": "〔技術〕", "market": "〔市場〕", "risk": "〔リスク〕", "money": "〔資金〕", "other": "〔その他〕", "": "〔持ち寄り〕",
}  # fmt: skip


def page(state: Agreement, *amendments: Agreement, on: date = TODAY) -> SummaryVariables:
    return summary_of(state, amendments, on, japan())


def rows(paper: Paper, clause: str) -> list[tuple[str, ...]]:
    """The rows of the table of one section."""
    body = next(b.body for b in paper.blocks if getattr(b, "clause_id", "") == clause)  # type: ignore[union-attr]
    return [row for part in body if isinstance(part, Table) for row in part.rows]


@cache
def written(n: int, form: Any) -> Agreement:
    """The main agreement on the table, lived once."""
    return drafted(n, form).agreement("main")


def main(n: int = 2, form: Any = "co_development", **terms: Any) -> Agreement:
    state = written(n, form)
    assert state.terms is not None
    return replace(state, terms=replace(state.terms, **terms))


# arrows and shares


def parts(ratio: Fraction) -> str:
    """A share as Japanese papers write it, worked out apart from the filters."""
    hundredths = ratio * 100
    if hundredths.denominator == 1:
        return f"{hundredths.numerator}％"
    if (10_000 * hundredths).denominator == 1:
        return f"{float(hundredths):.4f}".rstrip("0") + "％"
    return f"{ratio.denominator}分の{ratio.numerator}"


KIND = st.sampled_from(get_args(ContributionKind))


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_each_party_has_its_own_arrows_and_share(data: st.DataObject) -> None:
    n = data.draw(st.sampled_from([2, 3, 7, 10]))
    weights = data.draw(st.lists(st.integers(1, 40), min_size=n, max_size=n))
    ratios = [Fraction(w, sum(weights)) for w in weights]
    brought = data.draw(st.lists(st.tuples(st.integers(0, n - 1), KIND), max_size=12))
    state = main(n)
    assert state.terms is not None
    shares = tuple(Share(company=company(i), ratio=r) for i, r in enumerate(ratios))
    given = tuple(
        Contribution(company=company(i), what=f"持分{number}", kind=kind)
        for number, (i, kind) in enumerate(brought)
    )
    state = replace(
        state, brief=replace(state.brief, contributions=given), terms=replace(state.terms, shares=shares)
    )
    found = rows(compose(default_library(), "summary", summary(state, TODAY, japan())), "summary_diagram")
    assert len(found) == n + 1
    for i, (party, gives, alliance, takes) in enumerate(found[:n]):
        mine = [f"→{JA[kind]}持分{number}" for number, (who, kind) in enumerate(brought) if who == i]
        assert party == f"{state.parties[i].label} 第{i}社"
        assert (gives, alliance) == ("　".join(mine) or "―", "本提携")
        assert takes == f"←〔資金〕利益の{parts(ratios[i])}"
    assert found[n][0] == "全当事者"
    assert all(f"：{r.measure}" in found[n][3] for r in state.brief.risks)


def test_what_nobody_called_anything_is_no_arrow_of_a_kind() -> None:
    assert {c.kind for c in main().brief.contributions} == {""}
    found = rows(summarise(main(), [], TODAY, japan(), "en").paper, "summary_diagram")
    assert [row[1] for row in found[:2]] == ["→ [Contribution] 拠出0", "→ [Contribution] 拠出1"]


def test_shares_go_one_way_and_their_price_the_other() -> None:
    found = rows(
        summarise(main(3, "capital_and_business"), [], TODAY, japan(), "ja").paper, "summary_diagram"
    )
    assert ["〔資金〕募集株式の払込金" in row[1] for row in found[:3]] == [True, False, True]
    assert ["〔その他〕募集株式" in row[1] for row in found[:3]] == [False, True, False]
    assert ["←〔資金〕募集株式の払込金" in row[3] for row in found[:3]] == [False, True, False]
    assert (
        "乙の普通株式100株×金50,000円＝金5,000,000円"
        in terms_of(main(3, "capital_and_business"))["個別の金額"]
    )


def terms_of(state: Agreement) -> dict[str, str]:
    """The table of the key terms by its items."""
    found = rows(summarise(state, [], TODAY, japan(), "ja").paper, "summary_terms")
    return {row[0]: row[1] for row in found}


@pytest.mark.parametrize("form", FORMS)
def test_the_sums_of_a_form_stand_only_there(form: Any) -> None:
    said = main(
        form=form,
        special=replace(special(form), **({"minimum_sales": 7_000_000} if form == "co_sales" else {})),
    )
    own = {"co_sales": "最低販売額", "co_marketing": "共同予算", "capital_and_business": "株式の引受け"}
    found = terms_of(said).get("個別の金額", "")
    assert [one for one in own.values() if one in found] == ([own[form]] if form in own else [])


# the days of a refusal


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1500), st.integers(0, 24), st.booleans())
def test_the_days_are_those_that_the_agreement_itself_goes_by(later: int, months: int, living: bool) -> None:  # noqa: FBT001
    state = main(term_until=date(2028, 6, 30) + timedelta(days=later), notice_months=months, renewal_years=1)
    assert state.terms is not None
    clocked = clocks(replace(state, term_until=state.terms.term_until))
    settled = replace(clocked, due=tuple(resolve(d, japan()) for d in clocked.due))
    safe = settled.due_item("notice/safe")
    assert safe is not None
    assert safe.at is not None
    told = page(settled if living else state)
    assert told.safe_day == japan().local_day(safe.at)
    assert told.legal_last_day is not None
    assert told.legal_last_day == japan().local_day(safe.base) - timedelta(days=1) - _months_before(
        told.term_until, months
    )


def _months_before(day: date, months: int) -> timedelta:
    """How long before a day the one of the same number lies, so many months back (else the last of that month)."""
    year, month = day.year, day.month - months
    while month < 1:
        year, month = year - 1, month + 12
    for number in range(day.day, 27, -1):
        try:
            return day - date(year, month, number)
        except ValueError:
            continue
    return day - date(year, month, day.day)


def test_the_decision_on_renewal_is_called_with_the_same_last_day() -> None:
    world = at("operation", renewal_years=1)
    told = page(world.agreement("main"), on=world.today())
    world.until(lambda: world.agreement("main").renewal_decision != "")
    said = next(line.entry.values for line in world.lines if line.entry.code == "agreement.renewal_called")
    assert said["legal_last_day"] == str(told.legal_last_day)
    assert page(replace(world.agreement("main"), renewal_refused=True)).legal_last_day is None
    assert page(main(renewal_years=0)).safe_day is None


# what deviates

OTHERS: dict[str, Any] = {
    "currency": "USD", "tie_order": "largest_share", "period_months": 6, "review_months": 4, "statement_days": 45,
    "payment_days": 31, "decision_days": 12, "review_chair": (company(1),), "ladder_days": (10, 20), "notice_months": 5,
    "voting": (SubjectRule(subject="allocation", rule=VotingRule(kind="majority")),), "exit_notice_months": 8,
    "secrecy_years": 7, "return_days": 33, "court": "大阪地方裁判所", "medium": "paper", "data": True,
}  # fmt: skip
OF_THE_FORM: dict[str, Any] = {
    "results_rule": "equal",
    "improvement_years": 4,
    "publication_days": 44,
    "equipment": True,
}
NOT_IN_AN_ARTICLE = {"review_chair", "medium", "rounding"}
BASE = main(renewal_years=1)
"""Of an agreement without renewal no article speaks of its notice."""


def changed(names: set[str]) -> Agreement:
    assert BASE.terms is not None
    own = {n: v for n, v in OF_THE_FORM.items() if n in names}
    terms = replace(BASE.terms, **{n: v for n, v in OTHERS.items() if n in names})
    return replace(BASE, terms=replace(terms, special=replace(terms.special, **own)))


@pytest.mark.parametrize("form", FORMS)
def test_default_terms_deviate_in_nothing(form: Any) -> None:
    assert page(main(form=form)).deviations == ()
    assert "相違なし" in summarise(main(form=form), [], TODAY, japan(), "ja").text


@settings(max_examples=10, deadline=None)
@given(st.sets(st.sampled_from([*OTHERS, *OF_THE_FORM])))
def test_exactly_the_terms_that_were_changed_deviate(names: set[str]) -> None:
    found = deviations(default_library(), changed(names))
    wanted = names | {"renewal_years"}
    assert sorted(d.item for d in found) == sorted(say("ja", f"summary.term.{n}") for n in wanted)
    assert sorted(d.item_en for d in found) == sorted(say("en", f"summary.term.{n}") for n in wanted)
    assert all(d.standard != d.ours and d.standard_en != d.ours_en for d in found)


def articles(state: Agreement, language: str) -> dict[str, str]:
    """Each article of the written agreement by its heading."""
    paper = compose(default_library(), state.paper, agreement_variables(state), language)
    form = "第{}条（{}）" if language == "ja" else "Article {} ({})"
    return {form.format(b.number, b.title): repr(b.body) for b in paper.blocks if isinstance(b, Article)}


@pytest.mark.parametrize("name", [*OTHERS, *OF_THE_FORM])
def test_the_place_is_an_article_that_reads_otherwise(name: str) -> None:
    state = changed({name})
    label = say("ja", f"summary.term.{name}")
    line = next(d for d in deviations(default_library(), state) if d.item == label)
    if name in NOT_IN_AN_ARTICLE:
        assert (line.place, line.place_en) == ("―", "―")
        return
    for language, place in (
        ("ja", line.place.removesuffix("ほか")),
        ("en", line.place_en.removesuffix(" and others")),
    ):
        assert articles(BASE, language).get(place) != articles(state, language)[place], place


def test_every_value_is_said_in_words_with_its_unit() -> None:
    said = {
        d.item: (d.standard, d.ours, d.standard_en, d.ours_en)
        for d in deviations(default_library(), changed({*OTHERS, *OF_THE_FORM}))
    }
    wanted = {
        "更新拒絶の予告期間": ("3か月", "5か月", "3 months", "5 months"),
        "提案への回答期限": ("10営業日", "12営業日", "10 Business Days", "12 Business Days"),
        "合意管轄裁判所": ("東京地方裁判所", "大阪地方裁判所", "Tokyo District Court", "Osaka District Court"),
        "定例レビューの議長": ("提携を開始した当事者", "乙", "The Party that opened the alliance", "Party B"),
        "自動更新の期間": ("なし", "1年", "None", "1 year"),
        "データ及び人工知能の取扱い": ("なし", "あり", "None", "Agreed"),
        "紛争協議の期間（実務責任者・役員）": ("10営業日、10営業日", "10営業日、20営業日", "10 Business Days, 10 Business Days", "10 Business Days, 20 Business Days"),
    }  # fmt: skip
    assert {item: said[item] for item in wanted} == wanted


def test_every_term_with_a_default_has_a_name_a_unit_and_words() -> None:
    for shape in (Terms, NdaTerms, *get_args(FormTerms)):
        hints = get_type_hints(shape)
        for item in fields(shape):
            if item.default is MISSING or item.name == "form":
                continue
            words = [f"summary.term.{item.name}"]
            if get_origin(hints[item.name]) is Literal:
                words += [f"summary.value.{value}" for value in get_args(hints[item.name])]
            if type(item.default) is int and item.name != "minimum_sales":
                words += [f"summary.unit.{one}{UNITS[item.name]}" for one in ("", "one_")]
            for language in ("ja", "en"):
                assert [w for w in words if w not in catalogue(language)] == []


def test_a_clause_that_is_not_the_preferred_one_is_named_where_it_is_used(tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parents[2] / "templates", tmp_path, dirs_exist_ok=True)
    for clause, position in (("damages", "fallback"), ("data_ai", "walk-away")):
        file = tmp_path / "clauses" / clause / "ja.md.j2"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("position: preferred", f"position: {position}"), encoding="utf-8")
    library = Library(tmp_path)
    [line] = deviations(library, main())  # data_ai is not in it
    paper = compose(library, "co_development", agreement_variables(main()))
    [(number, title)] = [(a.number, a.title) for a in paper.articles if a.clause_id == "damages"]
    assert (line.place, line.item) == (f"第{number}条（{title}）", title)
    assert (line.standard, line.ours) == ("標準文言", "代替文言")
    assert (line.standard_en, line.ours_en) == ("Standard wording", "Fallback wording")
    found = [d.ours for d in deviations(library, main(data=True))]
    assert sorted(found) == sorted(["代替文言", "許容限度の文言", "あり"])


def test_words_of_an_amendment_stand_from_its_day_on() -> None:
    world = at("operation")
    on = world.today() + timedelta(days=30)
    words = ChangeText(article="第9条第4項", before="甲の本店", after="乙の本店")
    matter = in_force(world, words, ChangeReviews(review_months=5), on=on)
    state, amendment = world.agreement("main"), world.states[matter]
    assert isinstance(amendment, Agreement)
    before = page(state, amendment, on=on - timedelta(days=1)).deviations
    assert [d.item for d in before] == ["定例会議の間隔"]
    [typed, line] = page(state, amendment, on=on).deviations
    assert (typed.standard, typed.ours) == ("3か月", "5か月")
    assert (line.item, line.ours, line.place) == (
        "第9条第4項",
        "変更覚書による文言",
        f"第1回変更覚書（効力発生日{on.year}年{on.month}月{on.day}日）",
    )


# which agreements


def test_an_amendment_is_summarised_as_the_agreement_will_read() -> None:
    world = at("operation")
    drafted_one = amendment_drafted(
        world, ChangeReviews(review_months=5), ChangeText(article="第1条", before="い", after="ろ")
    )
    state = world.states[drafted_one]
    assert isinstance(state, Agreement)
    told = page(state)
    assert (told.base_title, told.currency) == ("変更覚書", "JPY")
    assert [(d.item, d.ours) for d in told.deviations] == [
        ("定例会議の間隔", "5か月"),
        ("第1条", "変更覚書による文言"),
    ]


def test_an_nda_says_what_is_known() -> None:
    state = at("nda", 3).agreement("nda")
    told = page(state)
    assert (told.currency, told.voting, told.deviations) == ("", (), ())
    assert list(terms_of(state)) == ["期間", "更新", "秘密保持・準拠法", "締結・印紙税"]
    assert state.nda_terms is not None
    other = replace(state, nda_terms=replace(state.nda_terms, secrecy_years=9))
    assert [(d.standard, d.ours) for d in page(other).deviations] == [("3年", "9年")]


def test_what_has_no_terms_is_refused() -> None:
    world = at("exit")
    world.until(
        lambda: any(isinstance(s, Agreement) and s.role == "termination" for s in world.states.values())
    )
    with pytest.raises(Conflict) as caught:
        page(world.agreement("termination"))
    assert caught.value.code == "agreement.nothing_to_summarise"


def test_the_bytes_that_are_decided_on_are_named_and_the_stamp_card_too() -> None:
    state = main(medium="paper")
    assert state.version_now is not None
    told = page(state)
    assert (told.version, told.digest) == (state.version_now.number, state.version_now.sha256[:16])
    assert (told.stamp_outcome, told.originals) == ("needs_a_person", 2)
    assert all(f"stamp.hangs.{code}" in catalogue("ja") for code in GROUNDS)
    assert told.stamp_grounds == (say("ja", "stamp.hangs.terms"),)
    land = replace(state, brief=replace(state.brief, needs=("land",)))
    assert len(page(land).forms) == 2
    assert EVIDENCE not in repr(told)


def test_terms_that_are_the_default_differ_in_nothing() -> None:
    assert differing(NdaTerms()) == ()
    assert [d.name for d in differing(NdaTerms(years=5, medium="paper"))] == ["years", "medium"]
    assert BASE.companies() == companies(2)


# both languages


def test_both_languages_say_the_same_numbers_whatever_is_agreed() -> None:
    """Lint tries six hundred combinations of a clause, and this one has more: here each option by itself."""
    plain = replace(
        substance.full("summary"), stamp_class="第七号文書"
    )  # 第7号 reads as the number of an item
    tried = [(name, one) for name, instead in substance.options("summary").items() for one in instead]
    for name, value in (("", None), *tried):
        values = replace(plain, **{name: value}) if name else plain
        japanese, other = (
            compose(default_library(), "summary", values, code).blocks for code in ("ja", "en")
        )
        for ours, theirs in zip(japanese, other, strict=True):
            units = _units(ours.body, "ja"), _units(theirs.body, "en")  # type: ignore[union-attr]
            assert list(_differences(*units)) == [], (name, value)


# one page


@pytest.mark.office
def test_it_is_one_page_for_any_number_of_parties(tmp_path: Path) -> None:
    need("soffice")
    wanted: dict[str, int] = {}
    for count in (2, 3, 5, 10):
        for language, values in (("ja", sample("summary", count)), ("en", english("summary", count))):
            wanted[f"{language}-{count}"] = 1
            (tmp_path / f"{language}-{count}.docx").write_bytes(
                render("summary", values, language=language).docx
            )
    wanted["both-10"] = 2
    both = render("summary", english("summary", 10), language="ja+en").docx
    (tmp_path / "both-10.docx").write_bytes(both)
    made = convert([tmp_path / f"{name}.docx" for name in wanted], tmp_path)
    found = {name: len(pages(pdf)) for name, pdf in zip(wanted, made, strict=True)}
    assert {name: n for name, n in found.items() if n > wanted[name]} == {}
