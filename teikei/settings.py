"""The settings, one frozen object, read only by bootstrap and the command line.

Every value has a default that works on one machine; environment variables
begin with `TEIKEI_`.  Nothing here is a secret with a default.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where things are and what is configured."""

    model_config = SettingsConfigDict(
        env_prefix="TEIKEI_", frozen=True, extra="ignore", populate_by_name=True
    )

    home: Path = Path("var")
    """Folder of everything that the embedded product writes."""
    database_url: str = ""
    """SQLAlchemy address; empty: SQLite in `home`. For PostgreSQL `postgresql+psycopg://…`."""
    files_url: str = ""
    """Where papers are kept; empty: a folder in `home`. For S3 `s3://bucket/prefix`."""
    temporal_address: str = Field(
        default="", validation_alias=AliasChoices("TEIKEI_TEMPORAL_ADDRESS", "TEMPORAL_ADDRESS")
    )
    """`host:port` of a Temporal server; empty: the embedded one."""
    temporal_namespace: str = "default"
    worker_metrics: str = ""
    """`host:port` at which the worker shows its figures in the text format of Prometheus; empty: nowhere."""
    worker_cache: int = 10_000
    """How many matters the worker keeps in memory; the others are replayed from their history when spoken to."""
    company_key: str = ""
    """API key of the company for which `teikei import` speaks."""
    office: str = ""
    """LibreOffice's `soffice`; empty: the one on PATH. Only the documents worker and `teikei paper render` look."""
    office_children: int = Field(default=1, ge=1, le=16)
    """How many papers are turned into PDF at the same time; each LibreOffice takes about 300 MB while it stays."""
    api_host: str = "127.0.0.1"
    api_port: int = 0
    """0: a free port, written to `home/run`."""
    public_url: str = Field(default="", pattern=r"^(https?://[^/\s]+)?$")
    """Where people reach the pages (`https://teikei.example`); empty: mails have no link to them."""
    smtp_host: str = ""
    """Empty: mails stay in the outbox, where they can be read and re-sent."""
    smtp_port: int = 587
    smtp_username: str = ""
    smtp_password: str = ""
    smtp_security: Literal["starttls", "tls", "plain"] = "starttls"
    """`plain` only without a password."""
    mail_sender: str = "Teikei <teikei@teikei.invalid>"
    mail_domain: str = "teikei.invalid"
    """Right side of the Message-ID."""

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.home / 'teikei.db').resolve()}"

    @property
    def files(self) -> str:
        return self.files_url or str((self.home / "files").resolve())

    @property
    def run_folder(self) -> Path:
        return self.home / "run"

    @property
    def operator_key(self) -> Path:
        return self.home / "operator.key"
