"""The life of an agreement: drafting → rounds → approval of the exact bytes → signing → signed → in force."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.record import Receipt, Say
    from teikei.domain.agreement.state import Agreement
    from workflows.matter import LivingMatter


@workflow.defn
class AgreementWorkflow(LivingMatter[Agreement]):
    """One agreement."""

    @workflow.init
    def __init__(self, state: Agreement) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: Agreement) -> None:
        await self.live(self.story)

    async def story(self) -> None:
        await self.chapter("drafting", self.drafting)
        await self.chapter("rounds", self.rounds)
        await self.chapter("approval", self.approval)
        await self.chapter("signing", self.signing)
        await self.chapter("signed", self.signed)
        await self.chapter("in_force", self.in_force)

    async def drafting(self) -> None:
        """The paper is written in the documents process; its bytes have a hash before anyone is asked."""

    async def rounds(self) -> None:
        """The parties talk: new terms make a new version, freezing asks all to approve these bytes."""

    async def approval(self) -> None:
        """A decision of all companies on exactly these bytes; a new version voids it."""

    async def signing(self) -> None:
        """Each company signs the approved bytes; silence opens the talks again."""

    async def signed(self) -> None:
        """Everyone has signed; it binds from the first day of its term."""

    async def in_force(self) -> None:
        """The notice day and the end of the term are due items; a renewal moves both."""

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
