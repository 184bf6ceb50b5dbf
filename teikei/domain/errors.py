"""The one tree of errors that a person may meet.

    TeikeiError
    ├── Refused            a rule says no; nothing was written; the same act will be refused again
    │   ├── Invalid        a field is wrong (names it by pointer)
    │   ├── Forbidden      this actor may not do it
    │   ├── Unknown        no such thing, or not yours: the two look alike
    │   └── Conflict       not in this stage, or no longer
    ├── Trouble            nothing is wrong with the act; try again with the same key
    │   ├── Unavailable    a part of the system did not answer in time
    │   ├── Busy           too many acts in flight on one matter
    │   ├── Rollover       the run is turning
    │   └── Stale          the sandbox clock moved meanwhile
    └── Broken             our own fault; a retry cannot heal it, so it becomes `attention`

Each carries a code and parameters; the sentence and the remedy stand in
`teikei/domain/texts/{ja,en}.toml` under `errors`.  Which of them a workflow
retries is a table in `activities/failures.py`; their HTTP status one in
`api/problems.py`.
"""

from __future__ import annotations

Param = str | int


class TeikeiError(Exception):
    """Base: `code` in the style `decision.closed`, parameters for the sentence, pointer to the field.

    `seen`: the version of the copy on which a run refused before any commit; None where what is stored decided.
    """

    seen: int | None = None

    def __init__(self, code: str, /, pointer: str = "", **params: Param) -> None:
        super().__init__(code)
        self.code = code
        self.pointer = pointer
        self.params = params


class Refused(TeikeiError):
    """A rule says no. Nothing was written."""


class Invalid(Refused):
    """A field is wrong; `pointer` names it (RFC 6901)."""


class Forbidden(Refused):
    """This actor may not do this here."""


class Unknown(Refused):
    """No such thing, or not yours to see."""


class Conflict(Refused):
    """Not in this stage, not twice, or no longer."""


class Trouble(TeikeiError):
    """Nothing is wrong with the act; the same key may be tried again."""


class Unavailable(Trouble):
    """A part of the system did not answer in time."""


class Busy(Trouble):
    """Too many acts in flight on one matter."""


class Rollover(Trouble):
    """The run of this matter is turning; repeat after 50 ms."""


class Stale(Trouble):
    """The sandbox clock moved between the stamp and the commit."""


class Broken(TeikeiError):
    """Our own fault. Nothing was written; a retry cannot heal it."""


KINDS: dict[str, type[TeikeiError]] = {
    c.__name__: c
    for c in (
        Refused,
        Invalid,
        Forbidden,
        Unknown,
        Conflict,
        Trouble,
        Unavailable,
        Busy,
        Rollover,
        Stale,
        Broken,
    )
}
