"""What the operator's commands do on a running product: over HTTP with the operator key, never into SQL."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx2

from teikei.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of `teikei doctor`: a piece, whether it is well, and what to do if it is not."""

    piece: str
    well: bool
    remedy: str


class NotRunningError(RuntimeError):
    """No running product was found; the message says where was looked."""


def address(settings: Settings) -> str:
    """Where the running API is; `NotRunningError` when nothing runs."""
    facts = settings.run_folder / "children.json"
    if settings.api_port:
        return f"http://{settings.api_host}:{settings.api_port}"
    if not facts.exists():
        raise NotRunningError(f"nothing runs under {settings.home} (no {facts}); start it with `teikei up`")
    return str(json.loads(facts.read_text())["api"])


def running(settings: Settings) -> Settings:
    """The settings, with the address of the embedded Temporal where none is configured."""
    facts = settings.run_folder / "children.json"
    if settings.temporal_address or not facts.exists():
        return settings
    return settings.model_copy(update={"temporal_address": json.loads(facts.read_text())["temporal"]})


def call(settings: Settings, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """One request as the operator: (status, JSON)."""
    key = settings.operator_key.read_text().strip() if settings.operator_key.exists() else ""
    try:
        answer = httpx2.request(
            method,
            f"{address(settings)}{path}",
            json=body,
            headers={"Authorization": f"Bearer {key}"},
            timeout=15,
        )
    except httpx2.HTTPError as error:
        raise NotRunningError(f"the API does not answer: {error}") from error
    return answer.status_code, answer.json() if answer.content else None


def doctor(settings: Settings) -> list[Check]:
    """Every piece that can be missing or wrong here, with its fix."""
    return [*_folders(settings), *_tools(), *_services(settings)]


def _folders(settings: Settings) -> list[Check]:
    key = settings.operator_key
    private = key.exists() and key.stat().st_mode & 0o077 == 0
    return [
        Check(piece="home", well=settings.home.is_dir(), remedy=f"`teikei db migrate` makes {settings.home}"),
        Check(piece="operator key", well=private, remedy=f"`teikei db migrate` writes {key}; chmod 600 it"),
    ]


def _tools() -> list[Check]:
    office = shutil.which("soffice") is not None
    return [
        Check(
            piece="LibreOffice",
            well=office,
            remedy="only tests need it: `make system`, or install libreoffice-writer",
        )
    ]


def _services(settings: Settings) -> list[Check]:
    try:
        _, ready = call(settings, "GET", "/readyz")
    except NotRunningError as error:
        return [Check(piece="api", well=False, remedy=str(error))]
    parts: dict[str, bool] = ready.get("parts", {}) if isinstance(ready, dict) else {}
    mail = bool(settings.smtp_host)
    return [
        Check(piece="api", well=True, remedy=""),
        *(
            Check(piece=name, well=well, remedy=f"see {settings.run_folder}/*.log")
            for name, well in parts.items()
        ),
        Check(piece="mail", well=mail, remedy="mails stay in the outbox until TEIKEI_SMTP_HOST is set"),
    ]


def findings() -> list[dict[str, str]]:
    """What the clause lint says of the library."""
    from teikei.documents import default_library, lint  # noqa: PLC0415  (only this command needs the engine)

    return [{k: str(v) for k, v in asdict(f).items()} for f in lint(default_library())]


def render_to(kind: str, values: Path, target: Path) -> str:
    """Render a paper from a JSON file of its variables; the SHA-256 of the bytes."""
    from pydantic import TypeAdapter  # noqa: PLC0415

    from teikei.documents import render  # noqa: PLC0415
    from teikei.domain.papers import VARIABLES  # noqa: PLC0415

    shape = next((v for k, v in VARIABLES.items() if k == kind), None)
    if shape is None:
        raise NotRunningError(f"no paper of that kind; there are: {', '.join(VARIABLES)}")
    done = render(kind, TypeAdapter(shape).validate_json(values.read_bytes()))
    target.write_bytes(done.docx)
    return done.sha256
