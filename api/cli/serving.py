"""`motcua run`, `serve` and `worker`: the processes of an installation."""

import gc
import importlib
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from types import ModuleType
from typing import Any

import click
import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy import Engine

from api import demo as sample
from api import logging, mailing
from api.cli.demo import show_accounts
from api.cli.setup import tools
from api.cli.telling import say
from api.database import db
from api.settings import Settings, from_environment
from api.site import EXTENSION, Site
from engine import document_sweep, letters, month_keeping
from engine.deadlines import scheduler
from engine.document_store import DocumentStore
from engine.persistence.database import upgrade
from engine.platform import Platform

MEASURED_IN = "PROMETHEUS_MULTIPROC_DIR"  # where processes that serve together keep their measurements
log = structlog.get_logger(__name__)


class Server(BaseApplication):
    """gunicorn with threads, set up by us alone: neither its configuration files nor its control socket are used."""

    def __init__(self, load: Callable[[], Flask], **options: Any) -> None:
        """`load` makes the application, in each worker process anew."""
        self._load, self._options = load, options
        super().__init__()  # type: ignore[no-untyped-call]  # gunicorn has no types

    def load_config(self) -> None:
        """Our options."""
        fixed = {"worker_class": "gthread", "control_socket_disable": True, "accesslog": None, "graceful_timeout": 20}
        for name, value in {**fixed, **self._options}.items():
            self.cfg.set(name, value)  # type: ignore[union-attr]

    def load(self) -> Flask:
        """The application of this worker process."""
        app = self._load()
        settle()
        return app

    def serve(self) -> None:
        """Serve until a signal ends it."""
        self.run()  # type: ignore[no-untyped-call]


def settle() -> None:
    """Take what has been made so far for good: the collector of garbage need not look through it again and again.

    It holds up every request that comes meanwhile, for a tenth of a second and more.
    """
    gc.collect()
    gc.freeze()


@click.command()
@click.option("--demo", is_flag=True, help="Load the sample data first, and say who can sign in.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, default=8000, show_default=True, help="Port to listen on.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Requests at once.")
def run(*, demo: bool, host: str, port: int, threads: int) -> None:
    """Run site and scheduler in one process, on a database that is brought up to date first."""
    settings = from_environment()
    if "MOTCUA_PUBLIC_URL" not in os.environ:
        settings = replace(settings, public_url=f"http://{host}:{port}")
    logging.configure(settings.log_level, as_json=False)
    say("Cập nhật cơ sở dữ liệu", "bringing the database up to date")
    upgrade(settings.database_url)
    loaded = _load_demo_elsewhere(settings) if demo else None

    def tell(_server: object) -> None:
        if loaded:
            show_accounts(loaded)
        say(f"Cổng đã mở: {settings.public_url}", "the site is open")
        say(f"API: {settings.public_url}/api/docs", "the API; stop with Ctrl+C")

    Server(
        lambda: _application(settings),
        bind=f"{host}:{port}",
        workers=1,
        threads=threads,
        loglevel="warning",
        when_ready=tell,
        post_worker_init=lambda worker: _tick_in(worker, settings),
    ).serve()


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Threads in each.")
def serve(*, bind: str, workers: int, threads: int) -> None:
    """Serve the site; run 'motcua db upgrade' before and 'motcua worker' beside it."""
    settings = from_environment()
    logging.configure(settings.log_level)
    if workers > 1:  # otherwise each process would tell its own measurements only
        os.environ.setdefault(MEASURED_IN, tempfile.mkdtemp(prefix="motcua-metrics-"))
    Server(
        lambda: _application(settings),
        bind=bind,
        workers=workers,
        threads=threads,
        loglevel="info",
        child_exit=_forget_measurements,
    ).serve()


@click.command()
@click.option("--metrics", metavar="HOST:PORT", help="Tell measurements there, such as 127.0.0.1:9101, for Prometheus.")
def worker(*, metrics: str | None) -> None:
    """Run the scheduler alone: what falls due happens. Any number of these may run at once."""
    settings = from_environment()
    logging.configure(settings.log_level)
    observe = _measuring().of_worker(metrics)
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    with tools(settings) as at_hand:
        ticker = scheduler.start(
            at_hand.db,
            at_hand.platform,
            settings.scheduler_seconds,
            observe,
            (
                *mailing.jobs(at_hand.db, at_hand.platform, settings),
                letters.printer(at_hand.db, at_hand.platform, at_hand.store),
            ),
            _chores(at_hand.db, at_hand.platform, at_hand.store, settings),
        )
        log.info("worker.started", every_seconds=settings.scheduler_seconds)
        stopping.wait()
        ticker.stop()
    log.info("worker.stopped")


def _load_demo_elsewhere(settings: Settings) -> sample.Demo:
    """Load the demo in a process of its own: the store of documents starts threads that do not survive a fork."""
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as other:
        return other.submit(_load_demo, settings).result()


def _load_demo(settings: Settings) -> sample.Demo:
    with tools(settings) as at_hand:
        return sample.load(at_hand.db, at_hand.platform, at_hand.store, tell=click.echo)


def _tick_in(worker: Any, settings: Settings) -> None:
    """Start the scheduler in the worker process, on the application's own database."""
    app: Flask = worker.app.wsgi()
    with app.app_context():
        observe = _measuring().of_application(app)
        parts: Site = app.extensions[EXTENSION]
        printing = letters.printer(db.engine, parts.platform, parts.store)
        jobs = (*mailing.jobs(db.engine, parts.platform, settings), printing)
        chores = _chores(db.engine, parts.platform, parts.store, settings)
        scheduler.start(db.engine, parts.platform, settings.scheduler_seconds, observe, jobs, chores)


def _chores(
    engine: Engine, platform: Platform, store: DocumentStore, settings: Settings
) -> Sequence[Callable[[], None]]:
    """What is done every ten minutes."""
    return (
        document_sweep.sweeper(engine, platform, store, timedelta(days=settings.papers.waiting_days)),
        month_keeping.keeper(engine, platform),
    )


def _measuring() -> ModuleType:
    """The measurements of the scheduler; imported late, as the application is."""
    return importlib.import_module("api.sweep_metrics")


def _application(settings: Settings) -> Flask:
    """Made in the worker process: prometheus_client looks at the environment once, when it is first imported."""
    app: Flask = importlib.import_module("api.app").create_app(settings)
    return app


def _forget_measurements(_server: object, worker: Any) -> None:
    """The gauges of a worker that has gone are of no moment any more."""
    if MEASURED_IN in os.environ:
        importlib.import_module("prometheus_client.multiprocess").mark_process_dead(worker.pid)
