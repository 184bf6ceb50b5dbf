"""The life of an allocation period: inputs → preview → decision of all → locked, with its statement and payments."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.record import Receipt, Say
    from teikei.domain.allocation.split import SubmitSplit
    from teikei.domain.allocation.state import Allocation
    from workflows.matter import LivingMatter


@workflow.defn
class AllocationWorkflow(LivingMatter[Allocation]):
    """One allocation period."""

    @workflow.init
    def __init__(self, state: Allocation) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: Allocation) -> None:
        await self.live(self.story)

    async def story(self) -> None:
        await self.chapter("inputs", self.inputs)
        await self.chapter("preview", self.preview)
        await self.chapter("decision", self.decision)
        await self.chapter("locked", self.locked)

    async def inputs(self) -> None:
        """Every company enters its figures and closes them; silence counts as nothing to enter, and is named."""

    async def preview(self) -> None:
        """The split is computed; it goes to the vote of all as it stands."""
        await self.act("submit", SubmitSplit())

    async def decision(self) -> None:
        """All companies decide; a no or a lapse opens the inputs again."""

    async def locked(self) -> None:
        """The statement is written, and who receives money confirms it."""

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
