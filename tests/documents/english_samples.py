"""Sample variables of a paper that people filled in in English: every text of the Japanese sample, rewritten."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from teikei.domain.paper_lines import DisclosureLine, GoalLine, PurposeLine
from teikei.domain.papers import LABELS, PaperKind
from tests.documents.english_others import TYPED
from tests.documents.samples import sample

_NAMES = (
    "Aoba Precision", "Hokuto Telecom", "Mizuho Foods", "Shirasagi Electronics", "Biwako Pharma",
    "Kirishima Energy", "Fujimi Logistics", "Sumida Software", "Wakakusa Chemical", "Tenryu Mobility",
)  # fmt: skip
_PEOPLE = ("Taro Yamada", "Hanako Suzuki", "Ichiro Sato", "Jiro Takahashi", "Misaki Watanabe")
_ROLES = ("Supply of core technology and prototypes", "Sales network and market research", "Mass production")

SWITCHES = (
    "rivals", "personal_data", "land", "data", "equipment", "tag_drag", "exclusive", "exclusive_campaigns",
)  # fmt: skip


def english(kind: PaperKind, count: int = 3, **changes: Any) -> Any:
    """As `sample`: names and offices through the fields for English, typed texts in English."""
    base = sample(kind, count)
    parties = tuple(
        replace(
            party,
            name_en=f"{_NAMES[index]} Co., Ltd.",
            address="1-1-1 Marunouchi, Chiyoda-ku, Tokyo",
            representative_name=_PEOPLE[index % len(_PEOPLE)],
            role=_ROLES[index % len(_ROLES)],
            contributions=("Two engineers",)[: index % 2],
            contact=_PEOPLE[(index + 1) % len(_PEOPLE)],
        )
        for index, party in enumerate(base.parties)
    )
    typed: dict[str, Any] = {
        "alliance_name": "Next Battery Alliance",
        "form_en": "Joint development",
        "background": "The Parties wish to bring the next generation of batteries into use at an early date.",
        "parties": parties,
        "purposes": (
            PurposeLine(
                name="技術開発の加速", name_en="Faster development", measure="Mass production in 12 months"
            ),
        ),
    }
    if kind == "co_development":
        typed |= {
            "theme": "electrolytes for solid-state batteries",
            "goals": (GoalLine(title="Prototype", target="100 cells for evaluation", by=base.goals[0].by),),
            "allowed_costs": ("raw materials;", "work done by others."),
        }
    if kind == "co_sales":
        typed |= {
            "form_en": "Joint sales",
            "goals": (GoalLine(title="First orders", target="100 systems", by=base.goals[0].by),),
            "allowed_costs": ("the purchase price of parts; and", "joint advertising costs."),
            "products": ("Energy storage system type A", "Energy storage system type B"),
            "territory": "Japan",
        }
    if kind == "co_marketing":
        typed |= {
            "form_en": "Co-marketing",
            "goals": (GoalLine(title="Leads obtained", target="3,000 leads", by=base.goals[0].by),),
            "allowed_costs": ("production costs; and", "media costs."),
            "campaigns": ("Joint campaign for energy saving week", "Joint booth at exhibitions"),
        }
    if kind == "capital_and_business":
        typed |= {
            "form_en": "Capital and business alliance",
            "goals": (GoalLine(title="Prototype", target="100 cells for evaluation", by=base.goals[0].by),),
            "allowed_costs": ("raw materials; and", "work done by others."),
            "reserved_matters": ("an amendment of the articles of incorporation; and", "dissolution."),
        }
    if kind in TYPED:
        typed |= TYPED[kind](replace(base, parties=parties))
    held = {name: value for name, value in typed.items() if hasattr(base, name)}
    return replace(base, **(held | changes))


def every_switch(variables: Any) -> dict[str, Any]:
    """All options of the paper switched on."""
    on: dict[str, Any] = {name: True for name in SWITCHES if hasattr(variables, name)}
    if hasattr(variables, "medium"):
        on["medium"] = "paper"
    if hasattr(variables, "disclosures"):
        line = DisclosureLine(label="甲", what="Cell designs", receivers=tuple(LABELS[1:2]))
        on["disclosures"] = (line,)
    return on
