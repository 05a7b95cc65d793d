"""Pages find their style and scripts by name; they work where nothing has been built."""

import json
import os
import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string

from api import assets
from api.assets import Manifest

LAYOUT = Path(assets.__file__).parent / "templates"
PAGE = "{% extends 'layout.html' %}{% block title %}Nộp hồ sơ{% endblock %}{% block content %}Nội dung{% endblock %}"


def built(folder: Path, files: dict[str, str]) -> Path:
    dist = folder / "dist"
    dist.mkdir(exist_ok=True)
    for name in files.values():
        (dist / name).write_text("/* */", encoding="utf-8")
    (dist / "manifest.json").write_text(json.dumps(files), encoding="utf-8")
    return dist / "manifest.json"


def site(static: Path) -> Flask:
    app = Flask("site", static_folder=str(static), static_url_path="/static", template_folder=str(LAYOUT))
    app.secret_key = "only for this test"
    assets.install(app)
    app.jinja_env.globals.update(_=lambda text: text, csrf_token=lambda: "token", lang="vi")
    app.add_url_rule("/", view_func=lambda: render_template_string(PAGE))
    return app


FILES = {"style.css": "style.ab12.css", "app.js": "app.cd34.js", "favicon.svg": "favicon.ef56.svg"}


def test_a_page_names_the_files_of_the_build(tmp_path: Path) -> None:
    built(tmp_path, FILES)
    page = site(tmp_path).test_client().get("/").text
    assert 'href="/static/dist/style.ab12.css"' in page
    assert 'src="/static/dist/app.cd34.js"' in page
    assert "make assets" not in page


def test_a_page_without_a_build_still_says_everything_and_what_to_do(tmp_path: Path) -> None:
    answer = site(tmp_path).test_client().get("/")
    assert answer.status_code == 200
    assert "Nội dung" in answer.text
    assert "make assets" in answer.text
    assert "<script" not in answer.text


def test_a_file_named_by_its_content_is_kept_for_a_year(tmp_path: Path) -> None:
    built(tmp_path, FILES)
    browser = site(tmp_path).test_client()
    kept = browser.get("/static/dist/style.ab12.css", buffered=True).cache_control
    assert kept.immutable
    assert kept.max_age == assets.A_YEAR
    assert not browser.get("/static/dist/manifest.json", buffered=True).cache_control.immutable
    assert not browser.get("/static/dist/style.zz99.css", buffered=True).cache_control.immutable, (
        "a missing file may come later"
    )


def test_a_new_build_is_seen_without_a_restart(tmp_path: Path) -> None:
    path = built(tmp_path, {"style.css": "style.1.css"})
    manifest = Manifest(path)
    assert manifest.file("style.css") == "style.1.css"
    built(tmp_path, {"style.css": "style.2.css"})
    os.utime(path, ns=(1, 1))
    assert manifest.file("style.css") == "style.2.css"
    path.unlink()
    assert manifest.file("style.css") is None


def test_a_misspelt_asset_is_refused_by_name(tmp_path: Path) -> None:
    manifest = Manifest(built(tmp_path, {"style.css": "style.1.css"}))
    with pytest.raises(KeyError, match=r"no asset 'styles\.css'.*style\.css"):
        manifest.file("styles.css")


def test_every_class_of_ours_in_a_template_has_a_style() -> None:
    """A class that nothing styles is a slip of the pen or a style that got lost."""
    sources = Path(assets.__file__).parents[1] / "web" / "src"
    style = "".join(path.read_text(encoding="utf-8") for path in sources.rglob("*.scss"))
    used = {
        name
        for path in LAYOUT.rglob("*.html")
        for name in re.findall(r"\bmc-[a-z]+(?:(?:__|--|-)[a-z]+)*", path.read_text(encoding="utf-8"))
    }
    assert sorted(name for name in used if f".{name}" not in style) == []
