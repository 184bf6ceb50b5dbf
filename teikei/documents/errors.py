"""The error of this room: a code and parameters, never a sentence.

Message and remedy stand in the catalogue `teikei/domain/texts` under the code.
`CODES` is what this room can raise, so that a test can compare.
"""

from __future__ import annotations

from teikei.domain.errors import Invalid, Param

CODES = frozenset(
    "document." + name
    for name in (
        "archive_invalid", "clause_empty", "clause_failed", "clause_invalid", "clause_layout",
        "clause_missing", "clause_repeated", "clause_syntax", "currency_unknown", "date_too_early",
        "forbidden_syntax", "illegal_character", "language_missing", "list_empty",
        "manifest_invalid", "missing_variables", "not_a_date", "not_a_list", "not_a_ratio",
        "not_an_integer", "number_negative", "reference_absent", "statement_differs",
        "table_layout", "text_empty", "unformatted_value", "unknown_keys", "unknown_kind",
        "wrong_variables", "yaml_invalid",
    )
)  # fmt: skip


class DocumentError(Invalid):
    """A paper cannot be written or read; `pointer` names the field or the clause."""

    def __init__(self, code: str, /, pointer: str = "", **params: Param) -> None:
        """Parameters are text or whole numbers; lists come joined by commas."""
        super().__init__(code, pointer, **params)

    def __str__(self) -> str:
        """Code, place and parameters: what an author of clauses needs in a log."""
        said = [self.pointer] if self.pointer else []
        said += [f"{name}={value}" for name, value in self.params.items()]
        return f"{self.code} ({', '.join(said)})" if said else self.code
