"""The demo: the embedded stack, the scenes of `examples/` played side by side over HTTP, and what they leave.

Everything lands below `<home>/demo/<slug>`: `documents/*.docx`, `timeline.json`,
`record.jsonl`, `mail/*.eml`.  A refused step ends the demo with exit code 1.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from teikei.caller import Api, Interrupted, RefusedStep
from teikei.player import Player, enrol
from teikei.scenes import ZONE, Scene, SceneError, Step, find_scenes, load_scenes
from teikei.settings import Settings
from teikei.stack import Stack, StackError, stack

__all__ = ["demo", "load_scenes", "play_all", "welcome"]

ROUTINE = frozenset({"score", "enter_amount"})
"""Acts of which the printed timeline shows the number, not each."""


def demo(scenario: str, home: Path | None, console: Console) -> int:
    """Play the scenes (`scenario`: see `find_scenes`) on a fresh stack; the exit code.

    0 all played · 1 a step was refused or the stack did not come up · 2 no such scene · 130 Ctrl-C.
    """
    scenes = find_scenes(scenario)
    if not scenes:
        console.print(f"no scene is called {scenario!r}")
        return 2
    base = home or Settings().home
    shutil.rmtree(base / "demo", ignore_errors=True)
    begun = time.monotonic()
    try:
        fresh = Settings(home=base / "demo" / ".stack", database_url="", files_url="")
        with stack(fresh, console.print) as running:
            played = play_all(scenes, running, base, console)
    except (RefusedStep, SceneError, StackError) as failure:
        console.print(str(failure), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted  中断しました")
        return 130
    for one in played:
        _show(one, base / "demo" / one.scene.slug)
    console.print(f"{len(played)} alliances in {time.monotonic() - begun:.1f} s")
    return 0


def play_all(scenes: Sequence[Scene], running: Stack, home: Path, console: Console) -> list[Player]:
    """Play scenes side by side on a running stack and write what they leave below `home/demo`."""
    stop = threading.Event()
    players: list[Player] = []
    try:
        with _progress(scenes, console) as report:
            for scene in scenes:
                api = Api(running.address, stop)
                players.append(Player(api, scene, enrol(api, scene, running.operator_key), report(scene)))
            _side_by_side([partial(_play, one, home) for one in players], stop)
        _no_accident(players[0].api, running.operator_key)
    finally:
        for one in players:
            one.api.client.close()
    return players


def welcome(players: Sequence[Player], running: Stack) -> None:
    """An account for the person of every company in the scenes; the operator's page hands out their links."""
    api = Api(running.address, threading.Event())
    try:
        for player in players:
            for member in player.members.values():
                account = {"person": member.facts["person"], "mail": member.facts["contact"]["email"]}
                path = f"/v1/companies/{member.id}/accounts"
                api.post(path, running.operator_key, account, f"demo:{member.id}")
    finally:
        api.client.close()


def _play(player: Player, home: Path) -> None:
    """Play one scene and write what it leaves; one that was played before is left as it is."""
    secret, name = player.first.secret, player.scene.section("alliance.name_ja")
    known = [row for row in player.api.rows("/v1/alliances", secret) if row["title"] == name]
    if known:
        player.alliance = known[0]["id"]
    else:
        player.play()
    player.leave(home / "demo" / player.scene.slug)


def _side_by_side(jobs: Sequence[Callable[[], None]], stop: threading.Event) -> None:
    """Run jobs in threads; the first failure stops the others and is raised. The threads hold no exit up."""
    failures: list[BaseException] = []

    def run(job: Callable[[], None]) -> None:
        try:
            job()
        except Interrupted:
            pass
        except BaseException as failure:  # noqa: BLE001  (raised again below, in the thread that waits)
            failures.append(failure)
            stop.set()

    threads = [threading.Thread(target=run, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        stop.set()
        raise
    if failures:
        raise failures[0]


def _no_accident(api: Api, operator: str) -> None:
    accidents = list(api.rows("/v1/attention", operator))
    if accidents:
        raise SceneError(f"matters with an accident: {accidents}")


Report = Callable[[Step, "datetime | None"], None]


@contextlib.contextmanager
def _progress(scenes: Sequence[Scene], console: Console) -> Iterator[Callable[[Scene], Report]]:
    """A bar per scene; where nobody watches, a line per clock step."""
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[at]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks = {one.slug: bars.add_task(one.slug, total=len(one.steps), at="") for one in scenes}

        def reporter(scene: Scene) -> Report:
            def report(step: Step, now: datetime | None) -> None:
                at = now.astimezone(ZONE).date().isoformat() if now else ""
                bars.update(tasks[scene.slug], completed=step.number, at=f"{at} {step.act}")
                if step.clock and not console.is_terminal:
                    console.print(f"{scene.slug} {step.number}/{len(scene.steps)} {at}")

            return report

        yield reporter


def _show(player: Player, folder: Path) -> None:
    """The timeline in short, and where everything lies."""
    rows = json.loads((folder / "timeline.json").read_text(encoding="utf-8"))
    table = Table(title=f"{player.scene.section('alliance.name_ja')}（{len(rows)}件）", show_lines=False)
    for heading in ("日付", "行為者", "事項"):
        table.add_column(heading, no_wrap=heading == "日付")
    for at, by, title in _short(rows):
        table.add_row(at, by, title)
    out = Console()
    out.print(table)
    for name in ("documents", "mail"):
        out.print(f"{len(list((folder / name).iterdir())):4d}  {folder / name}")
    out.print(f"      {folder / 'timeline.json'}\n      {folder / 'record.jsonl'}")


def _short(rows: Sequence[dict[str, str]]) -> list[tuple[str, str, str]]:
    """One line per day and kind of thing: who, and the first title with the number of the others."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        day = datetime.fromisoformat(row["at"]).astimezone(ZONE).date().isoformat()
        what = row["act"] if row["act"] in ROUTINE else row["title_ja"].split("（")[0]
        groups.setdefault((day, what), []).append(row)
    lines = []
    for (day, _), same in groups.items():
        more = f" ほか{len(same) - 1}件" if len(same) > 1 else ""
        lines.append((day, "、".join(dict.fromkeys(row["by"] for row in same)), same[0]["title_ja"] + more))
    return lines
