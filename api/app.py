"""Puts the application together."""

import importlib.util

from flask import Flask
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix

from api import assets, database, headers, health, language, logging, openapi, problems, translations
from api.auth import access, guard, limits
from api.routes import uploads
from api.settings import MEBIBYTE, Settings
from api.site import EXTENSION, Site
from engine.clock import SystemClock
from engine.deadlines.calendar import vietnam
from engine.document_store import DocumentStore
from engine.platform import Platform

LARGEST_BODY = 16 * MEBIBYTE  # bytes; uploads of papers have a limit of their own


def create_app(settings: Settings, platform: Platform | None = None) -> Flask:
    """The application of one installation. `platform` is given where time does not come from the machine."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=2 * MEBIBYTE,
        BABEL_DEFAULT_TIMEZONE="Asia/Ho_Chi_Minh",
        BABEL_DEFAULT_LOCALE=translations.SOURCE,
    )
    platform = platform or Platform(
        SystemClock(), vietnam(), warn_at=settings.warn_days, leader_by_law=settings.leader_by_law
    )
    app.extensions[EXTENSION] = Site(settings, platform, DocumentStore(settings.papers.place(settings.store)))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    _install(app, settings)
    return app


def _install(app: Flask, settings: Settings) -> None:
    """The order counts: what comes first sees a request first and its answer last."""
    logging.install(app)
    health.install(app)
    headers.install(app, settings)
    database.connect(app, settings.database_url)
    Babel(app, locale_selector=language.current_language)
    translations.use_in(app)
    assets.install(app)
    problems.install(app)
    limits.install(app, settings)
    guard.install(app, settings)
    openapi.install(app)
    app.register_blueprint(uploads.blueprint)  # tus has a description of its own
    access.declare(app, "static")
    _install_pages(app)


def _install_pages(app: Flask) -> None:
    if importlib.util.find_spec("api.pages") is None:
        return
    pages = importlib.import_module("api.pages")
    for blueprint in getattr(pages, "blueprints", ()):
        app.register_blueprint(blueprint)
