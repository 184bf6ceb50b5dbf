"""What the operator's commands do on a running product: over HTTP with the operator key, never into SQL."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import httpx2

from teikei.domain.errors import Unavailable
from teikei.domain.texts import say
from teikei.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of `teikei doctor`: a piece, whether it is well, and what to do if it is not."""

    piece: str
    well: bool
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A paper that the command line was asked for; without `out` it goes to `KIND.FORMAT` in the working folder."""

    kind: str
    data: Path
    out: Path | None = None
    language: str = "ja"
    format: Literal["docx", "pdf", "html"] = "docx"


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
    return [*_folders(settings), *_tools(settings), *_services(settings)]


def _folders(settings: Settings) -> list[Check]:
    key = settings.operator_key
    private = key.exists() and key.stat().st_mode & 0o077 == 0
    return [
        Check(piece="home", well=settings.home.is_dir(), remedy=f"`teikei db migrate` makes {settings.home}"),
        Check(piece="operator key", well=private, remedy=f"`teikei db migrate` writes {key}; chmod 600 it"),
    ]


def _tools(settings: Settings) -> list[Check]:
    from teikei.adapters.office.pool import find_office  # noqa: PLC0415  (only this command needs it)

    return [
        Check(
            piece="LibreOffice on this machine",
            well=find_office(settings.office) is not None,
            remedy=_no_office(),
        )
    ]


def _no_office() -> str:
    return "  ".join(say(one, "errors.pdf.no_office.remedy") for one in ("ja", "en"))


def _services(settings: Settings) -> list[Check]:
    try:
        _, ready = call(settings, "GET", "/readyz")
    except NotRunningError as error:
        return [Check(piece="api", well=False, remedy=str(error))]
    parts: dict[str, bool] = ready.get("parts", {}) if isinstance(ready, dict) else {}
    mail, logs = bool(settings.smtp_host), f"see {settings.run_folder}/*.log"
    return [
        Check(piece="api", well=True, remedy=""),
        *(
            Check(piece=name, well=well, remedy=_no_office() if name == "libreoffice" else logs)
            for name, well in parts.items()
        ),
        Check(piece="mail", well=mail, remedy="mails stay in the outbox until TEIKEI_SMTP_HOST is set"),
    ]


def render_to(settings: Settings, wanted: Writing) -> dict[str, str | int]:
    """Write one paper from a JSON file of its variables: {file, sha256, size, kind, language}.

    Raises `NotRunningError` (no such kind), pydantic's `ValidationError`, `DocumentError`, and for a PDF what
    `OfficePool.convert` raises.
    """
    from pydantic import TypeAdapter  # noqa: PLC0415

    from teikei.documents import render  # noqa: PLC0415
    from teikei.domain.papers import VARIABLES  # noqa: PLC0415

    shape = next((v for k, v in VARIABLES.items() if k == wanted.kind), None)
    if shape is None:
        raise NotRunningError(f"no paper of that kind; there are: {', '.join(VARIABLES)}")
    values: object = TypeAdapter(shape).validate_json(wanted.data.read_bytes())
    done = render(wanted.kind, values, language=wanted.language)
    content, target = done.docx, wanted.out or Path(f"{wanted.kind}.{wanted.format}")
    if wanted.format == "pdf":
        content = _as_pdf(settings, done.docx, (wanted.kind, wanted.language, values))
    elif wanted.format == "html":
        sheet = files("api").joinpath("static", "paper.css").read_text(encoding="utf-8")
        content = done.html(style=sheet).encode()
    target.write_bytes(content)
    return {
        "file": str(target),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "kind": wanted.kind,
        "language": wanted.language,
    }


def _as_pdf(settings: Settings, docx: bytes, written_from: tuple[str, str, object]) -> bytes:
    """PDF/A-3b on this machine, with one LibreOffice that ends at once."""
    from teikei.adapters.office.pool import OfficePool, find_office  # noqa: PLC0415
    from teikei.documents.pdf import archival, data_of  # noqa: PLC0415

    program = find_office(settings.office)
    if program is None:
        raise Unavailable("pdf.no_office")
    with OfficePool(program) as pool:
        return archival(pool.convert(docx), docx=docx, data=data_of(*written_from))
