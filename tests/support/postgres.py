"""A PostgreSQL cluster of the tests' own: temporary folder, own socket, free port, gone afterwards.

Never the machine's cluster: tests may drop what they like, and two runs do
not meet. As root the server runs as user `postgres`, because initdb refuses
root. A small shell holds the server: when the test process ends in whatever
way, SIGKILL included, its end of the pipe closes and the shell stops the server.
fsync stays on, since what the fault tests prove depends on it.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from teikei.adapters.temporal.server import LOOPBACK, free_port

MINIMUM: Final = 15
"""Oldest major version that the tests accept; composed production uses 16."""

_SUPERUSER: Final = "teikei"
_HOLD: Final = """
"$0" "$@" &
server=$!
cat >/dev/null
kill -INT $server 2>/dev/null
wait $server
"""
"""$0 is the server, $@ its arguments; `cat` returns when the tests are gone."""


class PostgresMissingError(RuntimeError):
    """No PostgreSQL server of the needed age is on this machine; the message says what to install."""


@dataclass(kw_only=True, slots=True)
class Cluster:
    """A running cluster; `url` is the SQLAlchemy URL of its first database."""

    folder: Path
    port: int
    password: str
    version: str
    _server: subprocess.Popen[bytes] = field(repr=False)

    @property
    def url(self) -> str:
        """SQLAlchemy URL (psycopg 3, TCP on loopback) of the database `postgres`."""
        return self.url_of("postgres")

    @property
    def socket_folder(self) -> Path:
        """Folder of the cluster's own unix socket."""
        return self.folder / "socket"

    def url_of(self, name: str) -> str:
        """SQLAlchemy URL of one database of this cluster."""
        return f"postgresql+psycopg://{_SUPERUSER}:{self.password}@{LOOPBACK}:{self.port}/{name}"

    def create_database(self, name: str | None = None) -> str:
        """Create an empty database and return its URL; without a name, a fresh one."""
        name = name or f"t_{secrets.token_hex(6)}"
        self._do(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Drop a database even when something is still connected to it."""
        self._do(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def connect(self, name: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Open a plain psycopg connection with autocommit."""
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=_SUPERUSER,
            password=self.password,
            dbname=name,
            autocommit=True,
            connect_timeout=5,
        )

    def stop(self) -> None:
        """Stop the server and remove its folder; safe to call twice."""
        atexit.unregister(self.stop)
        if self._server.stdin is not None:
            self._server.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._server.wait(timeout=30)
        if self._server.poll() is None:
            self._server.kill()
            self._server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _do(self, statement: sql.Composed) -> None:
        with self.connect() as connection:
            connection.execute(statement)


def postgres_binaries() -> tuple[Path, str]:
    """Folder of the newest usable server binaries and their version text.

    Raises:
        PostgresMissingError: none is installed, or only older ones.
    """
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr/pgsql").glob("*/bin")]
    if (found := shutil.which("initdb")) is not None:
        folders.append(Path(found).resolve().parent)
    known = {folder: _version(folder) for folder in folders if (folder / "initdb").exists()}
    usable = {folder: text for folder, text in known.items() if _major(text) >= MINIMUM}
    if not usable:
        raise PostgresMissingError(
            f"no PostgreSQL server >= {MINIMUM} found (saw: {', '.join(known.values()) or 'none'}); "
            "on Debian or Ubuntu: apt-get install postgresql"
        )
    return max(usable.items(), key=lambda item: _major(item[1]))


def start_cluster() -> Cluster:
    """Make and start a cluster; about two seconds. The caller stops it, the end of the process does too."""
    binaries, version = postgres_binaries()
    folder = Path(tempfile.mkdtemp(prefix="teikei-pg-"))
    try:
        password = _init(binaries, folder)
        cluster = _start(binaries, folder, password, version)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    atexit.register(cluster.stop)
    print(f"PostgreSQL {cluster.version} on port {cluster.port}")  # noqa: T201 - the version belongs in the log
    return cluster


def _version(folder: Path) -> str:
    answer = subprocess.run(
        [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False
    )
    match = re.search(r"(\d+(?:\.\d+)*)", answer.stdout)
    return match[1] if match else "0"


def _major(version: str) -> int:
    return int(version.split(".", maxsplit=1)[0])


def _owner() -> dict[str, Any]:
    """Popen's arguments that leave root behind: nothing when we are an ordinary user."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        raise PostgresMissingError("root needs the user `postgres`, which Debian's package makes") from None
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _init(binaries: Path, folder: Path) -> str:
    """Run initdb; scram on both doors with a random password, as in production."""
    password = secrets.token_urlsafe(18)
    owner = _owner()
    secret = folder / "secret"
    secret.write_text(password, encoding="utf-8")
    secret.chmod(0o600)
    (folder / "socket").mkdir(mode=0o700)
    if owner:
        for path in (folder, secret, folder / "socket"):
            os.chown(path, owner["user"], owner["group"])
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", _SUPERUSER, "-E", "UTF8"]
    command += ["--locale=C", "--auth=scram-sha-256", f"--pwfile={secret}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **owner)
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed: {done.stderr.strip()}")
    secret.unlink()
    return password


def _start(binaries: Path, folder: Path, password: str, version: str) -> Cluster:
    port = free_port()
    command = ["sh", "-c", _HOLD, str(binaries / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
    for setting in (
        f"listen_addresses={LOOPBACK}",
        f"unix_socket_directories={folder / 'socket'}",
        "fsync=on",
        "max_connections=200",
        "timezone=UTC",
        "log_min_messages=warning",
    ):
        command += ["-c", setting]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            **_owner(),
        )
    cluster = Cluster(folder=folder, port=port, password=password, version=version, _server=server)
    _wait(cluster, server)
    return cluster


def _wait(cluster: Cluster, server: subprocess.Popen[bytes]) -> None:
    """Wait until a real connection succeeds; the server's own log is the reason when it does not."""
    deadline = time.monotonic() + 30
    while True:
        try:
            cluster.connect().close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                words = (cluster.folder / "log").read_text(errors="replace")[-2000:]
                cluster.stop()
                raise RuntimeError(f"PostgreSQL did not start: {words}") from None
            time.sleep(0.05)
        else:
            return
