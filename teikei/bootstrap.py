"""The only wiring: settings become engines, stores, ports, workers and the API.

What only one process needs is imported where that process is made: the API alone takes as long to load as the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from teikei import __version__
from teikei.adapters import failpoints
from teikei.adapters.calendars import calendar
from teikei.adapters.files import FileStore
from teikei.adapters.mail import Mailer, MailSettings
from teikei.adapters.papers import PaperDesk
from teikei.adapters.sql.commit import SqlLedger
from teikei.adapters.sql.engine import open_engine
from teikei.adapters.sql.migrate import migrate
from teikei.adapters.sql.queue import SqlQueue
from teikei.adapters.sql.renditions import SqlRenditions
from teikei.adapters.temporal.client import connect
from teikei.adapters.temporal.desk import TemporalDesk
from teikei.adapters.temporal.dispatch import Dispatcher
from teikei.adapters.temporal.speak import Voice
from teikei.adapters.temporal.worker import documents_worker, matters_worker
from teikei.supervisor import end_with_parent, say_stuck

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import Any

    from fastapi import FastAPI
    from sqlalchemy import Engine
    from temporalio.client import Client

    from teikei.settings import Settings


def configure_logs() -> None:
    """JSON lines with trace and key, no content."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


def prepare(settings: Settings) -> None:
    """Folders, migrations and the operator key: once, before anything else starts."""
    from teikei.adapters.sql.directory import ensure_operator_key

    settings.home.mkdir(parents=True, exist_ok=True)
    migrate(settings.database)
    engine = open_engine(settings.database)
    ensure_operator_key(engine, settings.operator_key)
    engine.dispose()


def operator_link(settings: Settings) -> str:
    """The path of a one-time link into the operator's own account; whoever may read the operator key may have it."""
    from teikei.adapters.sql.accounts import SqlAccounts

    engine = open_engine(settings.database)
    accounts = SqlAccounts(engine)
    mine = accounts.add("", "operator", f"operator@{settings.mail_domain}", "operator")
    path = f"/enter/{accounts.link(mine['id'])}"
    engine.dispose()
    return path


@dataclass(frozen=True, slots=True)
class Parts:
    """What every process of ours is made of."""

    engine: Engine
    ledger: SqlLedger
    queue: SqlQueue
    files: FileStore
    mailer: Mailer
    renditions: SqlRenditions


def parts(settings: Settings) -> Parts:
    """Engine, ledger, queue, files and mail of one process."""
    engine = open_engine(settings.database)
    queue = SqlQueue(engine)
    mail = MailSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password,
        security=settings.smtp_security,
        sender=settings.mail_sender,
        domain=settings.mail_domain,
        pages=settings.public_url,
    )
    return Parts(
        engine=engine,
        ledger=SqlLedger(engine, calendar),
        queue=queue,
        files=FileStore(settings.files),
        mailer=Mailer(queue, mail, failpoints.hit),
        renditions=SqlRenditions(engine),
    )


def build_api(settings: Settings, client: Client) -> FastAPI:
    """The API over SQL and a Temporal client that may still be looking for its server."""
    from api.app import Services, create_app
    from teikei.adapters.clause_library import FileLibrary
    from teikei.adapters.sql.accounts import SqlAccounts
    from teikei.adapters.sql.directory import SqlDirectory
    from teikei.adapters.sql.imports import SqlImports
    from teikei.adapters.sql.reads import SqlReads
    from teikei.adapters.sql.selections import SqlSelections
    from teikei.adapters.sql.templates import SqlTemplates
    from teikei.adapters.temporal.conversions import TemporalConversions
    from teikei.documents import Child

    own = parts(settings)
    desk, library = TemporalDesk(Voice(client), own.ledger, own.queue), FileLibrary()
    services = Services(
        desk=desk,
        reads=SqlReads(own.engine, own.files, own.mailer, library),
        directory=SqlDirectory(own.engine),
        accounts=SqlAccounts(own.engine),
        imports=SqlImports(own.engine, own.ledger, own.files, calendar),
        selections=SqlSelections(own.engine, own.ledger),
        conversions=TemporalConversions(client, own.renditions, own.files),
        library=library,
        templates=SqlTemplates(own.engine, own.files, Child()),
        version=__version__,
        failpoint=failpoints.hit,
    )
    return create_app(services)


async def run_api(settings: Settings) -> None:
    """Serve the API until told to stop."""
    import uvicorn

    client = await connect(settings.temporal_address, settings.temporal_namespace, lazy=True)
    config = uvicorn.Config(
        build_api(settings, client),
        host=settings.api_host,
        port=settings.api_port,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )
    await uvicorn.Server(config).serve()


async def run_worker(settings: Settings) -> None:
    """Stories, commits, deliveries, and the dispatcher beside them."""
    own = parts(settings)
    client = await _patiently(
        lambda: connect(
            settings.temporal_address, settings.temporal_namespace, metrics=settings.worker_metrics
        )
    )
    dispatcher = Dispatcher(
        Voice(client), own.ledger, own.queue, failpoints.hit, sends=bool(settings.smtp_host),
        stuck=lambda: say_stuck(settings.run_folder, "temporal"),
    )  # fmt: skip
    async with matters_worker(client, own.ledger, own.mailer, max_cached=settings.worker_cache):
        _ready(settings, "worker")
        await _until_told(dispatcher.run())


async def run_documents(settings: Settings) -> None:
    """Papers, and their PDFs where LibreOffice is."""
    from teikei.adapters.office.desk import PdfDesk
    from teikei.adapters.office.pool import OfficePool, find_office, isolation

    own = parts(settings)
    program = find_office(settings.office)
    detail = isolation() if program else ""
    structlog.get_logger().info("office", found=bool(program), isolation=detail)
    own.renditions.say_office(well=program is not None, detail=detail)
    client = await _patiently(lambda: connect(settings.temporal_address, settings.temporal_namespace))
    papers = PaperDesk(own.ledger, own.files, own.renditions)
    with OfficePool(program, settings.office_children) if program else contextlib.nullcontext() as pool:
        async with documents_worker(client, papers, PdfDesk(own.renditions, own.files, pool)):
            _ready(settings, "documents")
            await _until_told(asyncio.Event().wait())
            if pool:
                pool.close()  # else the worker would wait for what LibreOffice is at


def _ready(settings: Settings, name: str) -> None:
    """Tell the supervising parent that this worker polls."""
    settings.run_folder.mkdir(parents=True, exist_ok=True)
    (settings.run_folder / f"{name}.ready").touch()


async def _patiently(attempt: Callable[[], Awaitable[Client]]) -> Client:
    """Temporal may come up after us: try until it answers a real call on the namespace."""
    while True:
        with contextlib.suppress(Exception):
            client = await attempt()
            async for _ in client.list_workflows(page_size=1, limit=1):
                break
            return client
        await asyncio.sleep(0.1)


async def _until_told(work: Awaitable[object]) -> None:
    """Run until SIGTERM or SIGINT, or until the work itself fails."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    task = asyncio.ensure_future(work)
    stop = asyncio.create_task(told.wait())
    await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
    for unfinished in (task, stop):
        unfinished.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def reconcile(settings: Settings) -> int:
    """One reconcile from outside: open matters without a run are started, runs behind SQL refreshed."""

    async def once() -> int:
        client = await connect(settings.temporal_address, settings.temporal_namespace)
        own = parts(settings)
        return await Dispatcher(Voice(client), own.ledger, own.queue).reconcile()

    return asyncio.run(once())


def _run(work: Coroutine[Any, Any, None]) -> None:
    """On uvloop where there is one: less CPU for each request and each activation."""
    if importlib.util.find_spec("uvloop"):
        importlib.import_module("uvloop").run(work)
    else:
        asyncio.run(work)


RUNS = {"api": run_api, "worker": run_worker, "documents": run_documents}


def run(what: str, settings: Settings) -> None:
    """One process of ours; it ends with `os._exit`, because the SDK's library can abort an interpreter at its exit."""
    configure_logs()
    end_with_parent()
    code = 0
    try:
        _run(RUNS[what](settings))
    except KeyboardInterrupt:
        pass
    except Exception:  # noqa: BLE001  (logged with its trace; the exit code tells the supervisor)
        structlog.get_logger().exception("process.failed", process=what)
        code = 1
    finally:
        logging.shutdown()
        os._exit(code)
