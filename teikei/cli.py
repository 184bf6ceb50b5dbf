"""The command line: noun and verb, `--json` where something is printed, documented exit codes.

0 done · 1 the thing asked for failed or is not well · 2 wrong use · 3 done, but some rows of an import stay out ·
70 the parent is gone.
"""

from __future__ import annotations

import sys
import threading
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cyclopts import App
from rich.console import Console

from teikei import __version__
from teikei.settings import Settings

if TYPE_CHECKING:
    from teikei.domain.errors import TeikeiError

app = App(
    name="teikei",
    version=__version__,
    help="Contracts and governance of strategic alliances. 提携の契約と運営。",
)
db = App(name="db", help="The database.")
paper = App(name="paper", help="Papers.")
template = App(name="template", help="The clause library.")
attention = App(name="attention", help="Accidents that wait for the operator.")
runs = App(name="runs", help="The runs of the matters.")
for group in (db, paper, template, attention, runs):
    app.command(group)

console = Console(stderr=True)


NEEDED = {"home", "operator key", "api", "sql", "temporal"}
HTTP_BAD = 400


def _show(value: Any, *, as_json: bool) -> None:
    if as_json:
        print(dumps(value, ensure_ascii=False, indent=2))
    else:
        Console().print(value)


@app.command
def up(*, demo: bool = True) -> None:
    """Start everything on this machine and serve until Ctrl-C; with the demo alliances the first time."""
    from teikei.bootstrap import operator_link
    from teikei.stack import stack

    settings = Settings()
    with stack(settings, console.print) as running:
        console.print(f"API: {running.address}/docs   operator key: {settings.operator_key}")
        marker = settings.home / "demo-loaded"
        if demo and not marker.exists():
            from teikei.demo import load_scenes, play_all, welcome

            welcome(play_all(load_scenes(), running, settings.home, console), running)
            marker.touch()
        console.print("Open once to choose the operator's password  運営者のパスワードの設定（一回限り）:")
        console.print(f"  [bold]{running.address}{operator_link(settings)}[/bold]", soft_wrap=True)
        console.print("Ctrl-C ends it.  終了は Ctrl-C")
        _wait()


def _wait() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print("stopping")


@app.command(name="demo")
def play(*, scenario: str = "", home: Path | None = None) -> None:
    """Live through the example alliances over the HTTP API; papers, record and mails land in `var/demo`."""
    from teikei.demo import demo

    sys.exit(demo(scenario, home, console))


@app.command(name="run")
def run_one(what: Literal["api", "worker", "documents"]) -> None:
    """Run one process of a deployment in the foreground."""
    from teikei.bootstrap import run

    run(what, Settings())


@db.command
def migrate() -> None:
    """Bring the database to this version and write the operator key once; safe to repeat."""
    from teikei.bootstrap import prepare

    prepare(Settings())


@app.command(name="doctor")
def examine(*, json: bool = False) -> None:
    """Name every missing or wrong piece with its fix; exit code 1 when a needed one is missing."""
    from teikei.operating import doctor

    checks = doctor(Settings())
    if json:
        _show(
            [{"piece": c.piece, "well": c.well, "remedy": "" if c.well else c.remedy} for c in checks],
            as_json=True,
        )
    else:
        for check in checks:
            console.print(
                f"{'✓' if check.well else '✗'} {check.piece}" + ("" if check.well else f": {check.remedy}")
            )
    sys.exit(0 if all(c.well for c in checks if c.piece in NEEDED) else 1)


@template.command
def lint(file: Path | None = None, *, lang: Literal["ja", "en"] = "ja", json: bool = False) -> None:
    """Read the clause library, or one Word template FILE, for what a drafter would dislike.

    Of a template also its variables and the form of their values. LANG chooses the filters of the template.
    Exit codes: 0 nothing found, 1 something found, or the file is refused (it says why).
    """
    from teikei.domain.errors import TeikeiError
    from teikei.writing import examined, library_findings

    if file is None:
        found = library_findings()
        _show(found, as_json=json)
        sys.exit(1 if found else 0)
    try:
        told = examined(file, lang)
    except TeikeiError as error:
        _tell(error)
        sys.exit(1)
    except OSError as error:
        console.print(str(error), markup=False)
        sys.exit(1)
    _show(told, as_json=json)
    sys.exit(1 if told["findings"] else 0)


@template.command(name="list")
def list_templates(*, json: bool = False) -> None:
    """The kinds of papers with their languages and clauses in order. Exit code 0."""
    from teikei.writing import listed

    kinds = listed()
    if json:
        _show(kinds, as_json=True)
        return
    for one in kinds:
        print(f"{one['kind']}  {one['title_ja']}  {one['title_en']}  ({', '.join(one['languages'])})")
        for clause in one["clauses"]:
            print(f"  {clause['id']}" + (f"  if {clause['condition']}" if clause["condition"] else ""))


@template.command(name="new")
def new_clause(
    id: str,  # noqa: A002  (the name of the argument)
    *,
    folder: Path | None = None,
    owner: str = "legal",
    json: bool = False,
) -> None:
    """Begin a clause: the skeleton of its Japanese and its English file under FOLDER/clauses/ID.

    Without FOLDER in the library of this installation; to be read again in a year.
    Exit codes: 0 written, 1 the ID is malformed or taken, or the folder cannot be written.
    """
    from datetime import date, timedelta
    from importlib.resources import files

    from teikei.domain.errors import TeikeiError
    from teikei.writing import NewClause, begin

    home = folder or Path(str(files("templates")))
    review_by = date.today() + timedelta(days=365)  # noqa: DTZ011  (a review date is a calendar day)
    try:
        written = begin(NewClause(id=id, folder=home, owner=owner, review_by=review_by))
    except TeikeiError as error:
        _tell(error)
        sys.exit(1)
    except OSError as error:
        console.print(str(error), markup=False)
        sys.exit(1)
    if json:
        _show({"id": id, "files": [str(one) for one in written]}, as_json=True)
    else:
        print(*written, sep="\n")


@paper.command
def render(
    kind: str,
    data: Path,
    out: Path | None = None,
    *,
    lang: str = "ja",
    format: Literal["docx", "pdf", "html"] = "docx",  # noqa: A002  (the name of the option)
    json: bool = False,
) -> None:
    """Write one paper from a JSON file of its variables and print its SHA-256: Word, PDF/A-3b with both inside, or a web page.

    Without OUT it goes to KIND.FORMAT in the working folder. Exit code 1: the paper cannot be written (it says why),
    or a PDF is asked for and LibreOffice is not there.
    """
    from pydantic import ValidationError

    from teikei.domain.errors import TeikeiError
    from teikei.operating import NotRunningError, Writing, render_to

    wanted = Writing(kind=kind, data=data, out=out, language=lang, format=format)
    try:
        done = render_to(Settings(), wanted)
    except TeikeiError as error:
        _tell(error)
        sys.exit(1)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False):
            console.print(f"{'/'.join(map(str, one['loc']))}: {one['msg']}", markup=False)
        sys.exit(1)
    except (NotRunningError, OSError) as error:
        console.print(str(error), markup=False)
        sys.exit(1)
    if json:
        _show(done, as_json=True)
    else:
        print(done["sha256"])


def _tell(error: TeikeiError) -> None:
    """Code, place, and in both languages what it means and what to do."""
    from teikei.domain.texts import say

    console.print(f"{error.code} {error.pointer}".rstrip(), markup=False)
    for language in ("ja", "en"):
        told = (say(language, f"errors.{error.code}.{part}", **error.params) for part in ("title", "remedy"))
        console.print(*told, markup=False)


@attention.command(name="list")
def attention_list(*, json: bool = False) -> None:
    """The accidents that wait for the operator."""
    _operate("GET", "/v1/attention", as_json=json)


@attention.command
def retry(matter: str, *, note: str, json: bool = False) -> None:
    """Have the accident of a matter tried again."""
    _operate("POST", f"/v1/attention/{matter}/resolutions", {"how": "retry", "note": note}, as_json=json)


@attention.command
def resolve(matter: str, *, note: str, json: bool = False) -> None:
    """Say how the accident of a matter was resolved."""
    _operate("POST", f"/v1/attention/{matter}/resolutions", {"how": "resolve", "note": note}, as_json=json)


def _operate(method: str, path: str, body: dict[str, Any] | None = None, *, as_json: bool) -> None:
    from teikei.operating import NotRunningError, call

    try:
        status, answer = call(Settings(), method, path, body)
    except NotRunningError as error:
        console.print(str(error))
        sys.exit(1)
    _show(answer, as_json=as_json)
    sys.exit(0 if status < HTTP_BAD else 1)


@app.command(name="import")
def import_(workbook: Path, *files: Path, confirm: bool = False, json: bool = False) -> None:
    """Bring in earlier alliances from a workbook (.xlsx) with their signed files. Without --confirm it only looks.

    Speaks for the company of TEIKEI_COMPANY_KEY. Exit codes: 0 every row can come in, or has; 1 refused as a whole,
    or nothing runs; 3 some rows stay out, named by sheet and cell.
    """
    from teikei import importing
    from teikei.caller import Api, RefusedStep
    from teikei.operating import NotRunningError, address

    settings, given = Settings(), importing.Import(workbook=workbook, files=files, confirm=confirm)
    try:
        seen = importing.run(Api(address(settings)), settings.company_key, given, console.print)
    except (NotRunningError, RefusedStep, OSError) as error:
        console.print(str(error))
        sys.exit(importing.FAILED)
    if json:
        _show(seen, as_json=True)
    else:
        Console().print(*importing.tables(seen))
    sys.exit(importing.code(seen))


@runs.command
def refresh() -> None:
    """Bring every open matter and its run together again; prints how many were started or refreshed."""
    from teikei.bootstrap import reconcile
    from teikei.operating import running

    print(reconcile(running(Settings())))


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()
