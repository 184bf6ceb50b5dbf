"""The living matter: one workflow is its only writer, its only clock, and the place where its life can be read.

`act` commits one act, `until` is the only place that waits, `chapter` tells one
stage, `live` keeps the story going: it turns the run when it should, and turns
every accident into `attention`; nothing that goes wrong here ends a contract.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.failures import as_error, as_failure
    from activities.record import Committed, Order, Receipt, Rendered, RenderJob, Say
    from teikei.domain.act import TEIKEI, Act, Actor, judge
    from teikei.domain.clock import FellDue, NoteAttention, PaperReady
    from teikei.domain.errors import Conflict, Refused, Rollover, TeikeiError, Trouble, Unavailable
    from teikei.domain.matter import Due, Effect, Matter
    from workflows import options
    from workflows.ids import DOCUMENTS

S = TypeVar("S", bound=Matter)
ZERO = timedelta()


class Turn(BaseException):
    """This run ends; the next one enters the present chapter from its first line."""


class LivingMatter(Generic[S]):
    """Base of the stories. A concrete class declares its own `run` and `say`, because an inherited
    generic update would arrive as a dict.
    """

    def __init__(self, state: S) -> None:
        self.state = state
        self.lock = asyncio.Lock()
        self.draining = False
        self.begun_in = state.stage
        self.refused_before: tuple[str, int] | None = None

    # acts

    def refuse(self, say: Say) -> None:
        """Validator: run the rule on our copy and drop the result; a refusal writes no history."""
        if self.draining:
            raise as_failure(Rollover("matter.rollover"))
        try:
            judge(say.act, self.state, say.by, say.at or workflow.now())
        except TeikeiError as error:
            raise as_failure(error, seen=self.state.version) from error

    async def heard(self, say: Say) -> Receipt:
        """Handler: someone waits, so the act is tried for five seconds and then freed."""
        try:
            return await self._commit(
                say.key, say.act, say.by, say.at, workflow.now(), signature=say.signature
            )
        except TeikeiError as error:
            raise as_failure(error) from error

    async def act(self, name: str, act: Act) -> None:
        """A story's own act. While the alliance is suspended, its stories stand still."""
        await self.until(lambda s: s.suspended is None)
        await self._own(name, act, workflow.now())

    async def _own(self, name: str, act: Act, now: datetime) -> None:
        """Tried without end, the lock taken afresh for each try.

        The key names (matter, version), so a repeat after a crash finds the stored answer.
        """
        key = f"own:{self.state.id}:{self.state.version}:{name}"
        tries = 0
        while True:
            try:
                await self._commit(key, act, TEIKEI, None, now)
            except Trouble:
                pause = options.OWN_BACKOFF[min(tries, len(options.OWN_BACKOFF) - 1)]
                tries += 1
                await workflow.sleep(pause)
            else:
                return

    async def _commit(
        self, key: str, act: Act, by: Actor, at: datetime | None, now: datetime, signature: str = ""
    ) -> Receipt:
        """One act in one SQL transaction; the run adopts the state that was stored, never its own guess."""
        async with self.lock:
            order = Order(key=key, by=by, matter=self.state.id, act=act, now=now, at=at, signature=signature)  # type: ignore[arg-type]
            try:
                committed: Committed[S] = await workflow.execute_local_activity(
                    "commit",
                    order,
                    result_type=self._committed(),
                    schedule_to_close_timeout=options.CALLER_LIMIT,
                    retry_policy=options.CALLER_RETRY,
                    local_retry_threshold=options.LOCAL_RETRY_THRESHOLD,
                )
            except FailureError as failure:  # of a local activity an ActivityError or its cause itself (seen)
                raise _accident(failure) from failure.cause
            self.state = committed.state
            return committed.receipt

    def _committed(self) -> type:
        """`Committed` of our own state, so that the wire knows what comes back."""
        generic: Any = Committed
        return generic[type(self.state)]  # type: ignore[no-any-return]

    async def adopt(self) -> None:
        """Take over the state that SQL holds: it is newer than ours, or a rule refused our own act."""
        async with self.lock:
            try:
                self.state = await workflow.execute_local_activity(
                    "load",
                    self.state.id,
                    result_type=type(self.state),
                    schedule_to_close_timeout=options.CALLER_LIMIT,
                    retry_policy=options.CALLER_RETRY,
                    local_retry_threshold=options.LOCAL_RETRY_THRESHOLD,
                )
            except FailureError as failure:
                raise _accident(failure) from failure.cause

    # waiting

    async def until(self, true: Callable[[S], bool]) -> None:
        """Wait until something is true of the state: the only place that waits.

        Meanwhile whatever the matter owes is done, and the earliest due item is
        armed; it falls due as an act of its own.  A change of stage raises Turn.
        """
        timer: asyncio.Task[None] | None = None
        armed: datetime | None = None
        try:
            while not true(self.state):
                if self.turning():
                    raise Turn
                if self.state.owes:
                    await self._pay(self.state.owes[0])
                    continue
                item, version = self._armable(), self.state.version
                if item and (self._is_due(item) or (timer is not None and armed == item.at and timer.done())):
                    await self._fall(item)
                    continue
                if (item.at if item else None) != armed:
                    if timer:
                        timer.cancel()
                    armed = item.at if item else None
                    timer = (
                        asyncio.create_task(workflow.sleep(max(ZERO, armed - workflow.now())))
                        if armed
                        else None
                    )
                await self._stirred(version, timer)
        finally:
            if timer:
                timer.cancel()

    async def _stirred(self, version: int, timer: asyncio.Task[None] | None) -> None:
        """A new version, the timer, or a reason to turn."""
        await workflow.wait_condition(
            lambda: self.state.version != version or bool(timer and timer.done()) or self.turning()
        )

    def _armable(self) -> Due | None:
        """In a sandbox nothing is armed: its clock is a row in SQL and `advance` delivers what falls due."""
        return None if self.state.sandbox else self.state.earliest()

    def _is_due(self, item: Due) -> bool:
        return item.at is not None and item.at <= workflow.now()

    async def _fall(self, item: Due) -> None:
        """Deliver a due item; it must be gone afterwards, or this would be a hot loop."""
        assert item.at is not None
        await self._own(f"due:{item.key}", FellDue(item=item.key), max(workflow.now(), item.at))
        if item in self.state.due:
            raise as_failure(Conflict("due.stuck", item=item.key))

    async def _pay(self, effect: Effect) -> None:
        """Have an owed paper written in the documents process, and report it as an act."""
        rendered = await workflow.execute_activity(
            "render",
            RenderJob(matter=self.state.id, effect=effect.key),
            task_queue=DOCUMENTS,
            result_type=Rendered,
            start_to_close_timeout=options.RENDER_LIMIT,
            retry_policy=options.RENDER_RETRY,
            summary=effect.key,
        )
        if rendered.owed and effect in self.state.owes:
            ready = PaperReady(
                effect=effect.key, sha256=rendered.sha256, size=rendered.size,
                clauses=rendered.clauses, stale=rendered.stale,
            )  # fmt: skip
            await self._own(f"paper:{effect.key}", ready, workflow.now())
        elif effect in self.state.owes:
            await self.adopt()
        if effect in self.state.owes:
            raise as_failure(Conflict("due.stuck", item=effect.key))

    def turning(self) -> bool:
        """Should this run end and the next begin? At a stage change, and long before any limit."""
        info = workflow.info()
        return (
            self.state.stage != self.begun_in
            or self.state.over
            or info.get_current_history_length() >= options.TURN_EVENTS
            or info.is_continue_as_new_suggested()
            or workflow.now() - info.start_time > options.TURN_AGE
        )

    # the story

    async def chapter(self, stage: str, tell: Callable[[], Awaitable[None]]) -> None:
        """Tell a chapter when the matter is in its stage, then wait until it is not."""
        if self.state.stage != stage:
            return
        await tell()
        await self.until(lambda s: s.stage != stage)
        raise Turn

    async def live(self, story: Callable[[], Awaitable[None]]) -> None:
        """Tell the story again and again until the matter is over."""
        while not self.state.over:
            try:
                await self._told_once(story)
            except asyncio.CancelledError:
                await self._needs_attention("cancelled")
            except Trouble:
                await self._pause()
            except (FailureError, TeikeiError, TimeoutError) as error:
                await self._needs_attention(_reason(error))
        await self._stand(workflow.all_handlers_finished)

    async def _told_once(self, story: Callable[[], Awaitable[None]]) -> None:
        """The story from its first line; a turn and a refusal of our own act are ordinary."""
        try:
            await story()  # a chapter that was told never comes back here: it ends by a turn
            if not self.state.over:
                raise as_failure(Conflict("story.no_chapter", stage=self.state.stage))
        except Turn:
            if not self.state.over:
                await self._turn()
        except Refused as error:
            await self._refused(error)

    async def _turn(self) -> None:
        """Let the running handlers finish, refuse new ones for a moment, begin a new run with our state."""
        self.draining = True
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(self.state)

    async def _refused(self, error: Refused) -> None:
        """A rule refused our own act: we were behind SQL, or overtaken. The same refusal twice is an accident."""
        await self.adopt()
        seen = (error.code, self.state.version)
        if seen == self.refused_before:
            raise as_failure(error)
        self.refused_before = seen

    async def _needs_attention(self, reason: str) -> None:
        """List the accident and stand still until the operator clears it; then the chapter is entered again."""
        self.draining = False
        while not self.state.over:
            try:
                await self._own(f"attention:{reason}", NoteAttention(reason=reason[:200]), workflow.now())
                break
            except (TeikeiError, FailureError, asyncio.CancelledError):
                # Even the note failed. Nothing may end by that: it is tried until someone repairs us.
                await self._pause()
        await self._stand(lambda: self.state.attention is None or self.state.over)

    async def _pause(self) -> None:
        """As long as the longest pause between two tries; a cancellation only makes it shorter."""
        with contextlib.suppress(asyncio.CancelledError):
            await workflow.sleep(options.OWN_BACKOFF[-1])

    async def _stand(self, true: Callable[[], bool]) -> None:
        """Wait for something that no cancellation may cut short."""
        while not true():
            with contextlib.suppress(asyncio.CancelledError):
                await workflow.wait_condition(true)

    # reconcile

    def refuse_refresh(self, version: int) -> None:
        """Validator of `refresh`: a run that is up to date refuses, which costs no event."""
        if self.draining:
            raise as_failure(Rollover("matter.rollover"))
        if self.state.version >= version:
            raise as_failure(Conflict("matter.current"))


def _accident(failure: FailureError) -> BaseException:
    """What a failed activity means: a rule's no, trouble that may pass, or (its code is broken) the failure itself."""
    if is_cancelled_exception(failure):
        return asyncio.CancelledError()
    known = as_error(failure)
    if known:
        return known
    return failure if _broken(failure) else Unavailable("sql.unavailable")


def _broken(error: BaseException) -> ApplicationError | None:
    """The failure of our own code, as it is or under the activity in which it happened."""
    cause = error.cause if isinstance(error, ActivityError) else error
    return cause if isinstance(cause, ApplicationError) else None


def _reason(error: BaseException) -> str:
    known = error if isinstance(error, TeikeiError) else as_error(error)
    if known:
        return known.code
    broken = _broken(error)
    return (broken.type or "failure") if broken else type(error).__name__
