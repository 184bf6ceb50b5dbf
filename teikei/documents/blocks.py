"""The block model: what a paper consists of before it becomes Word XML.

Words of Japanese drafting: 章 Chapter, 条 Article, 項 Paragraph, 号 Item,
イロハ SubItem. Text is plain: a newline is a line break inside the paragraph,
a tab is a tab. A citation of an article is text too, with its place beside it,
so that the writer can make it follow the article. Every block is frozen, so a
composed paper can be shared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from teikei.documents.language import LANGUAGES

Align = Literal["left", "right", "center"]
Form = Literal["articles", "sheet"]
BOTH = "ja+en"
"""The language of a paper in Japanese and English side by side."""
PAIR = ("ja", "en")

CONTENTS_FROM = 15
"""Articles from which on a contract has a list of them; shorter ones go without in Japan."""


class Cite(NamedTuple):
    """Where a text says 第n条, and the clause that has this number."""

    start: int
    end: int
    clause_id: str


Cites: TypeAlias = tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class SubItem:
    """イロハ: `mark` is the printed letter."""

    mark: str
    text: str
    cites: Cites = ()


@dataclass(frozen=True, slots=True)
class Item:
    """号: printed （1）."""

    number: int
    text: str
    children: tuple[SubItem, ...] = ()
    cites: Cites = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """項: `number` is None where the article has only one."""

    number: int | None
    text: str
    items: tuple[Item, ...] = ()
    place: Align | None = None
    """Where a line of a letter stands (日付, 宛名, 敬具, 記); None: as its style says."""
    cites: Cites = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A bordered table; the header row repeats on each page."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[Align, ...]
    cites: tuple[tuple[int, int, Cites], ...] = ()
    """Of the cells that cite: row (0 is the first below the header), column, places."""


Body: TypeAlias = tuple[Paragraph | Table, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """章 with its number, counted by the engine."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class Article:
    """条. `clause_id` becomes the hidden bookmark of the heading."""

    number: int
    clause_id: str
    title: str
    body: Body


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered section of a sheet (minutes, statement)."""

    number: int
    clause_id: str
    title: str
    body: Body


@dataclass(frozen=True, slots=True)
class Preamble:
    """前文 or the opening lines of a sheet."""

    clause_id: str
    body: Body


@dataclass(frozen=True, slots=True)
class Closing:
    """後文: the sentence before the date line and the signatures."""

    clause_id: str
    body: Body


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line that a person fills in by hand (日付)."""

    text: str


@dataclass(frozen=True, slots=True)
class Signatory:
    """One party's lines, which never part: (field, value) pairs."""

    label: str
    lines: tuple[tuple[str, str], ...]
    seal: bool


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """記名押印欄: one row for each party in the order of the labels."""

    parties: tuple[Signatory, ...]


Block: TypeAlias = Chapter | Article | Heading | Preamble | Closing | DateLine | SignatureBlock


@dataclass(frozen=True, slots=True)
class ClauseUse:
    """Which text of a clause this paper used; the hash is of the clause file."""

    id: str
    version: int
    sha256: str
    language: str = "ja"


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """How other code cites an article: number, title and clause id."""

    number: int
    title: str
    clause_id: str
    language: str = "ja"

    @property
    def cite(self) -> str:
        """第n条 as it stands in the heading."""
        return LANGUAGES[self.language].article(self.number)


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper before it becomes a file."""

    kind: str
    language: str
    form: Form
    title: str
    alliance: str
    blocks: tuple[Block, ...]
    clauses: tuple[ClauseUse, ...] = field(default=())
    second: Paper | None = None
    """The same paper in the other language, block for block; only where `language` is `BOTH`."""
    version: int = 0
    """The round's version for the page header; 0: the paper has none."""
    document: str = ""
    """The matter that the file belongs to; empty where nobody files it."""
    dense: bool = False
    """In the dense layout of its language (`house.DENSE`)."""

    @property
    def spoken(self) -> str:
        """The language of `blocks`."""
        return "ja" if self.second else self.language

    @property
    def articles(self) -> tuple[ArticleRef, ...]:
        """The numbered headings in their order (of a sheet: its sections)."""
        return tuple(
            ArticleRef(block.number, block.title, block.clause_id, self.spoken)
            for block in self.blocks
            if isinstance(block, Article | Heading)
        )

    @property
    def contents(self) -> tuple[Chapter | Article, ...]:
        """What the list of articles shows; nothing where the paper is short."""
        listed = tuple(block for block in self.blocks if isinstance(block, Chapter | Article))
        enough = sum(isinstance(block, Article) for block in listed) >= CONTENTS_FROM
        return listed if enough else ()
