"""Every row of documents.md 9: refused with its own code, in bounded memory and time, and nobody is called."""

from __future__ import annotations

import functools
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from teikei.documents import DocumentError
from teikei.documents.child import Child, Limits
from teikei.documents.compiled import compile_template
from tests.documents import corpus
from tests.documents.attacks import ATTACKS, field, related

ROOT = Path(__file__).resolve().parents[2]
MEMORY_MB, SECONDS = 40, 5
"""More than an interpreter with the engine has before; of processor time, all attacks together take."""
JUDGE = """
import json, resource, sys, time
from pathlib import Path
from teikei.documents.compiled import compile_template
from teikei.documents.errors import DocumentError
from tests.documents.corpus import paragraphs
compile_template(paragraphs("{{ x }}"))
def peak():
    status = Path("/proc/self/status")  # ru_maxrss begins with what the parent had at the fork
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

before = peak()
said = {}
for file in sorted(Path(sys.argv[1]).iterdir()):
    started, data = time.process_time(), file.read_bytes()
    try:
        compile_template(data)
        said[file.name] = ["accepted", 0]
    except DocumentError as error:
        said[file.name] = [error.code, time.process_time() - started]
print(json.dumps([said, (peak() - before) / 1024]))
"""


class Listener:
    """A port that nobody may call; counts who does."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.calls = 0
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _listen(self) -> None:
        while True:
            try:
                self._socket.accept()[0].close()
            except OSError:
                return
            self.calls += 1

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture(scope="module")
def judged(
    listener: Listener, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, tuple[str, float]], float]:
    """All attacks in one fresh interpreter: code and processor time of each, and the memory that it took."""
    folder = tmp_path_factory.mktemp("attacks")
    for index, (_, make) in enumerate(ATTACKS.values()):
        (folder / f"{index:03}").write_bytes(make(listener.url))
    done = subprocess.run(
        [sys.executable, "-c", JUDGE, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    said, grown = json.loads(done.stdout)
    return {name: tuple(said[f"{index:03}"]) for index, name in enumerate(ATTACKS)}, grown


@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_has_its_code(judged: tuple[dict[str, tuple[str, float]], float], name: str) -> None:
    code, seconds = judged[0][name]
    assert code == f"document.upload_{ATTACKS[name][0]}"
    assert seconds < SECONDS / 2


def test_all_of_them_stay_in_bounds_and_call_nobody(
    judged: tuple[dict[str, tuple[str, float]], float], listener: Listener
) -> None:
    said, grown = judged
    assert grown < MEMORY_MB, grown
    assert sum(seconds for _, seconds in said.values()) < SECONDS
    assert listener.calls == 0
    socket.create_connection(("127.0.0.1", int(listener.url.rpartition(":")[2]))).close()
    for _ in range(100):
        if listener.calls:
            return
        threading.Event().wait(0.02)
    pytest.fail("the listener does not count")


def test_what_firms_send_is_let_in() -> None:
    for docx in (
        related("hyperlink", "https://example.com/terms"),
        related("hyperlink", "mailto:legal@example.com"),
        field(" PAGE  \\\\* MERGEFORMAT "),
        field(' HYPERLINK "https://example.com" '),
        corpus.corpus()["contract"],
    ):
        compile_template(docx)


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with Child(Limits(memory_mb=400, cpu_seconds=1, seconds=8)) as made:
        yield made


def test_the_child_gives_the_same_paper_and_the_same_errors(child: Child) -> None:
    docx, values = corpus.corpus()["contract"], corpus.filling("contract")
    assert child.render(docx, values) == compile_template(docx).render(values)
    with pytest.raises(DocumentError) as there:
        child.render(docx, {})
    with pytest.raises(DocumentError) as here:
        compile_template(docx).render({})
    assert (there.value.code, there.value.params) == (here.value.code, here.value.params)


def test_every_template_of_the_corpus_passes_in_the_child(child: Child) -> None:
    for name in ("set", "runs", "quotes", "elif"):
        assert child.check(corpus.corpus()[name], name).findings == ()


DOUBLING = "{% set a = 'aaaaaaaaaaaaaaaa' %}" + "{% set a = a ~ a %}" * 30 + "{{ a }}"
LOOPS = "{% for a in many %}{% for b in many %}{{ b }}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    ("text", "limits"), [(DOUBLING, {"memory", "cpu"}), (LOOPS, {"cpu", "memory", "time"})]
)
def test_a_greedy_template_is_stopped_and_the_next_one_works(
    child: Child, text: str, limits: set[str]
) -> None:
    with pytest.raises(DocumentError) as caught:
        child.render(corpus.paragraphs(text), {"many": [0] * 20_000})
    assert caught.value.code == "document.template_limits"
    assert caught.value.params["limit"] in limits
    assert child.render(corpus.paragraphs("{{ x }}"), {"x": "甲"})


def test_a_child_that_does_not_answer_is_ended_by_the_clock() -> None:
    with Child(Limits(cpu_seconds=60, seconds=1.0)) as slow, pytest.raises(DocumentError) as caught:
        slow.render(corpus.paragraphs(LOOPS), {"many": [0] * 20_000})
    assert caught.value.params == {"limit": "time"}


def test_the_child_can_open_neither_file_nor_socket() -> None:
    script = (
        "import socket\nfrom teikei.documents import child\nchild._rehearse()\nchild._shut(400)\n"
        "for reach in (lambda: open('/etc/hostname'), lambda: socket.create_connection(('127.0.0.1', 9))):\n"
        "    try:\n        reach()\n        print('open')\n    except OSError as error:\n        print(error.errno)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["24", "24"]  # EMFILE


def test_pictures_and_other_objects_are_refused(child: Child) -> None:
    for render in (child.render, functools.partial(_here)):
        with pytest.raises(DocumentError) as caught:
            render(corpus.paragraphs("{{ x }}"), {"x": Picture()})
        assert caught.value.code == "document.template_object"


class Picture:
    xml = "<w:drawing/>"


def _here(docx: bytes, values: dict[str, object]) -> bytes:
    return compile_template(docx).render(values)
