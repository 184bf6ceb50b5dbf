"""LibreOffice as a pool: the right PDF, nothing over the network, whatever happens the pool goes on and leaves nothing.

Real children throughout; each start costs a second, so one pool is shared and the accidents share another.
"""

from __future__ import annotations

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Name
from pydantic import TypeAdapter

from teikei.adapters.files import FileStore
from teikei.adapters.office import child, desk, pool
from teikei.adapters.office.desk import PdfDesk
from teikei.adapters.office.pool import OfficePool, find_office, isolation
from teikei.adapters.sql.renditions import SqlRenditions
from teikei.documents import Rendered, render
from teikei.documents.pdf import DATA, SOURCE, archival, data_of, read
from teikei.domain.errors import Conflict, Unavailable
from teikei.domain.papers import VARIABLES
from tests.documents.attacks import field, linked_picture, related
from tests.documents.outside import FACES, need, run, squeezed
from tests.documents.samples import sample
from tests.support.fetched import ClientMissingError
from tests.support.live import database
from tests.support.verapdf import judged, verapdf

pytestmark = pytest.mark.office

KINDS = (("nda", 3), ("statement", 10), ("minutes", 2))
LINK = (
    '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
    '<wp:extent cx="914400" cy="914400"/><wp:docPr id="991" name="p"/>'
    '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:nvPicPr><pic:cNvPr id="0" name="p"/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:link="rIdOut"/>'
    "<a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
    '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="914400" cy="914400"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>'
)
IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"


@pytest.fixture(scope="module")
def program() -> Path:
    need("soffice")
    found = find_office()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def office(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficePool]:
    """Two children, for everything that goes well; at the end neither process nor folder is left."""
    scratch = tmp_path_factory.mktemp("scratch")
    with OfficePool(program, children=2, scratch=scratch) as shared:
        yield shared
        pids = shared.pids
    assert list(scratch.iterdir()) == []
    assert not [pid for pid in pids if _runs(pid)]


@pytest.fixture(scope="module")
def papers(office: OfficePool, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Rendered, Path]]:
    """Some papers as PDF/A, converted at the same time."""
    folder = tmp_path_factory.mktemp("pdf")

    def made(one: tuple[str, int]) -> tuple[str, tuple[Rendered, Path]]:
        kind, count = one
        variables: object = sample(kind, count)  # type: ignore[arg-type]
        paper, file = render(kind, variables), folder / f"{kind}.pdf"
        data = data_of(kind, paper.language, variables)
        file.write_bytes(archival(office.convert(paper.docx), docx=paper.docx, data=data))
        return kind, (paper, file)

    with ThreadPoolExecutor(len(KINDS)) as threads:
        found = dict(threads.map(made, KINDS))
    assert (office.started, len(office.pids)) == (2, 2)
    return found


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _linked(docx: bytes, url: str) -> bytes:
    """A paper with a picture that lies elsewhere."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as given, zipfile.ZipFile(target, "w") as made:
        for name in given.namelist():
            content = given.read(name).decode("utf-8", "surrogateescape")
            if name == "word/document.xml":
                content = content.replace("</w:p>", f"</w:p>{LINK}", 1)
            if name == "word/_rels/document.xml.rels":
                more = f'<Relationship Id="rIdOut" Type="{IMAGE}" Target="{url}" TargetMode="External"/>'
                content = content.replace("</Relationships>", f"{more}</Relationships>")
            made.writestr(name, content.encode("utf-8", "surrogateescape"))
    return target.getvalue()


# what comes out


def _marks(text: str) -> str:
    """Without 、 and 。, which may hang in the margin, where poppler loses some."""
    return re.sub("[、。]", "", squeezed(text))


def test_the_text_is_that_of_the_paper_and_every_page_is_counted(
    papers: dict[str, tuple[Rendered, Path]],
) -> None:
    for kind, (paper, file) in papers.items():
        text = run(need("pdftotext"), "-raw", str(file), "-")
        pages = [page.strip().split("\n") for page in text.split("\f") if page.strip()]
        assert [page[-1] for page in pages] == [f"{n} / {len(pages)}" for n in range(1, len(pages) + 1)]
        heads = {page[0] for page in pages[1:]}
        assert len(heads) == 1, kind
        body = _marks("".join("".join(page[page[0] in heads : -1]) for page in pages))
        place = 0
        for line in map(_marks, paper.text.split("\n")):
            place = body.find(line, place)
            assert place >= 0, (kind, line)


def test_fonts_are_embedded_and_expected(papers: dict[str, tuple[Rendered, Path]]) -> None:
    for kind, (_, file) in papers.items():
        lines = run(need("pdffonts"), str(file)).splitlines()[2:]
        assert lines
        for line in lines:
            assert line.split()[0].split("+")[-1].startswith(FACES), (kind, line)
            assert line.split()[-5] == "yes", (kind, line)


def test_it_carries_the_word_file_and_the_data_that_write_it_again(
    papers: dict[str, tuple[Rendered, Path]],
) -> None:
    for kind, (paper, file) in papers.items():
        inside = read(file.read_bytes())
        assert inside.docx == paper.docx
        data = json.loads(inside.data)
        shape = next(shape for name, shape in VARIABLES.items() if name == data["kind"])
        variables: object = TypeAdapter(shape).validate_json(json.dumps(data["variables"]))
        assert render(data["kind"], variables, language=data["language"]).docx == paper.docx
        with pikepdf.open(file) as pdf:
            found = {str(one.UF): one.AFRelationship for one in pdf.Root.AF}
            assert found == {SOURCE: Name.Source, DATA: Name.Data}, kind
            assert pdf.Root.MarkInfo.Marked


def test_verapdf_passes_them_and_would_not_pass_anything(
    papers: dict[str, tuple[Rendered, Path]], tmp_path: Path
) -> None:
    try:
        jar = verapdf(print)
    except ClientMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    harmed = tmp_path / "harmed.pdf"
    with pikepdf.open(papers["minutes"][1]) as pdf:
        del pdf.Root.AF[0].AFRelationship
        pdf.save(harmed)
    found = judged(jar, [harmed, papers["minutes"][1], papers["statement"][1]])
    assert found.pop("harmed.pdf") != []
    assert found == {"minutes.pdf": [], "statement.pdf": []}


# what goes wrong


def test_accidents_cost_one_child_and_the_pool_goes_on(program: Path, tmp_path: Path) -> None:
    paper = render("return_letter", sample("return_letter")).docx
    with OfficePool(program, files=3, scratch=tmp_path) as one:
        assert one.convert(paper).startswith(b"%PDF")
        [hanging] = one.pids
        os.kill(hanging, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(Conflict, match=r"pdf\.too_slow"):
            one.convert(paper, 0.5)
        assert time.monotonic() - started < 10
        assert (one.pids, _runs(hanging), list(tmp_path.iterdir())) == ([], False, [])
        assert one.convert(paper).startswith(b"%PDF")
        os.kill(one.pids[0], signal.SIGKILL)  # from outside, while it is idle
        assert one.convert(paper).startswith(b"%PDF")
        assert one.started == 3
        [worn] = one.pids
        assert one.convert(paper).startswith(b"%PDF")
        assert one.pids == [worn]
        assert one.convert(paper).startswith(b"%PDF")  # its third file, and so its last
        assert (one.pids, _runs(worn)) == ([], False)
        one.memory = 1  # every child is too big after a file
        assert one.convert(paper).startswith(b"%PDF")
        assert (one.pids, one.started) == ([], 4)
    with pytest.raises(Unavailable, match=r"pdf\.no_office"):
        one.convert(paper)


def test_a_child_that_is_killed_at_work_is_replaced_and_the_file_tried_again(
    office: OfficePool, papers: dict[str, tuple[Rendered, Path]]
) -> None:
    paper, before = papers["nda"][0].docx, office.started
    for pid in office.pids:
        os.kill(pid, signal.SIGSTOP)  # so that it is at work for certain when it dies
    with ThreadPoolExecutor(1) as thread:
        going = thread.submit(office.convert, paper)
        time.sleep(0.2)
        for pid in office.pids:
            os.kill(pid, signal.SIGKILL)
        assert going.result().startswith(b"%PDF")
    assert office.started == before + 1


def test_nothing_outlives_a_parent_that_is_killed(program: Path, tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from teikei.adapters.office.pool import OfficePool\n"
        "pool = OfficePool(Path(sys.argv[1]), scratch=Path(sys.argv[2]))\n"
        "child = pool._started(); print(*pool.pids, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(program), str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _runs(pid)
        assert len(list(tmp_path.iterdir())) == 1
        parent.kill()
    until = time.monotonic() + 5
    while (list(tmp_path.iterdir()) or _zombie_or_gone(pid) is False) and time.monotonic() < until:
        time.sleep(0.02)
    assert list(tmp_path.iterdir()) == []
    assert _zombie_or_gone(pid)


def _zombie_or_gone(pid: int) -> bool:
    """Where nobody reaps orphans a dead process keeps its number."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "Z"


def test_a_folder_without_libreoffice_is_none_and_one_that_does_not_start_is_trouble(tmp_path: Path) -> None:
    assert find_office(str(tmp_path / "soffice")) is None
    (tmp_path / child.LIBRARIES[0]).write_text("no library")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with OfficePool(tmp_path, scratch=scratch) as broken, pytest.raises(Unavailable, match=r"pdf\.no_office"):
        broken.convert(b"PK")
    assert list(scratch.iterdir()) == []


# the network


class Listener:
    """A server on this machine that counts who comes."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/picture.png"
        self.came = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                guest, _ = self.socket.accept()
            except OSError:
                return
            self.came += 1
            guest.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    one = Listener()
    yield one
    one.socket.close()


def _connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children keep their network, as where the kernel gives no namespace."""
    source = f"n = {{'__name__': 'child'}}; exec(open({child.__file__!r}).read(), n); n['cut_off'] = lambda: False; n['main']()"
    monkeypatch.setattr(pool, "_command", lambda *a: [sys.executable, "-I", "-S", "-c", source, *map(str, a)])


def test_a_linked_picture_is_never_fetched(office: OfficePool, listener: Listener) -> None:
    paper = _linked(render("notice", sample("notice")).docx, listener.url)
    assert office.convert(paper).startswith(b"%PDF")
    assert listener.came == 0
    assert office.alone is (isolation() == "namespace")


@pytest.mark.parametrize("blocked", [True, False])
def test_nor_where_the_kernel_gives_no_namespace_and_the_block_is_what_holds(
    program: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, blocked: bool
) -> None:
    _connected(monkeypatch)
    if not blocked:  # the listener would see it
        monkeypatch.setattr(pool, "PROFILE", ())
    paper = _linked(render("notice", sample("notice")).docx, listener.url)
    with OfficePool(program, scratch=tmp_path) as exposed:
        assert exposed.convert(paper).startswith(b"%PDF")
        assert not exposed.alone
    assert (listener.came == 0) is blocked


@pytest.mark.parametrize("held", [True, False])
def test_a_file_of_others_is_cut_off_before_it_is_converted(
    program: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, held: bool
) -> None:
    """Where neither the kernel nor the profile would hold it."""
    _connected(monkeypatch)
    monkeypatch.setattr(pool, "PROFILE", ())
    if not held:  # the listener would see it
        monkeypatch.setattr(desk, "cut_off", lambda docx: docx)
    files, renditions = FileStore(tmp_path / "files"), SqlRenditions(database(tmp_path))
    url = listener.url
    paper = _linked(render("notice", sample("notice")).docx, url)
    others = [linked_picture(url), field(f' INCLUDEPICTURE "{url}" '), related("attachedTemplate", url)]
    with OfficePool(program, scratch=tmp_path) as exposed:
        made = PdfDesk(renditions, files, exposed)
        for docx in [paper, *others] if held else [paper]:
            source = files.put(docx)
            assert read(files.get(made.convert(source))).docx == docx, (
                "what is carried is the file as it was signed"
            )
    assert (listener.came == 0) is held


def test_no_secret_of_ours_is_in_its_environment(office: OfficePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEIKEI_SMTP_PASSWORD", "secret")
    office.convert(render("return_letter", sample("return_letter")).docx)
    for pid in office.pids:
        assert "TEIKEI" not in Path(f"/proc/{pid}/environ").read_text(encoding="utf-8")
