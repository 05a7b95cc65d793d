"""The site that sweeps tells what its scheduler did among its own measurements."""

from datetime import timedelta

from city import City
from flask import Flask
from flask.testing import FlaskClient

from api import sweep_metrics
from engine.deadlines.scheduler import Tick
from engine.deadlines.sweep import Backlog, Swept


def test_the_site_tells_the_rounds_of_its_scheduler_and_what_waits(app: Flask, client: FlaskClient, city: City) -> None:
    observe = sweep_metrics.of_application(app)
    observe(Tick(city.clock.now(), Swept(fired=5, failed=1, lateness=timedelta(seconds=7)), 0, Backlog()))
    told = client.get("/metrics").text
    for line in (
        'motcua_sweep_effects_total{result="fired"} 5.0',
        'motcua_sweep_effects_total{result="failed"} 1.0',
        "motcua_sweep_lateness_seconds 7.0",
        "motcua_oldest_due_seconds 0.0",
        "motcua_stale_dossiers 0.0",
    ):
        assert line in told
