"""The description of the API: what the framework knows, and beside it paths, problems, keys, examples and links.

Path parameters, `Idempotency-Key` and problems are the same everywhere, so they
are written here once and not on every route.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.examples import EXAMPLES
from api.guard import PUBLIC, Require, inventory
from api.problems import MEDIA_TYPE

ID = "[a-z2-7]{26}"
IDS = {
    "companies": f"^cmp_{ID}$",
    "alliances": f"^aln_{ID}$",
    "agreements": f"^agr_{ID}$",
    "decisions": f"^dec_{ID}$",
    "periods": f"^alc_{ID}$",
    "outbox": f"^out_{ID}$",
    "orders": f"^ord_{ID}$",
    "imports": f"^imp_{ID}$",
    "selections": f"^sel_{ID}$",
    "attention": f"^(aln|agr|dec|alc)_{ID}$",
    "matters": f"^(aln|agr|dec|alc)_{ID}$",
    "papers": "^[0-9a-f]{64}$",
    "clauses": "^[0-9a-f]{64}$",
    "templates": "^[0-9a-f]{64}$",
}
"""Shape of the id in a path, by collection."""

PROBLEMS: dict[str, str] = {
    "400": "The body is not JSON.",
    "401": "No key, or nobody's key.",
    "403": "Not for this kind of key.",
    "404": "Not there, or not yours: the two look alike.",
    "405": "Not with this method.",
    "409": "Not in this stage, not twice, or no longer.",
    "413": "The body is too large.",
    "415": "The body is not said to be JSON.",
    "422": "A field is wrong; `errors` names it.",
    "429": "Too many acts in flight on one matter; again after `Retry-After` with the same key.",
    "500": "An accident of ours; `X-Trace-Id` names it.",
    "503": "A part does not answer; again after `Retry-After` with the same key.",
}
WITH_BODY = {"400", "409", "413", "415", "429"}
"""Problems that only a POST meets."""

FAULT = {
    "type": "object",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": {
            "type": "string",
            "description": "RFC 6901, from the root of the body; empty for a parameter.",
        },
        "parameter": {"type": "string", "description": "The query parameter or header, where it is one."},
        "code": {"type": "string"},
        "message": {"type": "string"},
    },
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is never translated; `title` and `detail` follow `Accept-Language` (ja, else en).",
    "required": ["type", "title", "title_ja", "title_en", "status", "detail", "code", "errors"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "title_ja", "title_en", "detail", "code")},
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
    },
}
IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same body gives the same answer; without it one is made and returned.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole OpenAPI 3.1 document."""
    spec = get_openapi(
        title=app.title, version=app.version, routes=app.routes, description=(__doc__ or "").split("\n", 1)[0]
    )
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    for gone in ("HTTPValidationError", "ValidationError"):
        schemas.pop(gone, None)
    schemas |= {"Problem": PROBLEM, "Fault": FAULT}
    spec["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    guards = inventory(app)
    for path, method, operation in _operations(spec):
        _complete(path, method, operation, guards[f"{method.upper()} {path}"])
    return spec


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def _complete(path: str, method: str, operation: dict[str, Any], guard: Require) -> None:
    operation["operationId"] = _name(operation["operationId"], path)
    parameters = [*_path_parameters(path), *operation.get("parameters", ())]
    if method == "post":
        parameters.append(IDEMPOTENCY)
    if parameters:
        operation["parameters"] = parameters
    if guard.action is not PUBLIC:
        operation["security"] = [{"key": []}]
    told = [s for s in PROBLEMS if _possible(s, path, method, guard)]
    operation["responses"].pop("422", None)
    operation["responses"] |= {status: _problem(status) for status in told}
    _examples(operation)
    _links(operation, method)


def _name(generated: str, path: str) -> str:
    """`alliances_list`: the name of the function, without what the framework adds to keep it unique."""
    return generated.split(re.sub(r"\W", "_", path), maxsplit=1)[0].rstrip("_") or generated


def _possible(status: str, path: str, method: str, guard: Require) -> bool:
    if status in WITH_BODY:
        return method == "post"
    if status == "404":
        return "{" in path
    if status in {"401", "403"}:
        return guard.action is not PUBLIC
    return status != "405" and not (guard.action is PUBLIC and status == "503")


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", path)
    collection = path.removeprefix("/v1/").split("/")[0]
    return [
        {"name": n, "in": "path", "required": True, "schema": {"type": "string", "pattern": IDS[collection]}}
        for n in names
    ]


def _problem(status: str) -> dict[str, Any]:
    return {
        "description": PROBLEMS[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _examples(operation: dict[str, Any]) -> None:
    """One example per body, by the name of the act."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    schema = content["schema"]
    reference = schema.get("$ref") or next(
        (one["$ref"] for one in schema.get("allOf", ()) if "$ref" in one), ""
    )
    example = EXAMPLES.get(reference.rsplit("/", 1)[-1])
    if example is not None:
        content["example"] = example


def _links(operation: dict[str, Any], method: str) -> None:
    """From the opening of an alliance to all that can be done with it."""
    if method == "post" and operation["operationId"] == "alliances_create":
        names = (
            "alliances_get",
            "alliances_timeline_list",
            "alliances_record_get",
            "alliances_intake_create",
            "alliances_suspensions_create",
        )
        link = {"parameters": {"id": "$response.body#/matter"}}
        operation["responses"]["201"]["links"] = {name: {"operationId": name, **link} for name in names}
    if method == "post" and operation["operationId"] == "companies_create":
        link = {"parameters": {"id": "$response.body#/id"}}
        operation["responses"]["201"]["links"] = {
            n: {"operationId": n, **link} for n in ("companies_get", "companies_keys_create")
        }
