"""Five bugs, each planted into a copy of the tree, and the checks that must turn red: `python -m tests.faults.planted`.

First the checks run on the copy as it is: a check that is red anyway proves
nothing. The outcome is written to `docs/decisions/0004-planted-bugs.md`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "decisions" / "0004-planted-bugs.md"
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".tools", "var", "dist", "__pycache__", ".*_cache", ".hypothesis", "*.db*"
)


@dataclass(frozen=True, slots=True)
class Bug:
    """`old` stands once in `file` and becomes `new`; every check of `checks` must find it."""

    name: str
    file: str
    old: str
    new: str
    checks: tuple[str, ...]


BUGS = (
    Bug(
        "ack before commit",
        "teikei/adapters/sql/commit.py",
        """        with writing(self._engine) as db:
            done = (
                self._opened(db, order, order.act)
                if isinstance(order.act, Opening)
                else self._acted(db, order)
            )
            failpoints.hit("commit.before")
        failpoints.hit("commit.after")
        return done
""",
        """        if isinstance(order.act, Opening):
            with writing(self._engine) as db:
                return self._opened(db, order, order.act)
        import threading
        told = []
        heard = threading.Event()

        def later() -> None:
            with writing(self._engine) as db:
                told.append(self._acted(db, order))
                heard.set()
                threading.Event().wait(1)
                failpoints.hit("commit.before")

        threading.Thread(target=later).start()
        heard.wait(4)
        return told[0]
""",
        ("tests/faults/test_commit_dies.py::test_before_the_commit_nothing_is_said_stored_or_mailed",),
    ),
    Bug(
        "mail before commit",
        "teikei/adapters/sql/writes.py",
        """        db.execute(_INSERT[OutboxRow], fresh)
""",
        """        db.execute(_INSERT[OutboxRow], fresh)
        import os
        import smtplib
        for mail in (r for r in fresh if r["kind"] == "mail" and os.environ.get("TEIKEI_SMTP_HOST")):
            with smtplib.SMTP(os.environ["TEIKEI_SMTP_HOST"], int(os.environ["TEIKEI_SMTP_PORT"])) as smtp:
                smtp.sendmail("a@example.com", [mail["target"]], f"Message-ID: <{mail['id']}@x>\\r\\n\\r\\nx")
""",
        (
            "tests/faults/test_commit_dies.py::test_before_the_commit_nothing_is_said_stored_or_mailed",
            "tests/faults/test_commit_dies.py::test_a_mail_waits_in_the_outbox_until_its_act_is_stored",
        ),
    ),
    Bug(
        "dropped `scoped`",
        "teikei/adapters/sql/reads.py",
        "db, scoped(t.MatterRow, subject).where(_MATTERS.c.id == matter, _MATTERS.c.kind == kind)\n",
        "db, select(_MATTERS).where(_MATTERS.c.id == matter, _MATTERS.c.kind == kind)\n",
        (
            "tests/adapters/test_scope.py::test_reads_go_through_scoped",
            "tests/adapters/test_reads.py::test_foreign_and_unknown_are_one_answer",
        ),
    ),
    Bug(
        "`ON CONFLICT DO NOTHING` in commit",
        "teikei/adapters/sql/writes.py",
        "_INSERT = {each: insert(table(each)) for each in _WRITTEN}",
        """from sqlalchemy.dialects.sqlite import insert as _forgiving
_INSERT = {each: _forgiving(table(each)).on_conflict_do_nothing() for each in _WRITTEN}""",
        (
            "tests/adapters/test_scope.py::test_commit_looks_before_it_writes",
            "tests/adapters/test_commit.py::test_the_fence_stops_a_second_act_on_one_version",
        ),
    ),
    Bug(
        "a timer inside a story",
        "workflows/decision.py",
        '''        """Every company runs its own approval; who is ready may vote."""
''',
        '''        """Every company runs its own approval; who is ready may vote."""
        await workflow.sleep(3600)
''',
        (
            "tests/architecture/test_stories.py::test_a_story_has_no_timer_no_lock_no_try_and_no_turn_of_its_own",
            "tests/replay",
        ),
    ),
)


def main() -> int:
    """Plant, run, write the page; 1 if a check was red before, or a bug stayed unseen."""
    rows: list[tuple[str, str, str, str]] = []
    with tempfile.TemporaryDirectory(prefix="teikei-planted-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        for bug in BUGS:
            checks = [c for c in bug.checks if there(copy / c.partition("::")[0])]
            tell(f"{bug.name}: {len(checks)} check(s), first without it")
            for check in checks:
                code, said = run(copy, check)
                if code:
                    tell(f"red before anything was planted: {check}\n{said[-3000:]}")
                    return 1
            rows += planted(copy, bug, checks)
    if unseen := [row for row in rows if not row[3]]:
        tell(f"not seen: {unseen}")
        return 1
    _, mark, rest = PAGE.read_text(encoding="utf-8").partition("\n## ")
    PAGE.write_text(page(rows) + mark + rest, encoding="utf-8")  # other sections are written by people
    tell(f"written: {PAGE.relative_to(ROOT)}")
    return 0


def there(check: Path) -> bool:
    """A test file, or a folder that has one."""
    return check.is_file() or any(check.rglob("test_*.py"))


def tell(line: str) -> None:
    """Progress, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def planted(copy: Path, bug: Bug, checks: list[str]) -> list[tuple[str, str, str, str]]:
    """(bug, file, check, the line in which it turned red; empty if it stayed green)."""
    target = copy / bug.file
    before = target.read_text(encoding="utf-8")
    if before.count(bug.old) != 1:
        raise SystemExit(
            f"{bug.name}: {bug.file} has changed, its place is there {before.count(bug.old)} times"
        )
    target.write_text(before.replace(bug.old, bug.new), encoding="utf-8")
    rows = []
    for check in checks:
        code, said = run(copy, check)
        rows.append((bug.name, bug.file, check, reason(said) if code else ""))
        tell(f"  {'red' if code else 'GREEN'}: {check}  {rows[-1][3]}")
    target.write_text(before, encoding="utf-8")
    return rows


def run(copy: Path, check: str) -> tuple[int, str]:
    """One check in the copy, as it would run in the tree."""
    command = [sys.executable, "-m", "pytest", check, "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def reason(said: str) -> str:
    """The first line in which pytest says what was wrong, without places of this machine."""
    lines = [line[1:].strip() for line in said.splitlines() if line.startswith("E ")]
    line = lines[0] if lines else next((one for one in said.splitlines() if one.startswith("FAILED")), "red")
    line = re.sub(r"/\S*/tree/", "", line)
    line = re.sub(r"0x[0-9a-f]+", "0x…", re.sub(r"\b([a-z]{3}_)[a-z2-7]{26}\b", r"\1…", line))
    return line[:160].replace("|", "\\|")


def page(rows: list[tuple[str, str, str, str]]) -> str:
    """The decision record."""
    lines = [
        "# 4. Five planted bugs, and what caught them",
        "",
        "A check that has never been red proves little. `python -m tests.faults.planted` plants each bug into a copy of the",
        "tree, shows that the check is green without it, and notes the line in which it turns red with it. This page is its output.",
        "",
        "| bug | planted in | check that turned red | its line |",
        "|---|---|---|---|",
        *(f"| {bug} | `{file}` | `{check}` | `{line}` |" for bug, file, check, line in rows),
        "",
        "Decided: each of the five stays covered by a check that runs in `make test`. A bug that is planted anew and stays",
        "unseen makes the script end with 1; so does a place that has changed, so that the plants are kept in step with the code.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
