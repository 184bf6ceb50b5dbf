"""The rehearsal of a draft: every situation lived through, and the memo in both languages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from teikei.domain.agreement.state import Agreement, Version
from teikei.domain.alliance.state import SIGNING, Alliance
from teikei.domain.calendar import Calendar
from teikei.domain.days import add_months
from teikei.domain.errors import Conflict, Invalid
from teikei.domain.matter import Step, on
from teikei.domain.record import canonical
from teikei.domain.rehearsal.findings import Finding, findings
from teikei.domain.rehearsal.life import Life, Line
from teikei.domain.rehearsal.people import Cast, Situation, situations
from teikei.domain.terms import Terms
from teikei.domain.texts import named, say, titled
from teikei.domain.views import plain

YEARS = 5
MOST_LINES = 40_000
"""Entries of all situations together: ten companies with monthly periods fill minutes and many megabytes."""
NOON = time(3, tzinfo=UTC)
LANGUAGES = ("ja", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """One situation: how it ended, what it shows, and every entry in order."""

    situation: Situation
    stage: str
    until: date
    findings: tuple[Finding, ...]
    lines: tuple[Line, ...]


def rehearse(alliance: Alliance, draft: Agreement, calendar: Calendar, years: int = YEARS) -> dict[str, Any]:
    """Live the draft `years` from the first day of its term, once in each situation.

    Gives {agreement, version, terms_sha256, years, situations: [{code, company, stage, until, findings, timeline}],
    memo_ja, memo_en, memo_sha256}; instants UTC, days local. `Conflict("rehearsal.main_only")` for another paper,
    `Invalid("rehearsal.too_long")` where fewer years are to be asked for.
    """
    if draft.role != "main" or draft.terms is None:
        raise Conflict("rehearsal.main_only")
    lived: list[Rehearsed] = []
    for one in situations(draft.companies()):
        lived.append(_lived(alliance, draft, draft.terms, calendar, one, years))
        if sum(len(r.lines) for r in lived) > MOST_LINES:
            raise Invalid("rehearsal.too_long", most=MOST_LINES)
    texts = {f"memo_{lang}": _memo(alliance, draft, draft.terms, lived, years, lang) for lang in LANGUAGES}
    return {
        "agreement": draft.id,
        "version": draft.number,
        "terms_sha256": sha256(canonical(plain(draft.terms))).hexdigest(),
        "years": years,
        "situations": [_situation(alliance, one) for one in lived],
        **texts,
        "memo_sha256": sha256("".join(texts.values()).encode()).hexdigest(),
    }


def _lived(
    alliance: Alliance, draft: Agreement, terms: Terms, calendar: Calendar, situation: Situation, years: int
) -> Rehearsed:
    begun = terms.term_from - timedelta(days=30)
    life = Life(now=datetime.combine(begun, NOON), calendar=calendar)
    life.put(*_begun(alliance, draft, begun))
    cast = Cast(situation=situation, terms=terms, alliance=alliance.id, companies=draft.companies())
    end = add_months(terms.term_from, 12 * years)
    for day, acts in sorted(cast.moves().items()):
        if day >= end or life.states[alliance.id].over:
            break
        life.live(cast, datetime.combine(day, NOON))
        for act in acts:
            life.say(alliance.id, act, cast.mover())
    life.live(cast, datetime.combine(end, NOON))
    return Rehearsed(
        situation=situation,
        stage=life.states[alliance.id].stage,
        until=end,
        findings=findings(life, cast),
        lines=tuple(life.lines),
    )


def _begun(alliance: Alliance, draft: Agreement, today: date) -> tuple[Alliance, Agreement]:
    """Both as they are when the draft is approved and nobody has signed; all act for themselves."""
    parties = tuple(replace(p, off_platform=False) for p in draft.parties)
    fresh = Alliance(
        id=alliance.id, alliance_id=alliance.id, title=alliance.title, title_en=alliance.title_en, stage=SIGNING,
        zone=alliance.zone, parties=parties, reminders=alliance.reminders, form=alliance.form,
        opened_by=alliance.opened_by, calendar=alliance.calendar, brief=alliance.brief,
        nda_terms=alliance.nda_terms, main=draft.id, children=(draft.id,),
    )  # fmt: skip
    version = Version(number=draft.number, sha256="0" * 64, size=0, clauses="")
    paper = Agreement(
        id=draft.id, alliance_id=alliance.id, parent=alliance.id, title=draft.title, title_en=draft.title_en,
        stage=SIGNING, zone=draft.zone, parties=parties, reminders=draft.reminders, role="main",
        paper=draft.paper, form=draft.form, drafted_on=today, brief=draft.brief, terms=draft.terms,
        number=draft.number, version_now=version,
    )  # fmt: skip
    return fresh, paper.ask("signatures", draft.companies(), on(today), Step(n=5, unit="business_day"))


def _names(alliance: Alliance, lang: str) -> dict[str, str]:
    own = {alliance.id: alliance.title if lang == "ja" else alliance.title_en}
    return own | {p.company: p.name_ja if lang == "ja" else p.name_en for p in alliance.parties}


def _said(alliance: Alliance, finding: Finding, lang: str) -> str:
    values = named({**finding.values, "pointer": finding.pointer}, _names(alliance, lang))
    return say(lang, f"rehearsal.finding.{finding.code}", **values)


def _titled(alliance: Alliance, line: Line, lang: str) -> str:
    names = _names(alliance, lang) | {"teikei": "teikei"}
    return titled(
        lang, line.entry.code, {"company": names.get(line.by, ""), **named(line.entry.values, names)}
    )


def _situation(alliance: Alliance, one: Rehearsed) -> dict[str, Any]:
    return {
        "code": one.situation.code,
        "company": one.situation.company,
        "stage": one.stage,
        "until": one.until.isoformat(),
        "findings": [
            {**plain(f), "ja": _said(alliance, f, "ja"), "en": _said(alliance, f, "en")} for f in one.findings
        ],
        "timeline": [
            {
                "at": line.at.isoformat(),
                "matter": line.kind,
                "code": line.entry.code,
                "by": line.by,
                **{f"title_{lang}": _titled(alliance, line, lang) for lang in LANGUAGES},
            }
            for line in one.lines
        ],
    }


def _memo(
    alliance: Alliance, draft: Agreement, terms: Terms, lived: list[Rehearsed], years: int, lang: str
) -> str:
    """The memo as lines of text: what was rehearsed, then each situation with its findings and their fields."""
    names = _names(alliance, lang)
    head = say(
        lang,
        "rehearsal.head",
        title=draft.title if lang == "ja" else draft.title_en,
        version=draft.number,
        first=terms.term_from.isoformat(),
        years=years,
    )
    lines = [head, say(lang, "rehearsal.note"), ""]
    for one in lived:
        company = names.get(one.situation.company, "")
        lines.append(
            say(
                lang,
                f"rehearsal.situation.{one.situation.code}",
                company=company,
                stage=one.stage,
                years=years,
            )
        )
        lines += [f"- {f.first_on.isoformat()} {_said(alliance, f, lang)}" for f in one.findings] or [
            f"- {say(lang, 'rehearsal.nothing')}"
        ]
        lines.append("")
    return "\n".join(lines)
