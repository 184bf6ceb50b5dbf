"""A process that commits one act and says so: `python -m tests.faults.committing URL MATTER ITEM KEY`.

The tests end it at a failpoint, and look at what it has said and at what is stored.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from activities.record import Order
from teikei.adapters.calendars import calendar
from teikei.adapters.sql.commit import SqlLedger
from teikei.adapters.sql.engine import open_engine
from teikei.domain.act import TEIKEI
from teikei.domain.clock import FellDue


def main(url: str, matter: str, item: str, key: str) -> None:
    """The line on stdout is the acknowledgement: entries first to last."""
    order = Order(key=key, by=TEIKEI, matter=matter, act=FellDue(item=item), now=datetime.now(UTC))
    receipt = SqlLedger(open_engine(url), calendar).commit(order).receipt
    sys.stdout.write(f"{receipt.first} {receipt.last}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
