"""Handing mail to the outside: at least once, always under the same Message-ID."""

from __future__ import annotations

from temporalio import activity

from activities.failures import as_failure
from activities.ports import Post
from activities.record import Sent
from teikei.domain.errors import TeikeiError


class DeliveryActivities:
    """One outbox row each."""

    def __init__(self, post: Post) -> None:
        self._post = post

    @activity.defn(name="deliver")
    async def deliver(self, outbox: str) -> Sent:
        """Hand over one outbox row."""
        try:
            return await self._post.deliver(outbox)
        except TeikeiError as error:
            raise as_failure(error) from error

    @activity.defn(name="bury")
    async def bury(self, outbox: str) -> None:
        """Delivery was tried for days: the row becomes a dead letter that a person can read and re-send."""
        await self._post.bury(outbox, "gave_up")
