"""What production must not inherit from examples: few shards, open ports, known passwords, no grace.

No container engine is needed: the files are read. Source: the traps of running
one's own Temporal (shards are final at first start; the examples publish the
database and the frontend with literal passwords).
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from teikei.adapters.temporal.server import DYNAMIC_VALUES
from tests.architecture.house import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "api", "worker", "documents")


def test_only_the_api_and_the_operators_page_have_a_port_and_on_loopback() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(ports) == {"api", "ui"}
    assert all(port.startswith("127.0.0.1:") for listed in ports.values() for port in listed)


def test_no_password_is_written_down_and_none_has_a_default() -> None:
    secrets = [
        str(value)
        for service in SERVICES.values()
        for key, value in service.get("environment", {}).items()
        if re.search(r"PASSWORD|PWD|SECRET|DATABASE_URL", key)
    ]
    assert len(secrets) >= 6
    # Required, or empty unless the operator gives it; never a value of ours.
    assert [one for one in secrets if not re.search(r"\$\{\w+:(\?|-\})", one)] == []


def test_the_server_has_512_shards_and_our_dynamic_values() -> None:
    assert SERVICES["temporal"]["environment"]["NUM_HISTORY_SHARDS"] == "512"
    dynamic = yaml.safe_load((ROOT / "tools/compose/dynamic.yaml").read_text(encoding="utf-8"))
    assert {key: values[0]["value"] for key, values in dynamic.items()} == DYNAMIC_VALUES


def test_the_database_is_one_that_temporal_is_tested_on() -> None:
    assert SERVICES["postgres"]["image"] == "postgres:16"


def test_server_and_schema_tool_have_the_same_version() -> None:
    tags = {SERVICES[name]["image"].split(":", maxsplit=1)[1] for name in ("schema", "temporal", "namespace")}
    assert len(tags) == 1


@pytest.mark.parametrize("name", OURS)
def test_our_containers_stop_gracefully_and_hold_no_power(name: str) -> None:
    service = SERVICES[name]
    assert int(service["stop_grace_period"].removesuffix("s")) > 30
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True


def test_database_and_frontend_stand_in_a_network_without_a_way_out() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name: SERVICES[name]["networks"] for name in ("postgres", "temporal")} == {
        "postgres": ["inside"],
        "temporal": ["inside"],
    }


def test_the_dockerfile_installs_from_the_lock_and_runs_as_nobody() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements.lock" in text
    users = re.findall(r"^USER (\w+)", text, flags=re.MULTILINE)
    assert users[-1] == "teikei"
