"""The tables. JSON stands in text columns, byte for byte as it was made; instants are UTC.

What may never be rewritten (`entries`) is guarded by triggers of the migration,
not by good will.  `answers` carries the fence: one act per (matter, version).
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)
from sqlmodel import Field

from teikei.adapters.sql.columns import Base, instant, refers, text, text_key

STEP = 10_000
"""Room for rows of one act between two positions: position = first seq × STEP + ordinal."""


class CompanyRow(Base, table=True):
    """A company of the directory."""

    __tablename__ = "companies"
    id: str = text_key()
    name_ja: str = text()
    name_en: str = text()
    address: str = text()
    representative_title: str = text()
    representative_name: str = text()
    created_at: datetime = instant()


class ApiKeyRow(Base, table=True):
    """An API key: only the SHA-256 of its secret. No company: the operator's."""

    __tablename__ = "api_keys"
    id: str = text_key()
    company_id: str | None = Field(
        default=None, sa_type=Text, sa_column_args=[ForeignKey("companies.id")], nullable=True
    )
    person: str = text()
    hash: str = Field(sa_type=Text, unique=True)
    created_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)


class AccountRow(Base, table=True):
    """Somebody who signs in to the pages. No company: the operator. No hash: the password is not chosen yet."""

    __tablename__ = "accounts"
    id: str = text_key()
    company_id: str | None = Field(
        default=None, sa_type=Text, sa_column_args=[ForeignKey("companies.id")], nullable=True, index=True
    )
    person: str = text()
    mail: str = Field(sa_type=Text, unique=True)
    hash: str = text()
    failures: int = 0
    """Wrong passwords in a row."""
    failed_at: datetime | None = instant(nullable=True)
    created_at: datetime = instant()


class LinkRow(Base, table=True):
    """A one-time way into an account, by the SHA-256 of its secret."""

    __tablename__ = "links"
    hash: str = text_key()
    account_id: str = refers("accounts.id", index=True)
    until: datetime = instant()
    used_at: datetime | None = instant(nullable=True)


class SessionRow(Base, table=True):
    """A browser that is signed in, by the SHA-256 of its cookie."""

    __tablename__ = "sessions"
    hash: str = text_key()
    account_id: str = refers("accounts.id", index=True)
    until: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


class AllianceRow(Base, table=True):
    """The head of an alliance: its last seq, and in a sandbox its clock. `commit` locks this row first."""

    __tablename__ = "alliances"
    id: str = text_key()
    head: int = Field(default=0, sa_type=BigInteger)
    clock: datetime | None = instant(nullable=True)
    calendar: str = text()
    opened_by: str = refers("companies.id")


class MembershipRow(Base, table=True):
    """A company is a party of an alliance, was one, or talks about joining: the ground of every scoped read."""

    __tablename__ = "memberships"
    alliance_id: str = refers("alliances.id", primary_key=True)
    company_id: str = refers("companies.id", primary_key=True, index=True)
    label: str = text()


class SeatRow(Base, table=True):
    """What a company reads that became a party late, left, or only talks about joining: a matter from `first` to `last`.

    Whoever has a seat in an alliance reads nothing else of it (`seats.py`).
    """

    __tablename__ = "seats"
    company_id: str = refers("companies.id", primary_key=True)
    matter: str = refers("matters.id", primary_key=True)
    alliance_id: str = refers("alliances.id", index=True)
    first: int = Field(default=0, sa_type=BigInteger)
    last: int | None = Field(default=None, sa_type=BigInteger, nullable=True)


class MatterRow(Base, table=True):
    """A matter: the list columns of `teikei.domain.views.Row`, its version, its state, and its place in the order of births."""

    __tablename__ = "matters"
    __table_args__ = (Index(None, "alliance_id", "kind", "position"), Index(None, "over", "id"))
    id: str = text_key()
    kind: str = text()
    alliance_id: str = refers("alliances.id")
    parent: str = text()
    title: str = text()
    title_en: str = text()
    stage: str = text()
    form: str = text()
    over: bool = False
    suspended: bool = False
    attention: str = text()
    sandbox: bool = False
    owes: int = 0
    next_due: datetime | None = instant(nullable=True)
    version: int = Field(default=0, sa_type=BigInteger)
    state: str = text()
    position: int = Field(sa_type=BigInteger)


class SearchRow(Base, table=True):
    """The folded texts of a matter through which `q` looks; beside the state, which is long, so that a scan is short."""

    __tablename__ = "searches"
    matter: str = refers("matters.id", primary_key=True)
    alliance_id: str = refers("alliances.id", index=True)
    folded: str = text()


class EntryRow(Base, table=True):
    """One leaf of the record. Append-only by trigger; nothing here tells what happened."""

    __tablename__ = "entries"
    __table_args__ = (Index(None, "key"),)
    alliance_id: str = refers("alliances.id", primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    at: str = text()
    v: int = 1
    commit_hash: str = text()
    leaf_hash: str = text()
    matter: str = refers("matters.id")
    key: str = text()


class ContentRow(Base, table=True):
    """Salt and payload of a leaf; may be erased while the leaf stays. `private_to`: ` cmp_a cmp_b ` or empty."""

    __tablename__ = "contents"
    __table_args__ = (ForeignKeyConstraint(["alliance_id", "seq"], ["entries.alliance_id", "entries.seq"]),)
    alliance_id: str = text_key()
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    salt: bytes = Field(sa_type=LargeBinary)
    payload: bytes = Field(sa_type=LargeBinary)
    private_to: str = text()


class AnswerRow(Base, table=True):
    """The stored answer to an act, under its key. (matter, version) is the fence."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("matter", "version"), Index(None, "stored_at"))
    key: str = text_key()
    alliance_id: str = refers("alliances.id")
    matter: str = refers("matters.id")
    version: int = Field(sa_type=BigInteger)
    first: int = Field(sa_type=BigInteger)
    last: int = Field(sa_type=BigInteger)
    body_hash: str = text()
    company: str = text()
    receipt: str = text()
    at: datetime = instant()
    stored_at: datetime = instant()


class OutboxRow(Base, table=True):
    """What leaves a commit: start a matter, tell another one, mail somebody. `intent` keeps a mail from being meant twice.

    Open mails of one `digest` share a message (`posting.py`): the one whose id is the `carrier` of the others is
    delivered. Without `digest` a mail goes by itself.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "status", "not_before"),
        Index(None, "digest", "status"),
        Index(None, "alliance_id", "company", "position"),
        Index(None, "target", "status"),
    )
    id: str = text_key()
    alliance_id: str = refers("alliances.id")
    matter: str = refers("matters.id")
    position: int = Field(sa_type=BigInteger)
    kind: str = text()
    target: str = text()
    payload: str = text()
    company: str = text()
    intent: str | None = Field(default=None, sa_type=Text, nullable=True, unique=True)
    status: str = text()
    attempts: int = 0
    detail: str = text()
    at: datetime = instant()
    stored_at: datetime = instant()
    not_before: datetime | None = instant(nullable=True)
    digest: str | None = Field(default=None, sa_type=Text, nullable=True)
    carrier: str | None = Field(default=None, sa_type=Text, nullable=True, index=True)
    fixed_at: datetime | None = instant(nullable=True)
    """As of when the message says what it says (sandbox time in a sandbox): from then on its bytes stay."""
    sent_at: datetime | None = instant(nullable=True)
    failed_at: datetime | None = instant(nullable=True)
    """Since when the mail server says "not now" to it, and nothing else."""


class InboxRow(Base, table=True):
    """An order: an act that waits for its matter's workflow to hear it."""

    __tablename__ = "inbox"
    __table_args__ = (Index(None, "status", "at"),)
    id: str = text_key()
    key: str = Field(sa_type=Text, unique=True)
    alliance_id: str = refers("alliances.id", index=True)
    matter: str = refers("matters.id")
    company: str = text()
    by: str = text()
    act: str = text()
    body_hash: str = text()
    status: str = text()
    receipt: str = text()
    problem: str = text()
    attempts: int = 0
    at: datetime = instant()
    not_before: datetime | None = instant(nullable=True)


class DueRow(Base, table=True):
    """A due item of a matter, resolved to its instant."""

    __tablename__ = "due"
    __table_args__ = (Index(None, "alliance_id", "at"),)
    matter: str = refers("matters.id", primary_key=True)
    key: str = text_key()
    alliance_id: str = refers("alliances.id")
    at: datetime = instant()


class ItemRow(Base, table=True):
    """Something that is over and has left its state: a comment, a score, a review, an action item."""

    __tablename__ = "items"
    matter: str = refers("matters.id", primary_key=True)
    kind: str = text_key()
    id: str = text_key()
    alliance_id: str = refers("alliances.id")
    position: int = Field(sa_type=BigInteger)
    data: str = text()
    private_to: str = text()
    closed_at: datetime = instant()


class FileRow(Base, table=True):
    """A written paper of a matter: which bytes, under which name."""

    __tablename__ = "files"
    __table_args__ = (Index(None, "sha256"),)
    alliance_id: str = refers("alliances.id", primary_key=True)
    matter: str = refers("matters.id", primary_key=True)
    sha256: str = text_key()
    name: str = text_key()
    kind: str = text()
    size: int = Field(sa_type=BigInteger)
    position: int = Field(sa_type=BigInteger)
    at: datetime = instant()


class UploadRow(Base, table=True):
    """A file that a company handed in: only what it handed in itself may it put into an act."""

    __tablename__ = "uploads"
    company: str = text_key()
    sha256: str = text_key()
    name: str = text_key()
    size: int = Field(sa_type=BigInteger)
    person: str = text()
    at: datetime = instant()


class ImportRow(Base, table=True):
    """A dry run: the workbook by its hash, and every fault that was found."""

    __tablename__ = "imports"
    id: str = text_key()
    company: str = text()
    person: str = text()
    sha256: str = text()
    faults: str = text()
    at: datetime = instant()
    sandbox_from: datetime | None = instant(nullable=True)
    confirmed_at: datetime | None = instant(nullable=True)
    confirmed_by: str = text()


class ImportLineRow(Base, table=True):
    """A row of a dry run that can come in: the act itself, and what became of it (`open`, `done`, `before`, `refused`)."""

    __tablename__ = "import_lines"
    __table_args__ = (Index(None, "company", "reference"),)
    import_id: str = refers("imports.id", primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    company: str = text()
    reference: str = text()
    act: str = text()
    flags: str = text()
    places: str = text()
    status: str = text()
    alliance: str = text()
    problem: str = text()


class SelectionRow(Base, table=True):
    """A selection of a partner, as its opener began it: `company` is the opener, and nobody else reads it."""

    __tablename__ = "selections"
    __table_args__ = (Index(None, "company", "name_ja"),)
    id: str = text_key()
    company: str = text()
    person: str = text()
    name_ja: str = text()
    name_en: str = text()
    form: str = text()
    body_hash: str = text()
    at: datetime = instant()


class CandidateRow(Base, table=True):
    """A candidate of a selection and the alliance that is its own; the id is known before the alliance is opened."""

    __tablename__ = "candidates"
    selection_id: str = refers("selections.id", primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    company: str = text()
    candidate: str = text()
    alliance: str = text()


class RenditionRow(Base, table=True):
    """A paper that we wrote, by the hash of its Word file: what it was written from, and its one PDF once there is one."""

    __tablename__ = "renditions"
    source: str = text_key()
    data: str = text()
    pdf: str = text()
    made_at: datetime | None = instant(nullable=True)


class PartRow(Base, table=True):
    """What a process said of itself at its start: whether a program that it uses is there."""

    __tablename__ = "parts"
    name: str = text_key()
    well: bool = False
    detail: str = text()
    at: datetime = instant()


class ClauseRow(Base, table=True):
    """A clause file that made a paper, by the hash of the whole file. Append-only by trigger."""

    __tablename__ = "clauses"
    sha256: str = text_key()
    id: str = text()
    language: str = text()
    version: int = 1
    title: str = text()
    content: str = text()
    first_used_at: datetime = instant()


class PaperClauseRow(Base, table=True):
    """The place of a clause in a paper, and the number of its article (0: it has none). Append-only by trigger."""

    __tablename__ = "paper_clauses"
    paper: str = text_key()
    place: int = Field(primary_key=True, sa_type=BigInteger)
    clause: str = refers("clauses.sha256")
    number: int = 0


class TemplateRow(Base, table=True):
    """A Word template that a company handed in: what was found in it stands in `report`, its bytes in the file store."""

    __tablename__ = "templates"
    company: str = text_key()
    sha256: str = text_key()
    name: str = text()
    language: str = text()
    size: int = Field(sa_type=BigInteger)
    report: str = text()
    person: str = text()
    at: datetime = instant()


def table(row: type[Base]) -> Table:
    """The Core table behind a row class."""
    return cast("Table", row.__table__)  # type: ignore[attr-defined]


METADATA = Base.metadata
