"""What activities and the API need from outside, said by those who need it.

Adapters satisfy these by shape; `teikei/bootstrap.py` is the only place where
the two meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from activities.record import Committed, Order, Receipt, Rendered, RenderJob, Sent
from teikei.domain.act import Act, Actor
from teikei.domain.company_wide import CompanyWide
from teikei.domain.elsewhere import SignedFile
from teikei.domain.matter import Matter
from teikei.domain.papers import PaperKind
from teikei.domain.selections import OpenSelection
from teikei.domain.stamp_card import Asked


class Ledger(Protocol):
    """SQL, as the workflows see it."""

    def commit(self, order: Order) -> Committed[Any]:
        """Decide and remember in one transaction.

        Known key → the stored answer and the present state.  Raises the
        domain's `Refused` (nothing written), `Stale` in a sandbox whose clock
        moved, `Unavailable` when the database does not answer.
        """

    def load(self, matter: str) -> Matter:
        """The stored state of a matter; `Unknown` when there is none."""


class Papers(Protocol):
    """The document engine with the file store behind it."""

    def write(self, job: RenderJob) -> Rendered:
        """Render what the matter owes and store the bytes under their SHA-256; a repeat gives the same bytes."""


class Post(Protocol):
    """Mail (later: webhooks, calendars)."""

    async def deliver(self, outbox: str) -> Sent:
        """Hand over one outbox row; a repeat carries the same Message-ID. Raises `Unavailable` to be tried again.

        At night and on closed days nothing is handed over: the row waits in the outbox for a delivery of its own.
        """

    async def bury(self, outbox: str, reason: str) -> None:
        """Delivery was given up: the row is a dead letter that can be read and re-sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who is asking: a company through one of its keys, or the operator."""

    company: str
    person: str
    key_id: str
    operator: bool = False

    @property
    def actor(self) -> Actor:
        return Actor(company=self.company, person=self.person, key_id=self.key_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The act is stored as an order and will be delivered: the 202."""

    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """Where a sandbox clock stands and how many due items it passed."""

    now: datetime
    steps: int
    done: bool


class Desk(Protocol):
    """Where the API hands in acts."""

    async def order(self, matter: str, act: Act, by: Actor, key: str) -> Receipt | Pending:
        """Say the act to its matter; within 3 s a receipt, else an order in the inbox. Raises `Refused`, `Busy`."""

    async def order_all(self, matters: Sequence[str], act: Act, by: Actor, key: str) -> dict[str, str]:
        """The act as an order to each of these alliances, all of them or none: alliance → order.

        The same key gives the orders of the first time; another act under it is `Conflict("key.other_body")`.
        """

    async def open(self, act: Act, by: Actor, key: str) -> Receipt:
        """Open an alliance: the one act without a workflow; works with Temporal down."""

    async def advance(self, alliance: str, to: datetime) -> Advanced:
        """Move a sandbox clock, due item by due item."""

    async def alive(self) -> bool:
        """Does Temporal answer a real call?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list, newest or earliest first as the list says; `after` is the opaque cursor of the next."""

    data: list[dict[str, Any]]
    after: str | None


class Reads(Protocol):
    """Every read of the API. Whatever `subject` may not see is as if it were not there (`Unknown`)."""

    def caller(self, secret: str) -> Subject | None:
        """Whose key is this? None: nobody's, or revoked."""

    def healthy(self) -> bool:
        """Does SQL answer?"""

    def alliances(self, subject: Subject, *, stage: str, form: str, q: str, after: str, limit: int) -> Page:
        """Alliances to which the subject is a party, as list rows; `q` is looked for in their texts, width and case folded."""

    def register(self, subject: Subject, *, stage: str, form: str, q: str, language: str) -> bytes:
        """The contracts of these alliances as .xlsx (契約台帳), one line each; `Invalid` above 10,000 lines."""

    def matter(self, subject: Subject, kind: str, matter: str) -> dict[str, Any]:
        """The one view of a matter."""

    def rehearsal(self, subject: Subject, agreement: str, years: int) -> dict[str, Any]:
        """A draft of a main agreement, rehearsed: situations with findings and timeline, and the memo in both languages."""

    def wording(self, subject: Subject, agreement: str, on: date | None) -> dict[str, Any]:
        """The text of an agreement as it is in force on a day (None: today), article by article, or why there is none."""

    def changes(self, subject: Subject, agreement: str, first: date, last: date | None) -> dict[str, Any]:
        """新旧対照表: the articles that read otherwise on the later day (None: today) than on the earlier one."""

    def stamp(self, subject: Subject, agreement: str, asked: Asked) -> dict[str, Any]:
        """The stamp card of an agreement, and the papers beside it that need another form."""

    def summary(self, subject: Subject, agreement: str, language: str) -> tuple[str, bytes]:
        """(name, .docx) of the one-page summary for internal approval, as of today; `Conflict` where there are no terms."""

    def leaving(self, subject: Subject, alliance: str) -> dict[str, Any]:
        """What leaving this alliance today would mean: days, money, checklist, survivors, obligations."""

    def company_wide(self, subject: Subject, act: CompanyWide) -> list[dict[str, Any]]:
        """What an act for all alliances of the subject's company would do in each (`teikei.domain.company_wide`)."""

    def there(self, subject: Subject, kind: str, matter: str) -> None:
        """Nothing where the subject may see this matter; else as `matter`."""

    def approval_route(self, subject: Subject, decision: str, person: str) -> dict[str, Any]:
        """How the subject's own company approves a decision inside, as of now (`decision.approving.ApprovalRoute`)."""

    def inbox(self, subject: Subject, alliance: str = "") -> list[dict[str, Any]]:
        """What the subject's company is asked now, everywhere or in one alliance (`teikei.domain.questions`), what waits for the person first."""

    def matters(
        self, subject: Subject, kind: str, *, alliance: str, stage: str, after: str, limit: int
    ) -> Page:
        """Matters of a kind in the subject's alliances, as list rows."""

    def items(self, subject: Subject, matter: str, kind: str, *, after: str, limit: int) -> Page:
        """Closed items of a matter: comments, scores, reviews, actions."""

    def timeline(
        self, subject: Subject, alliance: str, *, after: str, limit: int, newest: bool = False
    ) -> Page:
        """{seq, at, stage, matter, act, by, title_ja, title_en} in order, or the newest first; private ones of others left out."""

    def record(self, subject: Subject, alliance: str) -> Iterator[dict[str, Any]]:
        """Every leaf in order; with salt and payload where the subject may read them."""

    def papers(self, subject: Subject, alliance: str, *, after: str, limit: int, matter: str = "") -> Page:
        """Papers of an alliance, or of one matter of it: {sha256, kind, name, matter, size, at}."""

    def file(self, subject: Subject, sha256: str) -> tuple[str, bytes]:
        """(name, bytes) of a paper."""

    def made_of(self, subject: Subject, sha256: str) -> list[dict[str, Any]]:
        """The clauses of a paper in their order: {id, language, version, sha256, title, number}; none for a foreign file."""

    def clause(self, subject: Subject, sha256: str) -> dict[str, Any]:
        """The exact text of a clause that made some paper, or is among the newest."""

    def template(self, subject: Subject, sha256: str) -> dict[str, Any]:
        """A Word template of the subject's own company: what `Templates.keep` answered."""

    def templates(self, subject: Subject, *, after: str, limit: int) -> Page:
        """Those of the subject's own company, newest first: {sha256, name, language, size, at}."""

    def outbox(self, subject: Subject, alliance: str, *, status: str, after: str, limit: int) -> Page:
        """Mails to the subject's own company: {id, at, template, to, subject, status, attempts, detail, carrier}."""

    def mail(self, subject: Subject, outbox: str) -> bytes:
        """One mail as RFC 5322 bytes."""

    def clock(self, subject: Subject, alliance: str) -> datetime | None:
        """The sandbox clock; None when this alliance lives in real time."""

    def waiting(self, subject: Subject, order: str) -> dict[str, Any]:
        """An order of the subject's own company: {id, status, matter, receipt | problem}."""

    def imported(self, subject: Subject, found: str) -> dict[str, Any]:
        """An import of the subject's own company: counts, faults by cell, rows with what became of them."""

    def selections(self, subject: Subject, *, after: str, limit: int) -> Page:
        """Selections of a partner that the subject's own company began, by name."""

    def selection(self, subject: Subject, found: str) -> dict[str, Any]:
        """One of them: its candidates with stage, gaps and what is due, and shared marks side by side."""

    def attention(self, *, after: str, limit: int) -> Page:
        """Matters with an accident: {matter, kind, since, reason}; ids only, no content (operator)."""

    def companies(self, *, after: str, limit: int) -> Page:
        """The directory."""

    def company(self, company: str) -> dict[str, Any]:
        """One company of the directory."""


class Imports(Protocol):
    """Files that a company hands in, and earlier alliances out of a workbook: dry run first."""

    def keep(self, subject: Subject, name: str, content: bytes) -> dict[str, Any]:
        """Store a file: {sha256, size, name}. The same bytes again change nothing; `Invalid("files.empty")`."""

    def held(self, subject: Subject, file: SignedFile, pointer: str) -> None:
        """Nothing where the subject's own company handed in this file; else `Invalid("files.not_handed_in")`."""

    def read(
        self, subject: Subject, content: bytes, key: str, sandbox_from: datetime | None
    ) -> dict[str, Any]:
        """The dry run of a workbook: its view. Nothing comes in; `Invalid` when it is no workbook."""

    def confirm(self, subject: Subject, found: str) -> dict[str, Any]:
        """Bring in what the dry run showed, for some seconds: {id, counts, done}; not done: say it again."""


class Converter(Protocol):
    """Word to PDF, in the documents process."""

    def convert(self, source: str) -> str:
        """The SHA-256 of the one PDF/A-3b of a stored .docx; a repeat gives the same.

        Raises `Conflict` (`pdf.not_word`, `pdf.failed`, `pdf.too_slow`), `Invalid` (`document.upload_…`: no sound
        package) and `Unavailable`.
        """


class Conversions(Protocol):
    """Papers as PDF, as the API asks for them: it never converts anything itself."""

    async def pdf(self, source: str) -> bytes | None:
        """The PDF of a stored .docx; None: it is being made, ask again. Raises what `Converter.convert` raises."""

    async def preview(self, docx: bytes) -> bytes | None:
        """The same of a .docx that nobody files: its bytes and its PDF are kept under their hashes, and no paper leads to them."""

    def ready(self) -> bool:
        """Has the documents worker said that it can convert? `Unavailable` when SQL does not answer."""


class Preview(Protocol):
    """A paper that nobody files."""

    @property
    def title(self) -> str:
        """As it stands above the paper."""

    @property
    def docx(self) -> bytes:
        """The Word file."""

    @property
    def text(self) -> str:
        """What a reader of it reads, line by line."""

    def html(self, *, link: str = "") -> str:
        """The same as a web page; `link` is the address of its style sheet."""


class ClauseLibrary(Protocol):
    """The clauses of this installation. A clause or kind that is not there is refused with a code of `document`."""

    def kinds(self) -> list[dict[str, Any]]:
        """{kind, title_ja, title_en, languages, form, by_hand, clauses: [{id, condition}] in their order}."""

    def clauses(self, kind: str, language: str) -> list[dict[str, Any]]:
        """The newest texts of a kind in their order, or of all kinds."""

    def findings(self) -> list[dict[str, str]] | None:
        """What lint says of them: {level, rule, place, detail, source, remedy_ja, remedy_en}; None: they are being read, ask again."""

    def preview(self, kind: PaperKind, language: str, values: object) -> Preview:
        """A paper of these variables; `Invalid` with a pointer into them where one is at fault."""


class Templates(Protocol):
    """A company's own Word templates; they are read and filled in a process that can do nothing else."""

    def keep(self, subject: Subject, name: str, content: bytes, language: str) -> dict[str, Any]:
        """{sha256, name, language, size, at, variables, form, findings}; `Invalid` with the codes of the intake."""

    def draft(self, subject: Subject, sha256: str, values: dict[str, Any]) -> tuple[str, bytes]:
        """(name, .docx) of a template filled in. `Unknown`; `Invalid` with a pointer into the values."""


class Selections(Protocol):
    """Several candidates at intake: one alliance for each."""

    def open(self, subject: Subject, body: OpenSelection, key: str) -> dict[str, Any]:
        """Open an alliance per candidate: the view of the selection. A repeat opens what is missing, nothing twice."""


class Accounts(Protocol):
    """People who sign in to the pages. Secrets are told once and stored as hashes only."""

    def add(self, company: str, person: str, mail: str, key: str) -> dict[str, Any]:
        """An account {id, company, person, mail}; no company: the operator's. `Conflict` for a mail address that has one."""

    def listed(self, company: str) -> list[dict[str, Any]]:
        """Accounts of a company, by name."""

    def link(self, account: str) -> str:
        """A secret that opens the account once, within a day: to choose a password, also a new one."""

    def invited(self, secret: str) -> dict[str, Any] | None:
        """Whose account a link opens, as long as it does; looking uses nothing up."""

    def enter(self, secret: str, password: str) -> str:
        """Use a link up: the password is set, every session of before ends; the secret of a new session."""

    def sign_in(self, mail: str, password: str) -> str:
        """The secret of a new session; `Forbidden("auth.refused")`, `Busy("auth.too_often")`."""

    def signed_in(self, secret: str) -> Subject | None:
        """Who this session is; None: nobody, or not any more."""

    def sign_out(self, secret: str) -> None:
        """End this session."""


class Directory(Protocol):
    """What the operator writes: companies and keys; and the re-sending of a mail by its company."""

    def add_company(self, facts: dict[str, str], key: str) -> dict[str, Any]:
        """A company; the same key again gives the same company, with other facts `Conflict`."""

    def add_key(self, company: str, person: str, key: str) -> dict[str, Any]:
        """An API key of a company; its secret is in this answer only, once."""

    def resend(self, subject: Subject, outbox: str) -> None:
        """A kept, sent or dead mail goes out once more."""
