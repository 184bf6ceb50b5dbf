"""What must be true after every kill and at the end, read straight from SQL and from the runs themselves.

Nothing of the product's reading side is used here, except to parse a stored
state. Invariants by their names in the security notes: I1 to I4, I12 to I14, I19.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy import Row as SqlRow

from teikei.adapters.sql import codec
from teikei.adapters.sql.engine import open_engine, reading
from teikei.domain.matter import Matter
from tests.faults.crowd import Told

_ANSWERS = """
    select a.key, a.matter, a.version, a.first, a.last, e.n, e.low, e.high
    from answers a left join
      (select key, count(*) as n, min(seq) as low, max(seq) as high from entries group by key) e on e.key = a.key
"""
_ORPHANS = "select count(*) from entries e where not exists (select 1 from answers a where a.key = e.key)"
_BARE = """
    select count(*) from entries e
    left join contents c on c.alliance_id = e.alliance_id and c.seq = e.seq where c.seq is null
"""
_HEADS = """
    select h.id, h.head, count(e.seq) as n, min(e.seq) as low, max(e.seq) as high
    from alliances h left join entries e on e.alliance_id = h.id group by h.id, h.head
"""
_VERSIONS = """
    select m.id, m.version, count(a.version) as n, max(a.version) as high
    from matters m left join answers a on a.matter = m.id group by m.id, m.version
"""
_LATER = "status = 'open' and attempts = 0 and not_before > current_timestamp"
"""A mail that waits for its hour: in the morning of a working day digests are collected for half an hour."""
BORN_BY_PARENT = 1
"""A matter that another one opened has version 1 without an act of its own."""


@dataclass
class Findings:
    """What was found wrong, in words; empty when all is well."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    acknowledged: int = 0
    entries: int = 0

    @property
    def well(self) -> bool:
        return not (self.lost or self.duplicated or self.wrong)

    def told(self) -> str:
        return "\n".join((*self.lost[:5], *self.duplicated[:5], *self.wrong[:10]))


class Books:
    """SQL, read from outside."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = open_engine(url)

    def close(self) -> None:
        self.engine.dispose()

    def rows(self, query: str, **facts: Any) -> list[SqlRow[Any]]:
        with reading(self.engine) as db:
            return list(db.execute(text(query), facts))

    def one(self, query: str, **facts: Any) -> Any:
        return self.rows(query, **facts)[0][0]

    def state(self, matter: str) -> Matter:
        row = self.rows("select kind, state from matters where id = :m", m=matter)[0]
        return codec.load_state(row.kind, row.state)

    def open_matters(self, alliance: str = "") -> list[Matter]:
        """Stored states of matters that are not over."""
        rows = self.rows("select kind, state, alliance_id from matters where not over order by id")
        return [codec.load_state(r.kind, r.state) for r in rows if alliance in {"", r.alliance_id}]

    # the invariants

    def check(self, said: Iterable[Told]) -> Findings:
        """Every invariant that SQL alone can show."""
        found = Findings()
        answers = {row.key: row for row in self.rows(_ANSWERS)}
        self._acknowledged(found, said, answers)
        self._ranges(found, answers)
        self._heads(found)
        self._due(found)
        return found

    def _acknowledged(self, found: Findings, said: Iterable[Told], answers: Mapping[str, Any]) -> None:
        """Stored exactly as it was told (I1, I2); a refusal left nothing behind (I3)."""
        for told in said:
            row, receipt = answers.get(told.key), told.answer.receipt
            if receipt is None:
                if row is not None:
                    found.wrong.append(f"refused {told.answer.code}, and yet stored: {told.key}")
                continue
            found.acknowledged += 1
            if row is None:
                found.lost.append(f"acknowledged and not there: {told.route} {told.key} {dict(receipt)}")
            elif (row.matter, row.version, row.first, row.last) != tuple(
                receipt[n] for n in ("matter", "version", "first", "last")
            ):
                found.wrong.append(f"told {dict(receipt)}, stored {tuple(row)}")

    def _ranges(self, found: Findings, answers: Mapping[str, Any]) -> None:
        """One gapless range of at least one entry per key; as many keys with entries as with answers (I2, I4)."""
        for row in answers.values():
            if row.n is None:
                found.lost.append(f"an answer without entries: {row.key}")
            elif (row.low, row.high) != (row.first, row.last) or row.n != row.last - row.first + 1:
                found.duplicated.append(f"not one range: {tuple(row)}")
            else:
                found.entries += row.n
        for query, what in ((_ORPHANS, "entries without an answer"), (_BARE, "entries without content")):
            if count := self.one(query):
                found.wrong.append(f"{count} {what}")

    def _heads(self, found: Findings) -> None:
        """Gapless from 1 per alliance (I4); versions count the acts of a matter."""
        for row in self.rows(_HEADS):
            if row.head != row.n or (row.n and (row.low, row.high) != (1, row.n)):
                found.duplicated.append(f"the record has gaps or doubles: {tuple(row)}")
        for row in self.rows(_VERSIONS):
            own = row.version - row.n
            if own not in {0, BORN_BY_PARENT} or (row.n and row.high != row.version):
                found.duplicated.append(f"versions and acts differ: {tuple(row)}")

    def _due(self, found: Findings) -> None:
        """Due rows are the stored state's due items, `next_due` and `owes` are what the state says (I19)."""
        due: dict[str, set[tuple[str, datetime | None]]] = {}
        for row in self.rows("select matter, key, at from due"):
            due.setdefault(row.matter, set()).add((row.key, instant(row.at)))
        for row in self.rows("select id, kind, version, next_due, owes, over, state from matters"):
            state = codec.load_state(row.kind, row.state)
            wanted = {(d.key, d.at) for d in state.due if d.at}
            if due.get(row.id, set()) != wanted:
                found.wrong.append(f"due rows of {row.id} differ from its state")
            earliest = state.earliest()
            if instant(row.next_due) != (earliest.at if earliest else None):
                found.wrong.append(f"next_due of {row.id} is {row.next_due}")
            if (row.version, row.owes, bool(row.over)) != (state.version, len(state.owes), state.over):
                found.wrong.append(f"columns of {row.id} differ from its state")

    # mails

    def mails(
        self, got: Mapping[str, list[float]], kills: list[tuple[float, float]], *, settled: bool
    ) -> Findings:
        """Handed over once; again only where a kill of the worker fell in between (I13). `kills`: (killed, back)."""
        found = Findings()
        rows = self.rows(
            f"select id, status, intent, carrier from outbox where kind = 'mail' and not ({_LATER})"
        )
        known = {row.id for row in rows}
        found.acknowledged = len(rows)
        for ident, times in got.items():
            if ident not in known:
                found.wrong.append(f"a mail that nobody meant: {ident}")
            excused = sum(any(a <= killed <= b for killed, _ in kills) for a, b in pairwise(times))
            if len(times) - 1 > excused:
                found.duplicated.append(f"mail {ident} {len(times)} times without a kill in between")
        for row in rows:
            message = row.carrier or row.id  # of a digest the first one is delivered, for all
            if (row.status == "sent" and message not in got) or (settled and row.status != "sent"):
                found.lost.append(f"mail {row.id}: {row.status}, accepted {len(got.get(message, ()))} times")
        intents = [row.intent for row in rows]
        if len(set(intents)) != len(intents):
            found.duplicated.append("an intent twice")
        return found

    def on_its_way(self) -> int:
        """Outbox rows that the dispatcher has to hand on now."""
        return int(self.one(f"select count(*) from outbox where status = 'open' and not ({_LATER})"))

    def unfinished(self) -> int:
        """Outbox rows and orders that are on their way, and papers that are still owed."""
        return int(
            self.one(f"select count(*) from outbox where status in ('open', 'handed') and not ({_LATER})")
            + self.one("select count(*) from inbox where status = 'open'")
            + self.one("select coalesce(sum(owes), 0) from matters where not over")
        )


def instant(value: Any) -> datetime | None:
    """What either database gives for an instant, as UTC."""
    if value is None or isinstance(value, datetime):
        return value.astimezone(UTC) if value else None
    read = datetime.fromisoformat(str(value))
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
