"""People at the door: companies with keys, and the moves that bring an alliance through its life over HTTP only."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any, Protocol

from httpx2 import AsyncClient, Response

from activities.ports import Reads
from api.examples import EXAMPLES, SHA
from api.services import Services

SANDBOX = "2026-01-05T09:00:00+09:00"
AXES = ("culture", "philosophy", "technology")


class House(Protocol):
    """What stands behind the ports, as far as tests look at it."""

    operator_secret: str
    services: Services

    def count(self) -> int:
        """Entries of all records."""

    def hurt(self, matter: str) -> None:
        """An accident befalls a matter."""

    def nobody_answers(self, *, now: bool) -> None:
        """Acts become orders, as when no worker runs; or no longer."""


def example(act: str, **changes: Any) -> dict[str, Any]:
    """A body that is well formed."""
    return {**copy.deepcopy(EXAMPLES[act]), **changes}


@dataclass
class Site:
    """The API over some house, and one key per company."""

    client: AsyncClient
    house: House
    companies: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    succeeded: set[tuple[str, str]] = field(default_factory=set)
    """(method, path) of every request that was answered with 2xx."""

    @property
    def reads(self) -> Reads:
        return self.house.services.reads

    async def ask(self, method: str, path: str, who: str = "", body: Any = None, **headers: str) -> Response:
        """`who`: a company, `operator`, or nobody."""
        secret = self.house.operator_secret if who == "operator" else self.keys.get(who, "")
        sent = {"Authorization": f"Bearer {secret}"} if secret else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent |= {"Content-Type": "application/json"}
        # Escaped: a test may send what cannot be written as UTF-8.
        content = None if body is None else json.dumps(body)
        answer = await self.client.request(method, path, headers=sent, content=content)
        if answer.is_success:
            self.succeeded.add((method, path.partition("?")[0]))
        return answer

    async def get(self, path: str, who: str) -> Any:
        answer = await self.ask("GET", path, who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, who: str, body: Any = None) -> dict[str, Any]:
        """An act that is accepted."""
        answer = await self.ask("POST", path, who, body)
        assert answer.status_code == 201, (path, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    async def settle_in(self, count: int) -> None:
        """The operator makes companies and one key for each."""
        for i in range(count):
            made = await self.post(
                "/v1/companies", "operator", example("NewCompany", name_ja=f"第{i}社", name_en=f"No {i}")
            )
            key = await self.post(f"/v1/companies/{made['id']}/keys", "operator", {"person": f"担当{i}"})
            account = {"person": f"担当{i}", "mail": f"tanto@kaisha{i}.example"}
            await self.post(f"/v1/companies/{made['id']}/accounts", "operator", account)
            self.companies.append(made["id"])
            self.keys[made["id"]] = key["secret"]

    def opening(self, count: int = 2, **changes: Any) -> dict[str, Any]:
        """The body that opens an alliance of the first companies."""
        party = EXAMPLES["OpenAlliance"]["parties"][0]
        parties = [{**party, "company": company} for company in self.companies[:count]]
        return example("OpenAlliance", parties=parties, sandbox_from=SANDBOX, **changes)

    async def open(self, count: int = 2, **changes: Any) -> str:
        made = await self.post("/v1/alliances", self.companies[0], self.opening(count, **changes))
        return str(made["matter"])

    def intake(self, count: int = 2) -> dict[str, Any]:
        return example(
            "StateIntake", contributions=[{"company": c, "what": "人と場所"} for c in self.companies[:count]]
        )

    def terms(self) -> dict[str, Any]:
        a, b = self.companies[:2]
        return {
            **copy.deepcopy(EXAMPLES["DraftAgreement"]["terms"]),
            "shares": [{"company": a, "ratio": "3/5"}, {"company": b, "ratio": "2/5"}],
        }


@dataclass
class Life:
    """An alliance of the first two companies on its way; ids as they become known."""

    site: Site
    alliance: str
    nda: str = ""
    main: str = ""
    termination: str = ""
    go_no_go: str = ""
    period: str = ""

    @property
    def pair(self) -> list[str]:
        return self.site.companies[:2]

    @property
    def path(self) -> str:
        return f"/v1/alliances/{self.alliance}"

    async def view(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.site.get(self.path, self.pair[0])
        return found

    async def decide(self, decision: str, choice: str = "yes") -> None:
        for who in self.pair:
            await self.site.post(
                f"/v1/decisions/{decision}/internal-approvals", who, example("RecordInternalApproval")
            )
        for who in self.pair:
            await self.site.post(f"/v1/decisions/{decision}/votes", who, {"choice": choice})

    async def freeze(self, agreement: str) -> str:
        """All approve the newest bytes; their hash."""
        view = await self.site.get(f"/v1/agreements/{agreement}", self.pair[0])
        sha = str(view["version_now"]["sha256"])
        frozen = await self.site.post(f"/v1/agreements/{agreement}/freezes", self.pair[0], {"sha256": sha})
        await self.decide(frozen["created"][0])
        return sha

    async def sign(self, agreement: str, sha: str) -> None:
        now = (await self.site.get(f"{self.path}/clock", self.pair[0]))["now"]
        for who in self.pair:
            await self.site.post(
                f"/v1/agreements/{agreement}/signatures", who, example("Sign", sha256=sha, signed_at=now)
            )

    async def advance(self, to: str) -> None:
        answer = await self.site.ask("POST", f"{self.path}/clock", self.pair[0], {"to": to})
        assert answer.status_code == 200, answer.text

    async def to_diligence(self) -> None:
        await self.site.post(f"{self.path}/intake", self.pair[0], self.site.intake())
        self.nda = (await self.view())["nda"]
        await self.sign(self.nda, await self.freeze(self.nda))

    async def share_marks(self) -> None:
        """Both mark both, and show it."""
        for i, who in enumerate(self.pair):
            for about in self.pair:
                for axis in AXES:
                    mark = {"about": about, "axis": axis, "points": 1 + 3 * i, "evidence": f"根拠 {who}"}
                    await self.site.post(f"{self.path}/scores", who, mark)
            await self.site.post(f"{self.path}/scores/shares", who)

    async def to_negotiation(self) -> None:
        await self.share_marks()
        await self.to_negotiation_after_shares()

    async def to_negotiation_after_shares(self) -> None:
        """Who has not shared stays silent; the decision of all."""
        if not (await self.view())["go_no_go"]:
            await self.advance("2026-03-15T00:00:00Z")
        self.go_no_go = (await self.view())["go_no_go"]
        await self.decide(self.go_no_go)

    async def to_operation(self) -> None:
        made = await self.site.post(f"{self.path}/agreements", self.pair[1], {"terms": self.site.terms()})
        self.main = made["created"][0]
        revised = {"terms": {**self.site.terms(), "renewal_years": 1}, "reason": "更新を入れる"}
        await self.site.post(f"/v1/agreements/{self.main}/revisions", self.pair[0], revised)
        await self.sign(self.main, await self.freeze(self.main))
        await self.advance("2026-04-01T12:00:00+09:00")

    async def to_exit(self) -> None:
        """A review, an action item, a period, a refusal of renewal, a pause; then the exit begins."""
        await self.advance("2026-07-02T12:00:00+09:00")
        people = [{"company": c, "people": ["出席者"]} for c in self.pair]
        actions = [{"owner": self.pair[1], "what": "報告", "due": "2026-07-31"}]
        await self.site.post(
            f"{self.path}/reviews", self.pair[0], example("HoldReview", attendees=people, actions=actions)
        )
        await self.site.post(f"{self.path}/action-results", self.pair[1], {"number": 1, "result": "送った"})
        await self.site.post(f"{self.path}/suspensions", self.pair[0], {"reason": "点検"})
        await self.site.post(f"{self.path}/resumptions", self.pair[1])
        await self.govern()
        await self.approve_inside()
        await self.owe()
        await self.look_at_health()
        await self.change_people()
        sent = example("RecordNoticeSent", to=[self.pair[1]], sent_on="2026-07-01")
        await self.site.post(f"/v1/agreements/{self.main}/notices-sent", self.pair[0], sent)
        refusal = example("RefuseRenewal", arrived_on="2026-07-01")
        await self.site.post(f"/v1/agreements/{self.main}/renewal-refusals", self.pair[0], refusal)
        await self.advance("2027-04-02T12:00:00+09:00")
        await self.settle((await self.view())["open_period"])
        page = await self.site.get(f"{self.path}/leaving", self.pair[1])
        assert page["end_date"] == "2027-10-10"
        await self.site.post(f"{self.path}/exits", self.pair[0], example("BeginExit", end_date="2027-12-31"))

    async def govern(self) -> None:
        """A motion with a recusal, an amendment that nobody brings to its end, a review moved and then left out."""
        a, b = self.pair
        motion = (await self.site.post(f"{self.path}/decisions", b, example("CallDecision")))["created"][0]
        await self.site.post(f"/v1/decisions/{motion}/recusals", b, example("Recuse"))
        changes = {"effective_on": "2026-12-01"}
        drafted = await self.site.post(f"{self.path}/amendments", a, example("DraftAmendment", **changes))
        revisions = f"/v1/agreements/{drafted['created'][0]}/amendment-revisions"
        await self.site.post(revisions, b, example("ReviseAmendment", **changes))
        moved = example("MoveReview", number=2, to="2026-10-08")
        await self.site.post(f"{self.path}/review-moves", a, moved)
        await self.site.post(f"{self.path}/review-skips", a, example("SkipReview", number=2))

    async def change_people(self) -> None:
        """A handover that is withdrawn, one that is done; a company event that the other party answers."""
        a, b = self.pair
        boss = {"leaver": "甲野 部長", "on": "2027-04-01"}
        await self.site.post(f"{self.path}/handovers", a, example("HandOver", **boss))
        await self.site.post(f"{self.path}/handover-withdrawals", a, {"leaver": boss["leaver"]})
        await self.site.post(f"{self.path}/handovers", a, example("HandOver", **{**boss, "on": "2026-07-02"}))
        seen = (await self.site.get(self.path, b))["parties"]
        assert [p["escalation"]["name"] for p in seen] == ["甲山 四郎", "甲野 部長"]
        event = {"event": "merger", "on": "2027-10-01", "what": "吸収合併"}
        await self.site.post(f"{self.path}/events", a, event)
        await self.site.post(f"{self.path}/event-answers", b, example("AnswerEvent"))
        far = example("WithdrawEvent")
        planned = {"event": far["event"], "on": far["on"], "what": "本社の移転", "address": "大阪市"}
        await self.site.post(f"{self.path}/events", a, planned)
        await self.site.post(f"{self.path}/event-withdrawals", a, far)
        assert [e["number"] for e in (await self.site.get(f"{self.path}/events", b))["open"]] == [1]

    async def look_at_health(self) -> None:
        """A check that both answer: one with sheets of three people, one with a person's name."""
        a, b = self.pair
        await self.site.post(f"{self.path}/health-checks", a)
        answer = example("AnswerHealthCheck")
        await self.site.post(f"{self.path}/health-answers", a, answer)
        assert (await self.view())["health_check"]["answered"] == [a]
        named = {**answer, "sheets": answer["sheets"][:1], "respondent": "乙山 二郎"}
        await self.site.post(f"{self.path}/health-answers", b, named)
        closed = await self.site.get(f"{self.path}/health-checks", b)
        assert [row["number"] for row in closed["data"]] == [1]

    async def owe(self) -> None:
        """Obligations: one that its owner states, one that is accepted, held, released and waived, one declined."""
        a, b = self.pair
        body = example("TakeOnObligation", owner=a)
        await self.site.post(f"{self.path}/obligations", a, body)
        done = example("FulfilObligation", day=body["first"])
        await self.site.post(f"{self.path}/fulfilments", a, done)
        await self.site.post(f"{self.path}/obligations", a, {**body, "owner": b})
        await self.site.post(f"{self.path}/obligation-answers", b, example("AnswerObligation", number=2))
        for act in ("hold", "release", "waive"):
            path = {"hold": "holds", "release": "releases", "waive": "waivers"}[act]
            await self.site.post(f"{self.path}/obligation-{path}", a, {"number": 2, "reason": "見直し"})
        left = await self.site.get(f"{self.path}/obligations", a)
        assert [o["number"] for o in left["open"]] == [1]

    async def approve_inside(self) -> None:
        """A company with one eligible person approves a motion here; then it approves elsewhere again."""
        a = self.pair[0]
        me = "担当0"
        house = {"routes": [{"steps": [{"people": [me], "need": 1}]}], "sole": True}
        await self.site.post(f"{self.path}/house", a, house)
        motion = (await self.site.post(f"{self.path}/decisions", a, example("CallDecision")))["created"][0]
        path = f"/v1/decisions/{motion}"
        ahead = await self.site.get(f"{path}/approval-route", a)
        assert [s["seats"][0]["asked"] for s in ahead["ahead"]["steps"]] == [me]
        await self.site.post(f"{path}/approval-requests", a, example("SubmitInternalApproval"))
        await self.site.post(f"{path}/approval-requests/answers", a, example("DecideInternalApproval"))
        await self.site.post(f"{self.path}/house", a, {})

    async def settle(self, period: str) -> None:
        """Figures, split, decision, payment."""
        self.period = period
        for who in self.pair:
            await self.site.post(f"/v1/periods/{period}/amounts", who, example("EnterAmount"))
            await self.site.post(f"/v1/periods/{period}/input-closures", who)
        await self.decide((await self.site.get(f"/v1/periods/{period}", self.pair[0]))["decision"])
        for who in self.pair:
            await self.site.post(f"/v1/periods/{period}/payment-confirmations", who, {"evidence_sha256": SHA})

    async def to_close(self) -> None:
        for who in self.pair:
            for item in ("return_materials", "stop_marks", "people_and_equipment"):
                await self.site.post(f"{self.path}/exit-items", who, {"item": item, "how": "済み"})
        self.termination = (await self.view())["exit"]["termination"]
        await self.sign(self.termination, await self.freeze(self.termination))
        await self.advance("2028-01-02T12:00:00+09:00")
        final = (await self.view())["open_period"]
        await self.settle(final)
        a = self.pair[0]
        listed = (await self.site.get(f"/v1/agreements?alliance={self.alliance}", a))["data"]
        [lives_on] = [f"/v1/agreements/{row['id']}" for row in listed if row["stage"] == "in_force"]
        contact = (await self.site.get(lives_on, a))["parties"][0]["contact"]["name"]
        for act, day in (
            ("handovers", "2028-04-01"),
            ("handover-withdrawals", ""),
            ("handovers", "2028-01-05"),
        ):
            body = example("HandOver", leaver=contact, on=day) if day else {"leaver": contact}
            await self.site.post(f"{lives_on}/{act}", a, body)


async def away(site: Site) -> tuple[Life, str]:
    """The NDA of an alliance whose second party does not log in is before all; the decision on it."""
    body = site.opening()
    body["parties"][1]["off_platform"] = True
    made = await site.post("/v1/alliances", site.companies[0], body)
    life = Life(site, made["matter"])
    await site.post(f"{life.path}/intake", life.pair[0], site.intake())
    life.nda = (await life.view())["nda"]
    sha = (await site.get(f"/v1/agreements/{life.nda}", life.pair[0]))["version_now"]["sha256"]
    frozen = await site.post(f"/v1/agreements/{life.nda}/freezes", life.pair[0], {"sha256": sha})
    return life, str(frozen["created"][0])
