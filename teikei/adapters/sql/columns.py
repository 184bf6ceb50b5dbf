"""What all tables are made of: one metadata with named constraints, and columns by their purpose."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ForeignKey, MetaData, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from teikei.adapters.sql.types import UtcInstant

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """All tables share one metadata with named constraints from the first revision."""


def text_key() -> Any:
    """Text, part of the primary key."""
    return Field(primary_key=True, sa_type=Text)


def text() -> Any:
    """Text, never NULL."""
    return Field(default="", sa_type=Text)


def refers(column: str, *, primary_key: bool = False, index: bool = False) -> Any:
    """The id of a row of another table."""
    return Field(sa_type=Text, sa_column_args=[ForeignKey(column)], primary_key=primary_key, index=index)


def instant(*, nullable: bool = False) -> Any:
    """An instant, UTC."""
    return Field(default=None, sa_type=cast("Any", UtcInstant), nullable=nullable)
