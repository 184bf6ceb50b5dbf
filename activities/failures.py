"""Domain errors cross Temporal as coded application failures, and come back as what they were.

One table: a rule's no is final (a retry would be refused again; a retryable
refusal leaves the loser of a race waiting for a time-out), trouble may pass.
"""

from __future__ import annotations

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory, FailureError

from teikei.domain.errors import KINDS, Broken, Refused, TeikeiError, Trouble

RETRYABLE: dict[type[TeikeiError], bool] = {Refused: False, Trouble: True, Broken: False}
"""By base class; every class of the tree falls under one of the three."""


def retryable(error: TeikeiError) -> bool:
    """May the same act be tried again as it is?"""
    return next(answer for base, answer in RETRYABLE.items() if isinstance(error, base))


def as_failure(error: TeikeiError, seen: int | None = None) -> ApplicationError:
    """The failure that carries class, code, pointer and parameters; no sentence. `seen`: see `TeikeiError`."""
    return ApplicationError(
        error.code,
        {"class": type(error).__name__, "pointer": error.pointer, "params": error.params, "seen": seen},
        type=error.code,
        non_retryable=not retryable(error),
        category=ApplicationErrorCategory.BENIGN,
    )


def as_error(failure: BaseException | None) -> TeikeiError | None:
    """The domain error inside a failure and its causes; None when there is none."""
    while failure is not None:
        if isinstance(failure, ApplicationError) and failure.details and isinstance(failure.details[0], dict):
            details = failure.details[0]
            kind = KINDS.get(str(details.get("class")), Refused)
            error = kind(
                failure.type or "server.error",
                str(details.get("pointer", "")),
                **dict(details.get("params", {})),
            )
            error.seen = details.get("seen")
            return error
        failure = failure.cause if isinstance(failure, FailureError) else failure.__cause__
    return None
