"""A paper as PDF over HTTP: under way, there, not possible; and nobody's business but the parties'."""

from __future__ import annotations

from api.examples import SHA
from tests.api.conversions import FakeConversions
from tests.api.scene import Life, Site


def conversions(site: Site) -> FakeConversions:
    found = site.house.services.conversions
    assert isinstance(found, FakeConversions)
    return found


async def test_a_paper_as_pdf(life: Life) -> None:
    a, b = life.pair[0], life.pair[1]
    paper = (await life.site.get(f"{life.path}/papers", a))["data"][0]
    path = f"/v1/papers/{paper['sha256']}/pdf"
    under_way = await life.site.ask("GET", path, a)
    assert (under_way.status_code, under_way.headers["retry-after"]) == (202, "1")
    assert under_way.headers["location"] == path
    made = await life.site.ask("GET", path, b)
    assert (made.status_code, made.headers["content-type"]) == (200, "application/pdf")
    assert made.content.startswith(b"%PDF")
    assert ".pdf" in made.headers["content-disposition"]
    assert ".docx" not in made.headers["content-disposition"]


async def test_of_others_it_is_not_there_and_nothing_is_begun(life: Life) -> None:
    a, outsider = life.pair[0], life.site.companies[3]
    sha = (await life.site.get(f"{life.path}/papers", a))["data"][1]["sha256"]
    foreign, absent = [await life.site.ask("GET", f"/v1/papers/{one}/pdf", outsider) for one in (sha, SHA)]
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert sha not in conversions(life.site).asked


async def test_what_cannot_be_converted_says_why(life: Life) -> None:
    sha = (await life.site.get(f"{life.path}/papers", life.pair[0]))["data"][2]["sha256"]
    conversions(life.site).hard = sha
    answer = await life.site.ask("GET", f"/v1/papers/{sha}/pdf", life.pair[0])
    assert (answer.status_code, answer.json()["code"]) == (409, "pdf.too_slow")
    assert "60" in answer.json()["title_ja"]


async def test_without_libreoffice_drafts_go_on_and_readyz_says_what_to_do(memory: Site) -> None:
    conversions(memory).office = False
    ready = await memory.ask("GET", "/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert ready.json()["degraded"] == ["libreoffice"]
    assert "libreoffice-writer" in ready.json()["remedies"]["libreoffice"]["en"]
    assert "導入" in ready.json()["remedies"]["libreoffice"]["ja"]
    life = Life(memory, await memory.open())
    await memory.post(f"{life.path}/intake", memory.companies[0], memory.intake())
    papers = (await memory.get(f"{life.path}/papers", memory.companies[0]))["data"]
    assert papers, "a draft is written all the same"
    refused = await memory.ask("GET", f"/v1/papers/{papers[0]['sha256']}/pdf", memory.companies[0])
    assert (refused.status_code, refused.json()["code"]) == (503, "pdf.no_office")
