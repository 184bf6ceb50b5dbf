"""One delivery of one outbox row: sent, tried again for days, or buried as a dead letter that a person can re-send."""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.record import Sent
    from workflows import options


@workflow.defn
class DeliveryWorkflow:
    """Outside the matters, so that a mail server that is down holds nothing up."""

    @workflow.run
    async def run(self, outbox: str) -> str:
        try:
            sent: Sent = await workflow.execute_activity(
                "deliver",
                outbox,
                result_type=Sent,
                start_to_close_timeout=options.DELIVERY_LIMIT,
                schedule_to_close_timeout=options.DELIVERY_DAYS,
                retry_policy=options.DELIVERY_RETRY,
            )
        except ActivityError:
            await workflow.execute_activity(
                "bury",
                outbox,
                start_to_close_timeout=options.DELIVERY_LIMIT,
                retry_policy=options.DELIVERY_RETRY,
            )
            return "dead"
        return sent.status
