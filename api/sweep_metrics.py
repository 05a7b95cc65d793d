"""What the scheduler of this process did, in the words of Prometheus."""

import click
import prometheus_client as prometheus
from flask import Flask

from api import health
from engine.deadlines.scheduler import Observer, Tick


def of_application(app: Flask) -> Observer:
    """Measurements that the application tells among its own, under /metrics."""
    return SweepMetrics(app.extensions[health.EXTENSION].registry).observe


def of_worker(address: str | None) -> Observer:
    """Measurements of a process without a site, told at `address` ("HOST:PORT") or nowhere.

    Raises:
        click.BadParameter: the address is none, or cannot be listened at.
    """
    registry = prometheus.CollectorRegistry()
    if address:
        host, _colon, port = address.rpartition(":")
        try:
            prometheus.start_http_server(int(port), host or "127.0.0.1", registry)
        except (ValueError, OSError, OverflowError) as problem:
            raise click.BadParameter(
                f"cần HOST:PORT còn trống — expected a free HOST:PORT such as 127.0.0.1:9101, found {address!r}"
                f" ({problem})",
                param_hint="--metrics",
            ) from None
    return SweepMetrics(registry).observe


class SweepMetrics:
    """Measurements of the rounds of one scheduler; `observe` takes each round as it ends.

    The age of the oldest due moment says whether workers keep up; the moment of the last round, whether one lives.
    """

    def __init__(self, registry: prometheus.CollectorRegistry) -> None:
        """Publish in `registry`."""
        self.effects = prometheus.Counter(
            "motcua_sweep_effects", "Due moments dealt with", ("result",), registry=registry
        )
        self.recounted = prometheus.Counter(
            "motcua_sweep_recounted", "Dossiers counted anew after a change of the calendar", registry=registry
        )
        self.lateness = _gauge(registry, "lateness_seconds", "The greatest lateness of an effect in the last round")
        self.oldest = _gauge(registry, "oldest_due_seconds", "How long the oldest due moment waited after the round")
        self.stale = _gauge(registry, "stale_dossiers", "Open dossiers that an older calendar still counts")
        self.last = _gauge(registry, "last_round_timestamp_seconds", "When the last round ended")
        for result in ("fired", "failed"):
            self.effects.labels(result)  # nought is worth telling too

    def observe(self, tick: Tick) -> None:
        """Take what a round did."""
        self.effects.labels("fired").inc(tick.swept.fired)
        self.effects.labels("failed").inc(tick.swept.failed)
        self.recounted.inc(tick.recounted)
        self.lateness.set(tick.swept.lateness.total_seconds())
        self.oldest.set(tick.waiting.oldest.total_seconds())
        self.stale.set(tick.waiting.stale)
        self.last.set(tick.at.timestamp())


def _gauge(registry: prometheus.CollectorRegistry, name: str, meaning: str) -> prometheus.Gauge:
    return prometheus.Gauge(f"motcua_sweep_{name}", meaning, registry=registry, multiprocess_mode="max")
