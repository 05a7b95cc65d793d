"""Is the process alive, can it serve, and how is it doing."""

import os
import time
from collections.abc import Iterator

import prometheus_client as prometheus
import structlog
from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from api.auth.access import allow_operator_or_this_machine, allow_public
from api.database import read
from api.site import site
from engine.deadlines.sweep import backlog
from engine.persistence.database import newest
from engine.persistence.tables import IncidentRow

EXTENSION = "motcua-metrics"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds

blueprint = Blueprint("health", __name__)
log = structlog.get_logger(__name__)


class Metrics:
    """How long requests took, by route. One set for each application, so that several can live in one process."""

    def __init__(self) -> None:
        self.registry = prometheus.CollectorRegistry()
        self.seconds = prometheus.Histogram(
            "motcua_request_seconds",
            "Time to answer a request",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )


class _Business(Collector):
    """What an operator wants to know first; read from the database when it is asked for."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The age of the oldest moment that should have been dealt with, and the open incidents."""
        with read() as session:
            waiting = backlog(session, site().platform)
            incidents = session.scalar(
                select(func.count()).select_from(IncidentRow).where(IncidentRow.resolved_at.is_(None))
            )
        late, stale = waiting.oldest.total_seconds(), waiting.stale
        yield GaugeMetricFamily("motcua_oldest_due_seconds", "How long the oldest due moment has waited", late)
        yield GaugeMetricFamily("motcua_stale_dossiers", "Open dossiers that an older calendar still counts", stale)
        yield GaugeMetricFamily("motcua_open_incidents", "Failed steps that wait for an operator", incidents or 0)


def install(app: Flask) -> None:
    """Measure every request, and offer what was measured."""
    metrics = app.extensions[EXTENSION] = Metrics()
    app.register_blueprint(blueprint)

    @app.before_request
    def _begin() -> None:
        g.measured_from = time.perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        # the rule, never the path: one label for each dossier would be a label without end
        route = request.url_rule.rule if request.url_rule else "none"
        spent = time.perf_counter() - g.get("measured_from", time.perf_counter())
        metrics.seconds.labels(request.method, route, response.status_code).observe(spent)
        return response


@blueprint.get("/healthz")
@allow_public
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@allow_public
def ready() -> tuple[dict[str, str], int]:
    """The database answers and has the newest schema; until then no request should be sent here."""
    try:
        with read() as session:
            found = session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError as error:
        log.warning("not_ready", error=str(error))
        return {"status": "unavailable", "database": "no answer; see the log"}, 503
    if found != newest():
        return {"status": "unavailable", "database": f"at {found}, expected {newest()}: run motcua db upgrade"}, 503
    return {"status": "ok"}, 200


@blueprint.get("/metrics")
@allow_operator_or_this_machine
def metrics() -> Response:
    """Measurements in the format of Prometheus."""
    registry = prometheus.CollectorRegistry()
    registry.register(_Business())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        measured = prometheus.generate_latest(registry)
    else:
        own: Metrics = current_app.extensions[EXTENSION]
        measured = prometheus.generate_latest(own.registry) + prometheus.generate_latest(registry)
    return Response(measured, content_type=prometheus.CONTENT_TYPE_LATEST)
