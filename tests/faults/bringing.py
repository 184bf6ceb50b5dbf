"""A process that confirms one import: `python -m tests.faults.bringing URL FILES COMPANY IMPORT`.

The tests end it at a failpoint between two births, and look at what is stored.
"""

from __future__ import annotations

import sys

from activities.ports import Subject
from teikei.adapters.calendars import calendar
from teikei.adapters.files import FileStore
from teikei.adapters.sql.commit import SqlLedger
from teikei.adapters.sql.engine import open_engine
from teikei.adapters.sql.imports import SqlImports


def main(url: str, files: str, company: str, found: str) -> None:
    """Until nothing is left."""
    engine = open_engine(url)
    imports = SqlImports(engine, SqlLedger(engine, calendar), FileStore(files), calendar)
    while not imports.confirm(Subject(company=company, person="担当0", key_id="key_0"), found)["done"]:
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
