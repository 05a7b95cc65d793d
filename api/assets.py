"""Finds the built style and scripts (web/build.mjs) by their names, and lets browsers keep them for a year.

Pages work without them: where nothing has been built, `asset` answers None, the layout says so in one line,
and every form and link still does its work.
"""

import json
from functools import partial
from pathlib import Path

import structlog
from flask import Flask, Response, request, url_for

FOLDER = "dist"  # below the application's static folder
A_YEAR = 365 * 24 * 60 * 60  # seconds
log = structlog.get_logger(__name__)


class Manifest:
    """Which file holds the asset of a name; read anew when the build has changed it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_at: int | None = None
        self._files: dict[str, str] = {}

    def file(self, name: str) -> str | None:
        """The file of an asset such as `style.css`, relative to the folder of the manifest; None if not built.

        Raises:
            KeyError: the build is there but knows no asset of this name.
        """
        files = self._current()
        if not files:
            return None
        if name not in files:
            raise KeyError(f"There is no asset {name!r} in {self.path.name}; it has {', '.join(sorted(files))}.")
        return files[name]

    def _current(self) -> dict[str, str]:
        try:
            changed_at = self.path.stat().st_mtime_ns
        except FileNotFoundError:
            self._read_at, self._files = None, {}
            return self._files
        if changed_at != self._read_at:
            self._files = json.loads(self.path.read_text(encoding="utf-8"))
            self._read_at = changed_at
        return self._files


def install(app: Flask) -> None:
    """Give templates `asset(name)`, and built files a long life in the browser."""
    manifest = Manifest(Path(app.static_folder or "static") / FOLDER / "manifest.json")
    if not manifest.path.exists():
        log.warning("assets.missing", expected=str(manifest.path), remedy="make assets")
    app.jinja_env.globals["asset"] = partial(_address, manifest)
    app.after_request(_keep)


def _address(manifest: Manifest, name: str) -> str | None:
    """The path of an asset for a page, or None where nothing has been built."""
    file = manifest.file(name)
    return url_for("static", filename=f"{FOLDER}/{file}") if file else None


def _keep(response: Response) -> Response:
    """A file whose name holds the hash of its content never changes: no browser need ask again."""
    name = (request.view_args or {}).get("filename", "") if request.endpoint == "static" else ""
    hashed = name.startswith(f"{FOLDER}/") and name.count(".") == 2
    if hashed and response.status_code in {200, 304}:
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    return response
