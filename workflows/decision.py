"""The life of a decision: called → each company's internal approval → votes → closed."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.record import Receipt, Say
    from teikei.domain.decision.state import Decision
    from workflows.matter import LivingMatter


@workflow.defn
class DecisionWorkflow(LivingMatter[Decision]):
    """One decision."""

    @workflow.init
    def __init__(self, state: Decision) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: Decision) -> None:
        await self.live(self.story)

    async def story(self) -> None:
        await self.chapter("called", self.called)
        await self.chapter("voting", self.voting)

    async def called(self) -> None:
        """Every company runs its own approval; who is ready may vote."""

    async def voting(self) -> None:
        """Every company knows its own mind; the votes, or the lapse, decide."""

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
