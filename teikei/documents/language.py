"""How each language prints the numbers of a paper and cites them: article, 項, 号, third level.

A bilingual paper is two of these side by side; no other file spells 第n条 or
"Article n". English cites 第5条第2項第1号 as Article 5.2(1), one word for three numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

IROHA: Final = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマ"
"""Order of the third level in Japanese statutes and contracts."""

LATIN: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Patterns with `{number}` and `{title}`; `letters` mark the third level, `item_brackets` the second."""

    code: str
    article_pattern: str
    article_heading_pattern: str
    chapter_pattern: str
    sheet_pattern: str
    section_pattern: str
    item_brackets: tuple[str, str]
    letters: str
    letter_brackets: tuple[str, str] = ("", "")
    connected: str
    """Regular expression: what may follow a cited article and still speak of it."""
    place: re.Pattern[str]
    """One 項, one 号 or both inside `connected`: the groups `paragraph`, `item` and `only` (a 号 alone)."""
    paragraph_pattern: str
    contents: str
    """Heading of the list of articles."""
    version_pattern: str

    def article(self, number: int) -> str:
        """第3条 / Article 3."""
        return self.article_pattern.format(number=number)

    def article_heading(self, number: int, title: str) -> str:
        """第3条（秘密保持） / Article 3 (Confidentiality)."""
        return self.article_heading_pattern.format(number=number, title=title)

    def chapter_heading(self, number: int, title: str) -> str:
        """第1章　総則 / Chapter 1  General Provisions."""
        return self.chapter_pattern.format(number=number, title=title)

    def sheet_heading(self, number: int, title: str) -> str:
        """1. 出席者 / 1. Attendance: a section of minutes or of a statement."""
        return self.sheet_pattern.format(number=number, title=title)

    def section(self, number: int, title: str) -> str:
        """「3. 決議」 / Section 3 (Resolutions): such a section cited."""
        return self.section_pattern.format(number=number, title=title)

    def paragraph(self, article: int, number: int) -> str:
        """2 / 5.2: the number of a 項 as it is printed."""
        return self.paragraph_pattern.format(article=article, number=number)

    def version(self, number: int) -> str:
        """第2版 / Version 2; nothing where the paper has no versions."""
        return self.version_pattern.format(number=number) if number else ""

    def item(self, number: int) -> str:
        """（1） / (1)."""
        before, after = self.item_brackets
        return f"{before}{number}{after}"

    def subitem(self, index: int) -> str:
        """イ / (a); `index` counts from 0."""
        before, after = self.letter_brackets
        return f"{before}{self.letters[index]}{after}"

    def places(self, tail: str) -> tuple[tuple[int, int], ...]:
        """The (項, 号) that the text after a cited article names; 0 where it names none."""
        return tuple(
            (int(found["paragraph"] or 0), int(found["item"] or found["only"] or 0))
            for found in self.place.finditer(tail)
        )


LANGUAGES: Final[dict[str, Language]] = {
    "ja": Language(
        code="ja",
        article_pattern="第{number}条",
        article_heading_pattern="第{number}条（{title}）",
        chapter_pattern="第{number}章　{title}",
        sheet_pattern="{number}. {title}",
        section_pattern="「{number}. {title}」",
        item_brackets=("（", "）"),
        letters=IROHA,
        connected=r"(?:第\d+項|第\d+号|前段|後段|本文|ただし書|から|まで|及び|並びに|又は|若しくは|、|（)*",
        paragraph_pattern="{number}",
        contents="目次",
        version_pattern="第{number}版",
        place=re.compile(r"第(?P<paragraph>\d+)項(?:第(?P<item>\d+)号)?|第(?P<only>\d+)号"),
    ),
    "en": Language(
        code="en",
        article_pattern="Article {number}",
        article_heading_pattern="Article {number} ({title})",
        chapter_pattern="Chapter {number}  {title}",
        sheet_pattern="{number}. {title}",
        section_pattern="Section {number} ({title})",
        item_brackets=("(", ")"),
        letters=LATIN,
        letter_brackets=("(", ")"),
        connected=r"(?:\.\d+)?(?:\(\d+\))?",
        paragraph_pattern="{article}.{number}",
        contents="Contents",
        version_pattern="Version {number}",
        place=re.compile(r"\.(?P<paragraph>\d+)(?:\((?P<item>\d+)\))?|\((?P<only>\d+)\)"),
    ),
}
"""The languages in which clause files are written."""
