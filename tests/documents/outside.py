"""Readers that are not ours: pandoc, LibreOffice and poppler, each in a child process."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from teikei import documents
from teikei.documents import Rendered
from teikei.documents.language import LANGUAGES

FONTS = Path(documents.__file__).with_name("fonts.conf")
FACES = ("NotoSerifCJKjp", "NotoSansCJKjp", "LiberationSerif", "LiberationSans")
"""What a paper may be printed in."""


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


# what is wrong with the pages of a paper


def fewer(paper: Rendered, printed: list[str]) -> dict[str, int]:
    """Characters that are fewer on the pages than in the paper; English chapters stand in capitals, so there large or small."""
    wanted, found = squeezed(paper.text), "".join(printed)
    if paper.language != "ja":
        wanted, found = wanted.casefold(), found.casefold()
    there = Counter(found)
    return {char: n - there[char] for char, n in Counter(wanted).items() if there[char] < n}


def alone(paper: Rendered, printed: list[str]) -> list[str]:
    """Headings of articles at the end of a page, the contents apart."""
    spoken = LANGUAGES["en" if paper.language == "en" else "ja"]
    form = spoken.article_heading if paper.paper.form == "articles" else spoken.sheet_heading
    headings = tuple(squeezed(form(one.number, one.title)) for one in paper.articles)
    ends = [page.removesuffix(f"{n}/{len(printed)}") for n, page in enumerate(printed, 1)]
    return [page[-40:] for page in ends[bool(paper.paper.contents) :] if page.endswith(headings)]


def strange_fonts(pdf: Path) -> list[str]:
    """Fonts that are not embedded, or not ours."""
    lines = run(need("pdffonts"), str(pdf)).splitlines()[2:]
    named = [(line, line.split()[0].split("+")[-1]) for line in lines]
    return [line for line, font in named if not font.startswith(FACES) or " yes " not in line]
