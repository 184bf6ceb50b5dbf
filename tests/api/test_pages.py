"""Pages as a browser without script uses them: links and forms that stand in the HTML, nothing else."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from api.app import create_app
from api.guard import ANYONE, OPERATOR, PUBLIC, inventory
from api.pages import forms
from teikei.domain.questions import ANSWERS
from teikei.domain.texts import catalogue
from tests.api.scene import Life, Site
from tests.api.sql_house import SqlHouse

PASSWORD = "長い合言葉であれば何でもよい"
VOID = {"input", "meta", "link", "br"}


@dataclass
class Form:
    """One form of a page: where it goes, and what stands in its fields."""

    action: str
    values: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


class Read(HTMLParser):
    """What a person finds on a page. Every element is closed, every id stands once."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.language = ""
        self.feed(text)
        assert self.open == []
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID and tag != "!doctype":
            self.open.append(tag)
        if tag == "html":
            self.language = given["lang"]
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        if tag in {"input", "select", "textarea", "button"} and given.get("name"):
            form = self.forms[-1]
            form.names.add(given["name"])
            if given.get("type") == "hidden":
                form.values.append((given["name"], given["value"]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@dataclass
class Browser:
    """A browser of one person."""

    client: AsyncClient

    async def get(self, path: str, **headers: str) -> Response:
        return await self.client.get(path, headers=headers)

    async def read(self, path: str) -> Read:
        answer = await self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-500:])
        return Read(answer.text)

    async def send(self, form: Form, origin: str = "same-origin", **values: str) -> Response:
        assert set(values) <= form.names, (set(values), form.names)
        sent = urlencode([*form.values, *values.items()])
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": origin}
        return await self.client.post(form.action, content=sent, headers=kind)

    async def act(self, matter: str, act: str, origin: str = "same-origin", **values: str) -> Response:
        form = (await self.read(f"/acts/{matter}/{act}")).forms[-1]
        return await self.send(form, origin, **values)


@dataclass
class Office:
    """A site, and a way to sign in as somebody of a company."""

    site: Site
    browsers: list[AsyncClient] = field(default_factory=list)

    def browser(self) -> Browser:
        app = ASGITransport(app=create_app(self.site.house.services), raise_app_exceptions=False)
        client = AsyncClient(transport=app, base_url="http://teikei.test", follow_redirects=False)
        client.headers["Accept"] = "text/html"
        self.browsers.append(client)
        return Browser(client)

    async def person(self, company: str, name: str) -> Browser:
        """Somebody who has chosen a password over a one-time link."""
        accounts, mail = self.site.house.services.accounts, f"p{len(self.browsers)}@{company[:12]}.example"
        account = accounts.add(company, name, mail, mail)
        browser, path = self.browser(), f"/enter/{accounts.link(account['id'])}"
        form = (await browser.read(path)).forms[-1]
        form.action = path
        answer = await browser.send(form, password=PASSWORD, again=PASSWORD)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        return browser


@pytest.fixture
async def office(site: Site) -> AsyncIterator[Office]:
    one = Office(site)
    yield one
    for client in one.browsers:
        await client.aclose()


async def test_who_is_not_signed_in_is_led_to_the_form_and_back(office: Office) -> None:
    site, stranger = office.site, office.browser()
    alliance = await site.open()
    answer = await stranger.get(f"/alliances/{alliance}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next=/alliances/{alliance}")
    accounts = site.house.services.accounts
    account = accounts.add(site.companies[0], "鈴木 一郎", "suzuki@back.example", "suzuki")
    accounts.enter(accounts.link(account["id"]), PASSWORD)
    form = (await stranger.read(answer.headers["location"])).forms[-1]
    wrong = await stranger.send(form, mail="suzuki@back.example", password="something else")
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (403, False)
    answer = await stranger.send(form, mail="suzuki@back.example", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/alliances/{alliance}")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert (await stranger.get(f"/alliances/{alliance}")).status_code == 200
    assert (await stranger.send((await stranger.read("/")).forms[1])).status_code == 303
    assert (await stranger.get("/")).headers["location"] == "/sign-in"


@pytest.mark.parametrize("there", ["//evil.example", "/\\evil.example", "https://evil.example", "/a b"])
async def test_no_link_leads_out_after_signing_in(office: Office, there: str) -> None:
    answer = await office.browser().get(f"/sign-in?{urlencode({'next': there})}")
    assert answer.status_code == 422


async def test_a_link_works_once_and_looking_at_it_uses_nothing_up(office: Office) -> None:
    accounts, browser = office.site.house.services.accounts, office.browser()
    account = accounts.add(office.site.companies[0], "佐藤", "sato@once.example", "sato")
    path = f"/enter/{accounts.link(account['id'])}"
    forms_ = [(await browser.read(path)).forms[-1] for _ in range(3)]
    forms_[0].action = path
    assert (await browser.send(forms_[0], password="短い", again="短い")).status_code == 422
    assert (await browser.send(forms_[0], password=PASSWORD, again=PASSWORD + "?")).status_code == 422
    assert (await browser.send(forms_[0], password=PASSWORD, again=PASSWORD)).status_code == 303
    assert (await browser.send(forms_[0], password=PASSWORD, again=PASSWORD)).status_code == 404
    assert (await browser.get(path)).status_code == 404


async def test_a_decision_is_taken_with_forms_alone(office: Office) -> None:
    """From the inbox to the vote: three taps, and the record has the name of the person."""
    site = office.site
    life = Life(site, await site.open())
    await life.to_diligence()
    people = [await office.person(company, f"役員{i}") for i, company in enumerate(life.pair)]
    decision = await _go_no_go(life)
    for i, person in enumerate(people):
        inbox = await person.read("/")
        assert f"/decisions/{decision}" in inbox.links
        page = await person.read(f"/decisions/{decision}")
        assert f"/acts/{decision}/record_internal_approval" in page.links
        assert page.links.index(f"/acts/{decision}/vote") > page.links.index(f"/acts/{decision}/recuse"), (
            "not yet: only among all acts"
        )
        early = await person.act(decision, "vote", choice="yes")
        assert early.status_code == 409
        assert catalogue("en")["errors.decision.internal_first.title"] in early.text
        done = await person.act(decision, "record_internal_approval", status="approved", reference=f"稟{i}")
        assert (done.status_code, done.headers["location"]) == (303, f"/decisions/{decision}?said=done")
        assert Read((await person.get(done.headers["location"])).text).open == []
        done = await person.act(decision, "vote", choice="yes", reason="戦略に合う <script>")
        assert done.status_code == 303, done.text
        assert f"/decisions/{decision}" not in (await person.read("/")).links
    page_of_second = (await people[1].get(f"/decisions/{decision}")).text
    assert "戦略に合う &lt;script&gt;" in page_of_second
    assert "稟1" not in (await people[0].get(f"/alliances/{life.alliance}")).text
    if isinstance(site.house, SqlHouse):
        record = await site.ask("GET", f"{life.path}/record", life.pair[0])
        assert '"person":"役員0"' in record.text.replace(" ", "")


async def _go_no_go(life: Life) -> str:
    """The decision that follows shared marks."""
    await life.share_marks()
    return str((await life.view())["go_no_go"])


async def test_sending_a_form_twice_says_it_once(office: Office) -> None:
    site = office.site
    life = Life(site, await site.open())
    await life.to_diligence()
    person, decision = await office.person(life.pair[0], "役員"), await _go_no_go(life)
    form = (await person.read(f"/acts/{decision}/comment")).forms[-1]
    before = site.house.count()
    answers = [await person.send(form, text="一度だけ") for _ in range(3)]
    assert [a.status_code for a in answers] == [303] * 3
    assert site.house.count() == before + 1


async def test_another_site_cannot_send_a_form(office: Office) -> None:
    site = office.site
    person, alliance = await office.person(site.companies[0], "役員"), await site.open()
    before = site.house.count()
    for origin in ("cross-site", "same-site", "none"):
        assert (await person.act(alliance, "abandon", origin, reason="奪う")).status_code == 403
    sent = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/acts/{alliance}/abandon"
    for more in ({}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
        answer = await person.client.post(path, content="reason=x", headers={**sent, **more})
        assert answer.status_code == 403
    old = await person.client.post(path, content="reason=", headers={**sent, "Origin": "http://teikei.test"})
    assert old.status_code == 422, "an older browser that names the origin only is heard"
    assert site.house.count() == before


async def test_reading_changes_nothing_and_others_see_nothing(office: Office) -> None:
    site = office.site
    alliance = await site.open()
    insider = await office.person(site.companies[0], "内")
    outsider = await office.person(site.companies[3], "外")
    operator = await office.person("", "運営者")
    before, seen, todo = site.house.count(), set(), ["/", "/alliances"]
    while todo:
        path = todo.pop()
        if path in seen or path.startswith(("/papers/", "/alliances.xlsx", "/v1")):
            continue
        seen.add(path)
        answer = await insider.get(path)
        assert answer.status_code == 200, (path, answer.text)
        todo += Read(answer.text).links
        if alliance in path:
            hidden = await outsider.get(path)
            assert hidden.status_code == 404
            assert (await operator.get(path)).status_code == 403
    assert len(seen) > 20
    assert site.house.count() == before
    assert alliance not in (await outsider.get("/alliances")).text


async def test_every_page_has_its_door(office: Office) -> None:
    """Whom a page is for, in this order: from a page of ours, signed in, of the right kind, and the thing is there."""
    site = office.site
    operator, company, stranger = [
        await office.person("", "運営者"), await office.person(site.companies[0], "役員"), office.browser(),
    ]  # fmt: skip
    found = inventory(create_app(site.house.services))
    pages = {name: guard for name, guard in found.items() if guard.page}
    public = {name for name, guard in pages.items() if guard.action is PUBLIC}
    assert public == {
        "GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /enter/{secret}", "POST /enter/{secret}", "POST /language",
    }  # fmt: skip
    before = site.house.count()
    for name in pages.keys() - public:
        method, route = name.split(" ")
        path = (
            route.replace("{id}", "aln_" + "z" * 26).replace("{sha256}", "0" * 64).replace("{act}", "suspend")
        )
        own = {"Sec-Fetch-Site": "same-origin"}
        if method == "POST":
            assert (await company.client.post(path)).status_code == 403, name
        assert (await stranger.client.request(method, path, headers=own)).status_code == 303, name
        wrong = company if pages[name].action is OPERATOR else operator
        if pages[name].action is not ANYONE:
            assert (await wrong.client.request(method, path, headers=own)).status_code == 403, name
        if "{" in route:
            assert pages[name].loader is not None
            assert (await company.client.request(method, path, headers=own)).status_code == 404, name
    assert site.house.count() == before


async def test_a_key_opens_no_page_and_a_session_no_api(office: Office) -> None:
    site = office.site
    person = await office.person(site.companies[0], "役員")
    assert (await person.get("/v1/alliances")).status_code == 401
    stranger = office.browser()
    answer = await stranger.get("/alliances", Authorization=f"Bearer {site.keys[site.companies[0]]}")
    assert answer.status_code == 303


async def test_every_page_is_there_in_both_languages_and_sends_nothing_elsewhere(office: Office) -> None:
    site = office.site
    alliance = await site.open()
    person = await office.person(site.companies[0], "役員")
    for language in ("ja", "en"):
        form = (await person.read("/")).forms[0]
        answer = await person.send(form, language=language)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        for path in ("/", "/alliances", f"/alliances/{alliance}", f"/acts/{alliance}/suspend"):
            told = await person.get(path)
            assert Read(told.text).language == language
            assert told.headers["content-language"] == language
            assert re.findall(r"""(?:src|href|action)="(?:https?:)?//""", told.text) == []
            policy = told.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", told.text)


async def test_what_is_wrong_stands_beside_the_field(office: Office) -> None:
    site = office.site
    alliance = await site.open()
    person = await office.person(site.companies[0], "役員")
    answer = await person.act(alliance, "suspend", reason=" ", until="2026-02-31")
    assert answer.status_code == 422
    for name in ("reason", "until"):
        assert f'id="wrong-{name}"' in answer.text
        assert f'aria-describedby="wrong-{name}"' in answer.text
    again = await person.act(alliance, "suspend", reason="x" * 100_000)
    assert again.status_code == 422
    unknown = await person.get(f"/acts/{alliance}/vote")
    assert unknown.status_code == 404


async def test_the_operator_makes_accounts_and_reads_no_alliance(office: Office) -> None:
    operator = await office.person("", "運営者")
    assert (await operator.get("/")).headers["location"] == "/setup"
    setup = await operator.read("/setup")
    form = next(f for f in setup.forms if f.action == "/setup/accounts")
    made = await operator.send(form, person="新任 花子", mail=f"hanako{id(office)}@new.example")
    assert made.status_code == 200
    [path] = [link for link in Read(made.text).links if link.startswith("/enter/")]
    assert (await office.browser().get(path)).status_code == 200
    again = next(f for f in Read(made.text).forms if f.action == "/setup/accounts")
    taken = await operator.send(again, person="別人", mail=f"hanako{id(office)}@new.example")
    assert taken.status_code == 422
    assert (await operator.get("/alliances")).status_code == 403


def test_every_form_has_its_words() -> None:
    for language in ("ja", "en"):
        texts = catalogue(language)
        for name in forms.names():
            assert texts[f"page.act.{name}"]
            for one in forms.fields_of(name) or ():
                assert texts[f"page.field.{one.name}"]
                for choice in one.choices:
                    assert {f"word.{choice}", f"page.choice.{choice}"} & texts.keys(), (
                        name,
                        one.name,
                        choice,
                    )
    voting = {"submit_internal_approval", "record_internal_approval", "vote", "recuse"}
    assert voting | {act for given in ANSWERS.values() for act in given} <= set(forms.names())
