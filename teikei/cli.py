"""The command line: noun and verb, `--json` where something is printed, documented exit codes.

0 done · 1 the thing asked for failed or is not well · 2 wrong use · 70 the parent is gone.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any, Literal

from cyclopts import App
from rich.console import Console

from teikei import __version__
from teikei.settings import Settings

app = App(name="teikei", version=__version__, help="Contracts and governance of strategic alliances. 提携の契約と運営。")
db = App(name="db", help="The database.")
paper = App(name="paper", help="Papers.")
template = App(name="template", help="The clause library.")
attention = App(name="attention", help="Accidents that wait for the operator.")
runs = App(name="runs", help="The runs of the matters.")
for group in (db, paper, template, attention, runs):
    app.command(group)

console = Console(stderr=True)


def _show(value: Any, as_json: bool) -> None:
    if as_json:
        print(json.dumps(value, ensure_ascii=False, indent=2))
    else:
        Console().print(value)


@app.command
def up(*, demo: bool = True) -> None:
    """Start everything on this machine and serve until Ctrl-C; with the demo alliances the first time."""
    from teikei.stack import stack

    settings = Settings()
    with stack(settings, console.print) as running:
        console.print(f"[bold]{running.address}/docs[/bold]   operator key: {settings.operator_key}")
        marker = settings.home / "demo-loaded"
        if demo and not marker.exists():
            from teikei.demo import load_scenes, play_all

            play_all(load_scenes(), running, settings.home, console)
            marker.touch()
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


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()
