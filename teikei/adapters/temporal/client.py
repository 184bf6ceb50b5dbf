"""The client of a process: one connection, our plugin."""

from __future__ import annotations

from temporalio.client import Client

from teikei.adapters.temporal.plugin import TeikeiPlugin


async def connect(address: str, namespace: str = "default", *, lazy: bool = False) -> Client:
    """Connect to the server at `address`; lazy: the API starts and answers reads while Temporal is down."""
    return await Client.connect(address, namespace=namespace, plugins=[TeikeiPlugin()], lazy=lazy)
