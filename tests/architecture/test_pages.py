"""What a reader holds in hand: the two READMEs agree, and nothing names a package host or a scene.

A lock file that names a host breaks every mirror; a rule or test that knows a
scene's names proves nothing about any other alliance.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.house import ROOMS, ROOT, name

HOSTS = (
    "pypi.org", "pythonhosted.org", "proxy.golang.org", "sum.golang.org", "repo1.maven.org", "repo.maven.apache.org",
    "registry.npmjs.org", "deb.debian.org", "archive.ubuntu.com", "temporal.download", "unpkg.com", "jsdelivr.net",
    "cdnjs.cloudflare.com", "fonts.googleapis.com", "fonts.gstatic.com",
)  # fmt: skip
PLACES = re.compile(r"--(extra-)?index-url|--find-links|file://|(?<![\w.])/(home|root|work|Users)/")
SCENES = ROOT / "examples"


def test_both_readmes_have_the_same_headings() -> None:
    english, japanese = _headings("README.md"), _headings("README.ja.md")
    assert english != []
    assert english == japanese


def test_no_page_and_no_lock_file_names_a_package_host() -> None:
    found = [f"{name(path)}: {host}" for path in _tracked() for host in HOSTS if host in _text(path)]
    assert [one for one in found if not one.startswith("tests/architecture/test_pages.py")] == []


def test_lock_files_name_no_index_and_no_path() -> None:
    locks = [*ROOT.glob("requirements*.lock"), ROOT / "tools" / "temporal" / "go.lock"]
    assert len(locks) == 3
    for lock in locks:
        assert "http" not in re.sub(r"httpx2|httpcore2|httptools|[a-z]*http-?[a-z]*==", "", _text(lock)), (
            name(lock)
        )
        assert not PLACES.search(_text(lock)), name(lock)


def test_every_pinned_package_has_a_hash() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        pins = re.split(r"\n(?=\S)", _text(lock).strip())
        assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_no_room_and_no_test_knows_a_scene() -> None:
    names = scene_names()
    found = [f"{name(path)}: {one}" for path in _rooms_and_tests() for one in names if one in _text(path)]
    assert found == []


def test_the_scenes_have_names_to_look_for() -> None:
    if not SCENES.is_dir():
        pytest.skip("no scenes yet")
    assert len(scene_names()) >= 4


def scene_names() -> list[str]:
    """The slug of every scene (scenarios are known by name, for each is there to show one thing) and the names of its companies, read from the scene files themselves."""
    found: set[str] = set()
    for folder in SCENES.glob("*/"):
        if not (folder / "scene.yaml").is_file():
            continue
        found.add(folder.name)
        for path in [*folder.rglob("*.yaml"), *folder.rglob("*.yml")]:
            found.update(_company_names(yaml.safe_load(_text(path))))
    return sorted(one for one in found if len(one) > 1)


def _company_names(data: Any) -> list[str]:
    """Values of `name*` keys below `companies` or `parties`, and of `slug`, wherever they stand."""
    if isinstance(data, list):
        return [one for item in data for one in _company_names(item)]
    if not isinstance(data, dict):
        return []
    found = [str(data["slug"])] if "slug" in data else []
    for key, value in data.items():
        if key in {"companies", "parties"}:
            found += _names(value)
        else:
            found += _company_names(value)
    return found


def _names(data: Any) -> list[str]:
    """Every `name`, `name_ja`, `name_en`, `short_name`… text below."""
    if isinstance(data, list):
        return [one for item in data for one in _names(item)]
    if not isinstance(data, dict):
        return []
    found: list[str] = []
    for key, value in data.items():
        if re.fullmatch(r"(\w+_)?name(_\w+)?", str(key)):
            found += [str(one) for one in (value.values() if isinstance(value, dict) else [value])]
        elif isinstance(value, dict | list):
            found += _names(value)
    return found


def _rooms_and_tests() -> list[Path]:
    rooms = [path for room in (*ROOMS, "templates", "tests") for path in (ROOT / room).rglob("*")]
    return [path for path in rooms if path.is_file() and path.suffix in _TEXTS] + [ROOT / "worker.py"]


_TEXTS = {
    ".py",
    ".toml",
    ".yaml",
    ".yml",
    ".md",
    ".j2",
    ".json",
    ".jsonl",
    ".txt",
    ".html",
    ".ini",
    ".mako",
    ".css",
}


def _tracked() -> list[Path]:
    """The files that git knows or would add: no caches, nothing ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    files = [ROOT / one for one in listed.stdout.split("\0") if one]
    return [path for path in files if path.is_file() and path.stat().st_size < 2_000_000]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _headings(page: str) -> list[tuple[int, str]]:
    """Level and anchor of each heading outside code blocks.

    The Japanese page translates its headings; an anchor before each
    (`<a id="…"></a>`) makes the two comparable. Without anchors the texts count.
    """
    text = re.sub(r"^```.*?^```", "", _text(ROOT / page), flags=re.MULTILINE | re.DOTALL)
    found: list[tuple[int, str]] = []
    anchor = ""
    for line in text.splitlines():
        if match := re.match(r'<a id="([\w-]+)"></a>', line):
            anchor = match[1]
        elif match := re.match(r"(#+)\s+(.*)", line):
            found.append((len(match[1]), anchor or match[2].strip()))
            anchor = ""
    return found
