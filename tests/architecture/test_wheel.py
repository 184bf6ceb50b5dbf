"""The wheel carries the whole application: rooms, worker.py, templates, migrations, the pinned Go module.

Another build backend drops worker.py without a word (tried), so the archive is opened and its parts
counted, and the packages are imported from it with no source tree in sight.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.house import ROOMS, ROOT, name, sources

_BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as hatchling builds it from this checkout, with no network."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-c", _BUILD, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(folder.glob("teikei-*.whl")))


def test_the_wheel_has_every_module_of_the_rooms(wheel: zipfile.ZipFile) -> None:
    packed = set(wheel.namelist())
    assert [name(path) for path in sources(*ROOMS, "worker.py") if name(path) not in packed] == []


def test_the_wheel_has_the_templates_and_the_catalogues(wheel: zipfile.ZipFile) -> None:
    packed = set(wheel.namelist())
    data = [
        *(ROOT / "templates").rglob("*"),
        *(ROOT / "teikei").rglob("*.toml"),
        *(ROOT / "teikei").rglob("*.mako"),
    ]
    files = [path for path in data if path.is_file() and "__pycache__" not in path.parts]
    assert files != []
    assert [name(path) for path in files if name(path) not in packed] == []


def test_the_wheel_has_the_pinned_module_and_the_licence(wheel: zipfile.ZipFile) -> None:
    packed = wheel.namelist()
    for part in ("go.mod", "go.sum", "go.lock"):
        assert f"teikei/adapters/temporal/module/{part}" in packed
    assert any(one.endswith("licenses/LICENSE") for one in packed)


def test_the_wheel_has_no_tests_and_no_scenes(wheel: zipfile.ZipFile) -> None:
    tops = {one.split("/", maxsplit=1)[0] for one in wheel.namelist() if ".dist-info" not in one}
    assert tops == {*ROOMS, "templates", "worker.py"}


def test_the_rooms_import_from_the_wheel_alone(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    script = "import worker, workflows.registry, activities, api, teikei.cli; print(worker.__file__)"
    # -S and -I would hide the installed libraries; a path entry before them is what an install looks like.
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path = [p for p in sys.path if p != {str(ROOT)!r}]; {script}"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).parent == tmp_path
