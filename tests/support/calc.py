"""LibreOffice's spreadsheet half, which Debian packs by itself."""

from __future__ import annotations

from pathlib import Path

from tests.documents.outside import need


def need_calc() -> None:
    """LibreOffice with Calc; without it the test is skipped, on CI it fails."""
    if not Path(need("soffice")).resolve().with_name("libsclo.so").exists():
        need("libreoffice-calc")
