"""The life of an alliance, forwards: intake → NDA → due diligence → negotiation → signing → operation → exit."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.record import Receipt, Say
    from teikei.domain.alliance.diligence import CallGoNoGo, DraftNda
    from teikei.domain.alliance.exits import (
        DraftTermination,
        OpenFinalPeriod,
        final_period_missing,
        termination_missing,
    )
    from teikei.domain.alliance.operation import PlanReview, review_planned
    from teikei.domain.alliance.state import Alliance
    from workflows.matter import LivingMatter


@workflow.defn
class AllianceWorkflow(LivingMatter[Alliance]):
    """One alliance."""

    @workflow.init
    def __init__(self, state: Alliance) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: Alliance) -> None:
        await self.live(self.story)

    async def story(self) -> None:
        await self.chapter("intake", self.intake)
        await self.chapter("nda", self.nda)
        await self.chapter("due_diligence", self.due_diligence)
        await self.chapter("negotiation", self.negotiation)
        await self.chapter("signing", self.signing)
        await self.chapter("operation", self.operation)
        await self.chapter("exit", self.exit)

    async def intake(self) -> None:
        """A party states what the alliance is for; silence ends it."""

    async def nda(self) -> None:
        """The NDA of all parties is drafted; it lives as an agreement of its own and tells us when it binds."""
        if not self.state.nda:
            await self.act("nda", DraftNda())

    async def due_diligence(self) -> None:
        """Every company scores itself and the others; then all decide whether to negotiate."""
        while self.state.stage == "due_diligence":
            await self.until(lambda s: s.diligence_over and not s.go_no_go)
            await self.act("go_no_go", CallGoNoGo())

    async def negotiation(self) -> None:
        """A party drafts the main agreement; it tells us when all have approved the same bytes."""

    async def signing(self) -> None:
        """Each company signs; the agreement tells us when it binds."""

    async def operation(self) -> None:
        """Reviews come round, periods open by their due items, minutes are written as they are owed."""
        while self.state.stage == "operation":
            if not review_planned(self.state):
                await self.act("review", PlanReview())
            await self.until(lambda s: not review_planned(s))

    async def exit(self) -> None:
        """The termination agreement where the exit is agreed, then the final allocation; the checklist runs beside."""
        if termination_missing(self.state):
            await self.act("termination", DraftTermination())
        await self.until(lambda s: s.exit is None or s.exit.terminated)
        if final_period_missing(self.state):
            await self.act("final_period", OpenFinalPeriod())

    @workflow.update
    async def say(self, say: Say) -> Receipt:
        return await self.heard(say)

    @say.validator
    def _refuse(self, say: Say) -> None:
        self.refuse(say)

    @workflow.update
    async def refresh(self, version: int) -> None:
        await self.adopt()

    @refresh.validator
    def _refuse_refresh(self, version: int) -> None:
        self.refuse_refresh(version)
