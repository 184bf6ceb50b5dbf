"""One LibreOffice, loaded into this process by its C interface (LibreOfficeKit): converts file after file.

Runs as a script of its own (`python -I -S child.py PROGRAM FOLDER`), standard library only: no bridge that a
`uno.py` on the path could shadow, no socket, no second process.  One JSON line in over standard input, one out
for each file.  Before anything is loaded it gives up the network, where the kernel allows that, and much memory.
When standard input ends, the parent is gone: the folder is removed and the process ends, whatever it is doing.
"""

from __future__ import annotations

import ctypes
import json
import os
import queue
import resource
import shutil
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
LIBRARIES = ("libsofficeapp.so", "libmergedlo.so")
"""Where the hook may be; Debian merges all into one."""
GET_ERROR, LOAD, FREE_ERROR = 3, 4, 5
DESTROY, SAVE = 1, 2
"""Places in the tables of LibreOfficeKit.h, which only ever grow at their end; place 0 is the size."""
LOADING = b"Batch=true,EnableMacrosExecution=false"
SAVING = json.dumps(
    {
        "SelectPdfVersion": {"type": "long", "value": "3"},
        "UseTaggedPDF": {"type": "boolean", "value": "true"},
        "ExportBookmarks": {"type": "boolean", "value": "true"},
    }
).encode()
"""PDF/A-3b, tagged."""
MOST_MEMORY = 3 << 30
"""Bytes of writable memory; a file that wants more ends the process, and the parent starts another."""
MOST_OUTPUT = 256 << 20


def cut_off() -> bool:
    """Into an empty network namespace; False where the kernel says no. Only a process with one thread may."""
    libc = ctypes.CDLL(None, use_errno=True)
    owners = (("uid_map", os.getuid()), ("gid_map", os.getgid()))
    if libc.unshare(NEW_USER | NEW_NETWORK) == 0:
        own = Path("/proc/self")
        (own / "setgroups").write_text("deny", encoding="ascii")
        for name, number in owners:
            (own / name).write_text(f"{number} {number} 1", encoding="ascii")
        return True
    return bool(libc.unshare(NEW_NETWORK) == 0)


def limit() -> None:
    """No dump, no endless memory, no endless file."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, MOST_OUTPUT),
    ):
        resource.setrlimit(what, (most, most))


def resident() -> int:
    """Bytes of this process in memory now."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


class Office:
    """LibreOffice over the program folder, with a profile of its own."""

    def __init__(self, program: Path, profile: Path) -> None:
        found = next(program / name for name in LIBRARIES if (program / name).exists())
        hook = ctypes.CDLL(str(found)).libreofficekit_hook_2
        hook.restype, hook.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_char_p)
        kit = hook(str(program).encode(), profile.as_uri().encode())
        if not kit:
            raise SystemExit("LibreOffice did not start")
        self._kit: int = kit

    def convert(self, source: Path, target: Path) -> str:
        """Write the PDF; what could not be done (`load`, `save`), or nothing."""
        pointer, text = ctypes.c_void_p, ctypes.c_char_p
        load = _function(self._kit, LOAD, pointer, pointer, text, text)
        document = load(self._kit, source.as_uri().encode(), LOADING)
        if not document:
            self._say_why()
            return "load"
        save = _function(document, SAVE, ctypes.c_int, pointer, text, text, text)
        saved = save(document, target.as_uri().encode(), b"pdf", SAVING)
        if not saved:
            self._say_why()
        _function(document, DESTROY, None, pointer)(document)
        return "" if saved else "save"

    def _say_why(self) -> None:
        """LibreOffice's own words go to standard error."""
        words = _function(self._kit, GET_ERROR, ctypes.c_void_p, ctypes.c_void_p)(self._kit)
        sys.stderr.write(f"{ctypes.string_at(words).decode('utf-8', 'replace') if words else '?'}\n")
        if words:
            _function(self._kit, FREE_ERROR, None, ctypes.c_void_p)(words)


def _function(of: int, place: int, result: Any, *arguments: Any) -> Any:
    """A function of an object's table."""
    words = ctypes.POINTER(ctypes.c_void_p)
    table = ctypes.cast(ctypes.cast(of, words)[0] or 0, words)
    return ctypes.CFUNCTYPE(result, *arguments)(table[place] or 0)


def listen(jobs: queue.SimpleQueue[dict[str, str]], folder: Path) -> NoReturn:
    """Lines from the parent; when there will be no more, nobody waits for an answer."""
    for line in sys.stdin:
        jobs.put(json.loads(line))
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def main() -> NoReturn:
    """Serve until standard input ends."""
    if sys.argv[1] == "probe":
        sys.exit(0 if cut_off() else 1)
    program, folder = Path(sys.argv[1]), Path(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not look like an answer
    alone = cut_off()
    limit()
    jobs: queue.SimpleQueue[dict[str, str]] = queue.SimpleQueue()
    threading.Thread(target=listen, args=(jobs, folder), daemon=True).start()
    office = Office(program, folder / "profile")
    answer: dict[str, Any] = {"alone": alone}
    while True:
        answers.write(json.dumps({**answer, "resident": resident()}) + "\n")
        answers.flush()
        job = jobs.get()
        answer = {"wrong": office.convert(Path(job["source"]), Path(job["target"]))}


if __name__ == "__main__":
    main()
