"""Stacks and demos that run or have run, as the tests of this folder hold them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from teikei.caller import Api
from teikei.player import Player, enrol
from teikei.scenes import Scene

ACCIDENTS = {"note_attention", "clear_attention", "end_known"}
"""Acts that only an accident brings, or the order of two instants that are one."""
ONLY_IN_SCENARIOS = {"party_changed"}
"""Acts of the system that no scene of the demo has a cause for."""


def kinds(union: object) -> set[str]:
    """The kinds of the acts of a union."""
    return {act.__dataclass_fields__["kind"].default for act in get_args(union)}


@dataclass(frozen=True, slots=True)
class Running:
    """A stack that serves, and the folder of everything that it writes."""

    address: str
    operator_key: str
    home: Path
    opened: list[Api] = field(default_factory=list)

    def player(self, scene: Scene, *, collect: bool = False) -> Player:
        """A scene ready to be played here; `collect`: refused steps are kept instead of ending it."""
        api = Api(self.address)
        self.opened.append(api)
        return Player(api, scene, enrol(api, scene, self.operator_key), refusals=[] if collect else None)

    def close(self) -> None:
        """Close the connections of every player."""
        for api in self.opened:
            api.client.close()


@dataclass(frozen=True, slots=True)
class Finished:
    """A run of `teikei demo` that ended by itself."""

    code: int
    home: Path
    said: str
    left: list[str]
    """Processes that outlived it."""

    @property
    def folders(self) -> list[Path]:
        """What each scene left."""
        return sorted(path for path in (self.home / "demo").iterdir() if not path.name.startswith("."))


def play_together(players: list[Player]) -> None:
    """Play several scenes at the same time; the first failure is raised."""
    failures: list[Exception] = []

    def play(player: Player) -> None:
        try:
            player.play()
        except Exception as failure:  # noqa: BLE001  (raised again below)
            failures.append(failure)

    threads = [threading.Thread(target=play, args=(one,)) for one in players]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
