"""The client of a process: one connection, our plugin."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from teikei.adapters.temporal.plugin import TeikeiPlugin


async def connect(
    address: str, namespace: str = "default", *, lazy: bool = False, metrics: str = ""
) -> Client:
    """Connect to the server at `address`; lazy: the API starts and answers reads while Temporal is down.

    `metrics`: `host:port` at which this process shows the SDK's figures in the text format of Prometheus.
    """
    runtime = None
    if metrics:
        runtime = Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=metrics)))
    return await Client.connect(
        address, namespace=namespace, plugins=[TeikeiPlugin()], lazy=lazy, runtime=runtime
    )
