"""What `q` looks through: the texts of an alliance that a person remembers, with width and case folded away.

A plain substring after NFKC (Unicode UAX 15) and case folding: ＩｏＴ finds IoT, ﾀｹ
finds タケ, and a word of one or two characters is found like any other.  Only texts
that every party of the alliance reads stand here.
"""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import normalize

from teikei.domain.agreement.state import Agreement
from teikei.domain.alliance.state import Alliance
from teikei.domain.matter import Matter, Party
from teikei.domain.terms import Brief, CoDevelopmentTerms, CoMarketingTerms, CoSalesTerms, Terms

SEARCHED = (Alliance.kind, Agreement.kind)
"""Kinds of matter that have such texts."""


def fold(text: str) -> str:
    """Half width and full width, capital and small letters are one."""
    return normalize("NFKC", normalize("NFKC", text).casefold())


def asked(q: str) -> str:
    """A query as it is looked for: folded, without the blanks around it."""
    return fold(q).strip()


def searched(state: Matter) -> str:
    """The folded texts of a matter, one per line: no query holds a line break, so none reaches over two texts."""
    return "\n".join(fold(text) for text in texts(state) if text)


def texts(state: Matter) -> tuple[str, ...]:
    """What people wrote or named, as it stands; nothing for a matter that is not searched."""
    if isinstance(state, Alliance):
        names = (name for p in state.parties for name in (*_former(p), p.name_ja, p.name_en))
        return (state.title, state.title_en, *names, *_of_brief(state.brief))
    if isinstance(state, Agreement):
        return (state.title, state.title_en, *_of_terms(state.terms))
    return ()


def _former(party: Party) -> Iterator[str]:
    yield from (name for one in party.former for name in (one.name_ja, one.name_en))


def _of_brief(brief: Brief) -> Iterator[str]:
    yield from (brief.background, brief.exit_idea)
    yield from (purpose.measure for purpose in brief.purposes)
    yield from (text for goal in brief.goals for text in (goal.title, goal.target))
    yield from (contribution.what for contribution in brief.contributions)
    yield from (benefit.how for benefit in brief.benefits)
    yield from (risk.measure for risk in brief.risks)


def _of_terms(terms: Terms | None) -> tuple[str, ...]:
    """What a main agreement is about: its theme, goods or campaigns."""
    special = terms.special if terms else None
    if isinstance(special, CoDevelopmentTerms):
        return (special.theme,)
    if isinstance(special, CoSalesTerms):
        return (*special.products, special.territory)
    return special.campaigns if isinstance(special, CoMarketingTerms) else ()
