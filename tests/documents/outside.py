"""Readers that are not ours: pandoc, LibreOffice and poppler, each in a child process."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from teikei import documents

FONTS = Path(documents.__file__).with_name("fonts.conf")


def need(tool: str) -> str:
    """The tool's path; without it the test is skipped, on CI it fails."""
    found = shutil.which(tool)
    if found is None:
        message = f"{tool} is not installed (make system)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def run(*command: str, cwd: Path | None = None, **environment: str) -> str:
    """Standard output of a command that must succeed within two minutes."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def convert(files: list[Path], folder: Path, kind: str = "pdf") -> list[Path]:
    """All files in one LibreOffice run with a profile of its own; results go to `folder`."""
    profile = (folder / "profile").as_uri()
    command = (need("soffice"), f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind)
    run(*command, "--outdir", str(folder), *map(str, files), FONTCONFIG_FILE=str(FONTS))
    return [folder / f"{file.stem}.{kind}" for file in files]


def pages(pdf: Path) -> list[str]:
    """The text of each page, spaces and line breaks taken out (a PDF has its own)."""
    text = run(need("pdftotext"), "-layout", str(pdf), "-")
    return ["".join(page.split()) for page in text.split("\f") if page.strip()]


def squeezed(text: str) -> str:
    """Text without any white space: what two readers must agree on."""
    return "".join(text.split())
