"""The one PDF of each Word file, what a paper was written from, and whether the documents worker can convert.

LibreOffice writes other bytes each time: whoever stores a PDF first is right, and everyone after hears of that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select, update

from teikei.adapters.clause_files import wording
from teikei.adapters.sql import clauses
from teikei.adapters.sql import tables as t
from teikei.adapters.sql.clauses import Made
from teikei.adapters.sql.engine import reading, writing

_MADE, _PARTS = t.table(t.RenditionRow), t.table(t.PartRow)
OFFICE = "libreoffice"


class SqlRenditions:
    """By the SHA-256 of the Word file. Everything may raise `Unavailable("sql.unavailable")`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pdf(self, source: str) -> str:
        """SHA-256 of the PDF; empty while there is none."""
        with reading(self._engine) as db:
            return str(db.scalar(select(_MADE.c.pdf).where(_MADE.c.source == source)) or "")

    def data(self, source: str) -> bytes:
        """What the paper was written from (JSON); nothing for a file that we did not write."""
        with reading(self._engine) as db:
            found = db.scalar(select(_MADE.c.data).where(_MADE.c.source == source))
        return str(found or "").encode()

    def written(self, source: str, data: bytes, made: Sequence[Made] = ()) -> None:
        """A paper was written from these variables and these clauses; the first ones stay."""
        with writing(self._engine) as db:
            _row(db, source, data.decode())
            clauses.keep(db, source, made, wording)

    def converted(self, source: str, pdf: str, lost: str = "") -> str:
        """A PDF was made and stored, in the place of none or of one whose bytes are `lost`; the one that counts now."""
        with writing(self._engine) as db:
            _row(db, source)
            mine = _MADE.c.source == source
            db.execute(
                update(_MADE).where(mine, _MADE.c.pdf == lost).values(pdf=pdf, made_at=datetime.now(UTC))
            )
            return str(db.scalar(select(_MADE.c.pdf).where(mine)))

    def say_office(self, *, well: bool, detail: str) -> None:
        """The documents worker says at its start whether it has LibreOffice, and how that is kept from the network."""
        row = {"well": well, "detail": detail, "at": datetime.now(UTC)}
        with writing(self._engine) as db:
            known = db.execute(update(_PARTS).where(_PARTS.c.name == OFFICE).values(**row)).rowcount
            if not known:
                db.execute(insert(_PARTS).values(name=OFFICE, **row))

    def has_office(self) -> bool:
        """What the documents worker said last; False where none has spoken yet."""
        with reading(self._engine) as db:
            return bool(db.scalar(select(_PARTS.c.well).where(_PARTS.c.name == OFFICE)))


def _row(db: Connection, source: str, data: str = "") -> None:
    """The row of this file; two workers that insert it at once meet at its key, and one of them tries again."""
    if db.scalar(select(_MADE.c.source).where(_MADE.c.source == source)) is None:
        db.execute(insert(_MADE).values(source=source, data=data, pdf=""))
