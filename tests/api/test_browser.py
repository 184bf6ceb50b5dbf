"""Pages in a real Chromium: nothing that keeps anybody out, nothing on the console, and a vote by keyboard alone."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.architecture.house import ROOT
from tests.support.axe import axe
from tests.support.fetched import ClientMissingError

pytestmark = pytest.mark.browser

PASSWORD = "長い合言葉であれば何でもよい"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (1280, 390)
JUDGE = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
MOST_BYTES = 60_000
"""Of a first visit, compressed as a server in front of ours would."""


@dataclass
class Desktop:
    """A site, a browser, and who has signed in how."""

    chromium: Browser
    site: dict[str, Any]
    cookies: dict[str, list[Any]] = field(default_factory=dict)

    def context(
        self, who: str = "", language: str = "ja", scheme: str = "light", **more: Any
    ) -> BrowserContext:
        made = self.chromium.new_context(
            base_url=self.site["address"],
            locale="ja-JP" if language == "ja" else "en-US",
            color_scheme="dark" if scheme == "dark" else "light",
            **more,
        )
        if who:
            made.add_cookies(self.cookies[who])
        return made

    def enter(self, who: str, path: str) -> None:
        """Choose a password over the link."""
        with self.context() as context:
            page = context.new_page()
            page.goto(path)
            for name in ("password", "again"):
                page.fill(f"input[name={name}]", PASSWORD)
            page.click("main button")
            self.cookies[who] = [one for one in context.cookies() if one["name"] == "teikei"]
            assert self.cookies[who]


def chromium_path() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        if os.environ.get("CI"):
            raise ClientMissingError("no chromium on PATH; on Debian: apt-get install chromium")
        pytest.skip("no chromium")
    return found


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    program = chromium_path()
    command = [sys.executable, "-m", "tests.api.served", str(tmp_path_factory.mktemp("served"))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            site = json.loads(server.stdout.readline())
            with sync_playwright() as playwright:
                flags = ["--no-sandbox"] if os.getuid() == 0 else []
                with playwright.chromium.launch(executable_path=program, args=flags) as chromium:
                    made = Desktop(chromium, site)
                    made.enter("first", site["people"][0])
                    made.enter("second", site["people"][1])
                    made.enter("operator", site["operator"])
                    yield made
        finally:
            server.terminate()
            server.wait(20)


def paths(site: dict[str, Any]) -> dict[str, list[str]]:
    """By who looks."""
    decision, alliance = site["decision"], site["alliance"]
    return {
        "": ["/sign-in"],
        "operator": ["/setup"],
        "first": [
            "/", "/alliances", f"/alliances/{alliance}", f"/decisions/{decision}", f"/agreements/{site['nda']}",
            f"/acts/{decision}/vote", f"/acts/{alliance}/announce_event", f"/acts/{alliance}/take_on_obligation",
            "/alliances/unknown",
        ],
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_everybody_can_use_every_page(desktop: Desktop, language: str, scheme: str) -> None:
    script = axe(print).read_text(encoding="utf-8")
    for who, listed in paths(desktop.site).items():
        # The policy of our pages would stop the judge's script too.
        with desktop.context(who, language, scheme, bypass_csp=True) as context:
            page, said = context.new_page(), list[str]()
            listen(page, said, desktop.site["address"])
            for path in listed:
                page.goto(path)
                page.evaluate(script)
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 800})
                    assert fits(page), (path, width)
                    found = page.evaluate(JUDGE, RULES)
                    wrong = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
                    assert wrong == [], (path, language, scheme, width)
            assert [one for one in said if "404" not in one] == []


def listen(page: Page, said: list[str], address: str) -> None:
    """Whatever the console says, and every request that leaves our server."""

    def asked(url: str) -> None:
        if not url.startswith((address, "data:")):
            said.append(url)

    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked(request.url))


def fits(page: Page) -> bool:
    """Nothing has to be moved sideways to be read."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_first_visit_is_small(desktop: Desktop) -> None:
    with desktop.context("first") as context:
        page = context.new_page()
        sizes: list[int] = []
        said: list[str] = []
        listen(page, said, desktop.site["address"])
        page.on("response", lambda response: sizes.append(len(gzip.compress(response.body()))))
        page.goto(f"/alliances/{desktop.site['alliance']}")
        page.wait_for_load_state("networkidle")
    assert said == [], "the policy of the page included"
    assert len(sizes) >= 3
    assert sum(sizes) <= MOST_BYTES


@pytest.mark.parametrize("script", ["on", "off"])
def test_a_decision_is_taken_by_keyboard_alone_on_a_phone(desktop: Desktop, script: str) -> None:
    """From the inbox: each company's approval, then its vote; once with JavaScript, once without."""
    who = "first" if script == "on" else "second"
    phone = {"width": 360, "height": 740}
    with desktop.context(who, java_script_enabled=script == "on", viewport=phone) as context:
        page = context.new_page()
        page.goto("/")
        follow(page, f"/decisions/{desktop.site['decision']}")
        follow(page, f"/acts/{desktop.site['decision']}/record_internal_approval")
        press_until(page, 'input[name="status"]')
        page.keyboard.press("ArrowDown")
        press_until(page, 'input[name="reference"]')
        page.keyboard.type("稟議 2026-11")
        page.keyboard.press("Enter")
        page.wait_for_url("**/decisions/*said=done")
        follow(page, f"/acts/{desktop.site['decision']}/vote")
        press_until(page, 'input[name="choice"]')
        page.keyboard.press("Space")
        press_until(page, "main form button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/decisions/*said=done")
        assert "賛成" in page.inner_text("main table")
        page.goto("/")
        assert f"/decisions/{desktop.site['decision']}" not in page.content()


def focused(page: Page, selector: str) -> bool:
    return page.locator(f"{selector}:focus").count() == 1


def press_until(page: Page, selector: str, most: int = 60) -> None:
    """Tab on until the focus is there."""
    for _ in range(most):
        if focused(page, selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by the keyboard")


def follow(page: Page, path: str) -> None:
    """Tab to a link, and open it."""
    press_until(page, f'a[href="{path}"]')
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")


def test_what_was_chosen_stays_when_something_is_wrong(desktop: Desktop, tmp_path: Path) -> None:
    alliance = desktop.site["alliance"]
    with desktop.context("first", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"/acts/{alliance}/answer_event")
        page.fill("input[name=number]", "7")
        page.check('input[value="acknowledge"]')
        page.click("main form button")
        assert page.locator("[role=alert]").count() == 1
        assert page.input_value("input[name=number]") == "7"
        assert page.is_checked('input[value="acknowledge"]')
        page.screenshot(path=tmp_path / "refused.png")
