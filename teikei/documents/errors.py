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
        "forbidden_syntax", "illegal_character", "language_missing", "languages_differ", "list_empty", "manifest_invalid",
        "missing_variables", "not_a_date", "not_a_list", "not_a_ratio", "not_an_integer", "number_negative",
        "pair_stale", "pdf_invalid", "reference_absent", "statement_differs", "table_layout", "template_block_open",
        "template_block_split", "template_block_stray", "template_crowded", "template_failed",
        "template_forbidden", "template_limits", "template_no_home", "template_object", "template_place",
        "template_syntax", "template_tag_empty", "template_tag_open", "template_value", "text_empty",
        "unformatted_value", "unknown_keys", "unknown_kind", "upload_alt_chunk", "upload_bomb",
        "upload_deep", "upload_doctype", "upload_duplicate", "upload_embedded", "upload_encrypted",
        "upload_external", "upload_field", "upload_kind", "upload_macro", "upload_not_word",
        "upload_not_zip", "upload_path", "upload_too_large", "upload_too_many_parts", "upload_truncated",
        "upload_xml", "wrong_variables", "yaml_invalid",
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
