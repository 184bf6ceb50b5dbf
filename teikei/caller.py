"""A caller of the HTTP API who waits: for answers that come later, and out of trouble that may pass."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

ANSWER_WITHIN = 30.0
"""Seconds for one request; a clock step may take this long and is then repeated."""
TRIES = 40
PAUSE = 0.05


class RefusedStep(Exception):
    """The API refused a step: what it said, in the reader's words."""

    def __init__(self, where: str, problem: Mapping[str, Any]) -> None:
        self.where, self.problem = where, problem
        fields = "".join(
            f"\n  {e.get('pointer', '')} {e.get('detail') or e.get('code', '')}"
            for e in problem.get("errors", ())
        )
        super().__init__(
            f"{where}: {problem.get('title')} ({problem.get('code')})\n{problem.get('detail')}{fields}"
        )


class Interrupted(Exception):
    """Someone else failed, or Ctrl-C: the rest is not played."""


@dataclass(frozen=True, slots=True)
class Api:
    """The API as a caller with several keys sees it; an answer that may come later is waited for."""

    address: str
    stop: threading.Event = field(default_factory=threading.Event)
    client: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        client = httpx2.Client(
            base_url=self.address, timeout=ANSWER_WITHIN, headers={"Accept-Language": "ja"}, trust_env=False
        )
        object.__setattr__(self, "client", client)

    def get(self, path: str, secret: str, **query: str) -> Any:
        """JSON of a read."""
        return self._sent("GET", path, secret, params=query).json()

    def content(self, path: str, secret: str) -> bytes:
        """Bytes of a read."""
        return self._sent("GET", path, secret).content

    def rows(self, path: str, secret: str, **query: str) -> Iterator[dict[str, Any]]:
        """Every row of a list, page by page."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, secret, limit="100", **query, **cursor)
            yield from page["data"]
            if not page["next_cursor"]:
                return
            cursor = {"cursor": page["next_cursor"]}

    def post(self, path: str, secret: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """What an act led to; its order, or each of its orders, is followed until it is answered."""
        answer = self._sent("POST", path, secret, json=body, headers={"Idempotency-Key": key})
        told: dict[str, Any] = answer.json()
        if answer.status_code != 202:
            return told
        if "order" in told:
            return self._followed(path, secret, told["order"])
        for one in told["orders"]:
            self._followed(path, secret, one["order"])
        return told

    def _followed(self, path: str, secret: str, order: str) -> dict[str, Any]:
        while True:
            time.sleep(PAUSE)
            seen = self.get(f"/v1/orders/{order}", secret)
            if seen["status"] == "refused":
                raise RefusedStep(path, {"title": seen["problem"]["code"], **seen["problem"]})
            if seen["status"] == "done":
                return dict(seen["receipt"])

    def send(self, path: str, secret: str, content: bytes, key: str, **query: str) -> dict[str, Any]:
        """What handing in bytes led to."""
        headers = {"Idempotency-Key": key, "Content-Type": "application/octet-stream"}
        told: dict[str, Any] = self._sent(
            "POST", path, secret, content=content, headers=headers, params=query
        ).json()
        return told

    def _sent(
        self, method: str, path: str, secret: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx2.Response:
        """The answer; trouble that may pass is tried again with the same key, a refusal is raised."""
        headers = {"Authorization": f"Bearer {secret}", **(headers or {})}
        problem: Mapping[str, Any] = {}
        for tried in range(TRIES):
            if self.stop.is_set():
                raise Interrupted
            try:
                answer = self.client.request(method, path, headers=headers, **more)
            except httpx2.TransportError as lost:
                problem = {"title": str(lost), "code": type(lost).__name__}
            else:
                if answer.is_success:
                    return answer
                problem = _problem(answer)
                if answer.status_code not in {429, 503}:
                    raise RefusedStep(f"{method} {path}", problem)
            time.sleep(min(1.0, PAUSE * 2**tried))
        raise RefusedStep(f"{method} {path}", problem)


def _problem(answer: httpx2.Response) -> Mapping[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {"title": answer.text[:200], "code": str(answer.status_code)}
