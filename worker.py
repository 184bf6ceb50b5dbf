"""Shim: `python worker.py` runs the worker of teikei."""

from teikei.bootstrap import run
from teikei.settings import Settings


def main() -> None:
    """Stories, commits, deliveries and the dispatcher."""
    run("worker", Settings())


if __name__ == "__main__":
    main()
