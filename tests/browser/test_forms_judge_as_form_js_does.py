"""Random answers judged by our forms and by the form-js viewer, the implementation that designers draw for.

Each answer is shown on our page, posted as a browser would post it and checked; the same answer is put into form-js,
whose button is pressed. Both must object to the same fields of the same rows, and where nobody objects, both must
give the same data. Where we differ on purpose, the last test says how.
"""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import form_pages
import pytest
from playwright.sync_api import Browser, Page

from forms.answers import AnswerContext, DocumentRef, InvalidAnswers, check, from_html
from forms.definition import FormDefinition
from forms.evaluation import Node
from forms.fields import Field, MomentField
from forms.paths import path_of
from forms.stored import resolved, typed
from forms.view import view

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent / "formjs"
MODULES = Path(__file__).parents[2] / "web" / "node_modules"
SOURCE = (HERE / "questions.form.json").read_bytes()
SCHEMA = json.loads(SOURCE)
FORM = FormDefinition.parse(SOURCE)
WARDS = [{"value": "HB", "label": "Hiệp Bình"}, {"value": "LX", "label": "Linh Xuân"}]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
DOCUMENT = DocumentRef("map-1", "map.pdf", "application/pdf", 1_000)
SAMPLES, SEED, AT_ONCE = 120, 20261123, 15


def missing(reason: str) -> NoReturn:
    """Skip, loudly; fail where the run must not go on without it (MOTCUA_TEST_REQUIRE contains "form-js")."""
    if "form-js" in os.environ.get("MOTCUA_TEST_REQUIRE", "").split(","):
        pytest.fail(reason)
    pytest.skip(f"FORMS WERE NOT COMPARED with form-js: {reason}")


@pytest.fixture(scope="module")
def judge(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page in which `judgeAll(schema, samples)` asks the form-js viewer."""
    modules, node = Path(os.environ.get("MOTCUA_NODE_MODULES") or MODULES), shutil.which("node")
    if node is None:
        missing("there is no node on this machine")
    if not (modules / "@bpmn-io" / "form-js-viewer").is_dir():
        missing(f"{modules} has no @bpmn-io/form-js-viewer; run `npm ci` in web/ first")
    script = tmp_path_factory.mktemp("form-js") / "judge.js"
    command = [node, str(MODULES / "esbuild" / "bin" / "esbuild"), str(HERE / "judge.mjs"), "--bundle", "--format=iife"]
    environment = {**os.environ, "NODE_PATH": str(modules)}
    done = subprocess.run(
        [*command, f"--outfile={script}"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    page = chromium.new_page(locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
    page.set_content("<!doctype html><title>form-js</title>")
    page.add_script_tag(path=script)
    yield page
    page.close()


# ---- answers --------------------------------------------------------------------------------------------


class Typist:
    """Types what is right, and in `flaws` of a hundred cases something else."""

    def __init__(self, chance: random.Random, flaws: int) -> None:
        self.chance = chance
        self.flaws = flaws

    def give(self, right: Sequence[Any], wrong: Sequence[Any]) -> Any:
        """One of the right answers, now and then one of the others."""
        return self.chance.choice(wrong if self.chance.randrange(100) < self.flaws else right)

    def some(self, of: Sequence[str], least: int) -> list[str]:
        """Several of these in any order."""
        return self.chance.sample(of, self.give(range(least, len(of) + 1), (0,)))

    def form(self) -> dict[str, Any]:
        """A whole form."""
        give = self.give
        area, ward = give((100, 12.25, 0.5, 1000), (None, 0, -2, 12.125, 1000.01)), give((None, "HB", "LX"), ("HB",))
        founder = give(("person", "family", "family", "body"), (None,))
        given = {
            "name": give(("Lan", "Nguyễn", "  Lan  "), (None, "", "ab", "  An  ", "Trần Thị Bích Ngọc")),
            "code": give((None, "", "AB12"), ("ab12", "XAB1", "AB")),
            "contact": {
                "mail": give((None, "an@example.vn"), ("an", "an@")),
                "phone": give(("+84901234567", "0084901234567"), (None, "abc", "12")),
            },
            "story": give((None, "ngắn"), ("dài hơn mười chữ", "x" * 41)),
            "area": area,
            "part": give((None, 0, area), (-1, 999, 1000)),
            "floors": give((None, 0, 2, 4, -2), (1, 3, -6, 0.5)),
            "money": give((None, "1000.05", "12", "7.5"), ("0.03",)),
            "day": give(("2026-12-01", "1990-02-28"), (None,)),
            "hour": give(("08:30", "14:45"), (None,)),
            "moment": give((None, "2026-12-01T08:30"), (None,)),
            "urgent": give((True, False), (False,)),
            "promise": give((True,), (False,)),
            "papers": self.some(["plan", "form", "photo"], 1),
            "founder": founder,
            "ward": ward,
            "street": give(("QL13", "Số 5") if ward == "HB" else ("Kha Vạn Cân",), (None, "QL13", "Kha Vạn Cân")),
            "uses": self.some(["home", "shop", "store"], 0),
            "map": give(("files::map",), (None,)),
            "wards": WARDS,
            "wards_name": "Hiệp Bình",
            "locked": "khóa",
        }
        if founder == "family":
            members = [self.member() for _ in range(self.chance.randrange(4))]
            given["family"] = {"head": self.name(), "hurry": self.name(), "members": members}
        if founder == "body":
            given["tax_code"] = give(("0301122334",), (None, "030112233", "x0301122334"))
        return given

    def member(self) -> dict[str, Any]:
        """One row, with rows in it."""
        shares = [
            {"amount": self.give((1, 50), (None, 0)), "note": self.name()} for _ in range(self.chance.randrange(3))
        ]
        age = self.give((None, 3, 17, 18), (131, -1))
        return {"name": self.name(), "age": age, "guardian": self.name(), "shares": shares}

    def name(self) -> str | None:
        """Somebody's name."""
        found: str | None = self.give(("Lan", "Nguyễn Thị Ánh"), (None, ""))
        return found


# ---- the two judges -------------------------------------------------------------------------------------

Place = tuple[str, ...]


def by_us(given: Mapping[str, Any]) -> tuple[set[Place], dict[str, Any] | None]:
    """What we object to (component and rows), and the data when there is nothing."""
    raw = {**given, "map": ["map-1"] if given["map"] else []}
    context = AnswerContext(
        now=NOW, data={name: given[name] for name in ("wards", "wards_name", "locked")}, documents=lambda _id: DOCUMENT
    )
    shown = form_pages.rendered(view(FORM, raw, context=context))
    posted = from_html(FORM, form_pages.pressed(shown), context=context)
    try:
        return set(), check(FORM, posted, context)
    except InvalidAnswers as refused:
        nodes = resolved(FORM, typed(FORM, posted, context), context).walk()
        places = {node.path: _place(node) for node in nodes if isinstance(node.component, Field)}
        return {places[path_of(problem.path) or ()] for problem in refused.problems}, None


def _place(node: Node) -> Place:
    return (node.component.id, *(str(step) for step in node.path if isinstance(step, int)))


def by_form_js(page: Page, given: list[dict[str, Any]]) -> list[tuple[set[Place], dict[str, Any] | None]]:
    """The same of form-js."""
    verdicts = page.evaluate("([schema, samples]) => judgeAll(schema, samples)", [SCHEMA, given])
    found = []
    for verdict in verdicts:
        places = {place for name, wrong in verdict["errors"].items() for place in _leaves(wrong, (name,))}
        found.append((places, None if places else verdict["data"]))
    return found


def _leaves(wrong: Any, place: Place) -> Iterator[Place]:
    """The places of one component's errors: a list of sentences, or rows (of rows) that have such lists."""
    if isinstance(wrong, dict):
        rows = list(wrong.items())
    elif any(not isinstance(one, str | None) for one in wrong):
        rows = [(str(index), one) for index, one in enumerate(wrong) if one is not None]
    else:
        if any(wrong):
            yield place
        return
    for index, inner in rows:
        if inner:
            yield from _leaves(inner, (*place, index))


def alike(value: Any) -> Any:
    """Data without what stands for "not answered", and with one way to write times and numbers."""
    if isinstance(value, dict):
        cleaned = {name: alike(one) for name, one in value.items()}
        return {name: one for name, one in cleaned.items() if one not in (None, "", [], {})}
    if isinstance(value, list):
        items = [alike(one) for one in value]
        return sorted(items) if all(isinstance(one, str) for one in items) else items  # a page posts in its own order
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value.strip().removesuffix(":00") if isinstance(value, str) else value


def data_of(found: dict[str, Any]) -> dict[str, Any]:
    """What is comparable: papers are ids with us and keys of a registry there, and they serialise numbers to text."""
    kept = {name: value for name, value in found.items() if name not in {"map", "wards", "locked"}}
    kept["money"] = float(kept["money"]) if kept.get("money") else None
    cleaned: dict[str, Any] = alike(kept)
    return cleaned


def test_random_answers_are_judged_alike(judge: Page) -> None:
    chance = random.Random(SEED)
    samples = [Typist(chance, flaws).form() for flaws in (0, 3, 10, 50) for _ in range(SAMPLES // 4)]
    clean = 0
    for start in range(0, SAMPLES, AT_ONCE):
        some = samples[start : start + AT_ONCE]
        for given, (theirs, their_data) in zip(some, by_form_js(judge, some), strict=True):
            ours, our_data = by_us(given)
            assert ours == theirs, json.dumps(given, ensure_ascii=False)
            if our_data is not None and their_data is not None:
                clean += 1
                assert data_of(our_data) == data_of(their_data), json.dumps(given, ensure_ascii=False)
    assert clean > SAMPLES // 4


def test_every_kind_of_input_is_in_the_comparison() -> None:
    kinds = {component.type for component in FORM.walk() if isinstance(component, Field)}
    assert kinds == {
        "textfield", "textarea", "number", "datetime", "checkbox", "checklist", "radio", "select", "taglist",
        "filepicker", "expression",
    }  # fmt: skip
    assert {field.subtype for field in FORM.fields if isinstance(field, MomentField)} == {"date", "time", "datetime"}
