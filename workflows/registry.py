"""Every workflow: read by the worker, the replay gate and the generated lifecycle page."""

from __future__ import annotations

from typing import Any

from workflows.agreement import AgreementWorkflow
from workflows.alliance import AllianceWorkflow
from workflows.allocation import AllocationWorkflow
from workflows.conversion import ConversionWorkflow
from workflows.decision import DecisionWorkflow
from workflows.delivery import DeliveryWorkflow

MATTERS: dict[str, Any] = {
    "alliance": AllianceWorkflow,
    "agreement": AgreementWorkflow,
    "decision": DecisionWorkflow,
    "allocation": AllocationWorkflow,
}
"""The story of each kind of matter."""

WORKFLOWS: tuple[type, ...] = (*MATTERS.values(), DeliveryWorkflow, ConversionWorkflow)
