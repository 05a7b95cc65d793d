"""procedure.toml says what a procedure is; what it leaves out or gets wrong is found, with the line."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_bundles import TOML, bundle, codes

from engine.deadlines.terms import Ends, Starts, Unit
from engine.errors import BundleRejectedError
from engine.runtime.facts import CopyKind, Facts, read_facts
from engine.runtime.lint import findings

WHOLE = (
    TOML.replace(
        "legal_basis = {", 'starts = "same-day"\nends = "close-of-business"\ncut_off = 15:00:00\nlegal_basis = {'
    )
    + """
[[term]]
name = "resolution_24"
amount = 7
unit = "working-days"
overrides = "base"
valid_from = 2026-04-29
valid_to = 2027-02-28
legal_basis = { document = "Nghị quyết 24", article = "Điều 4", checked = 2026-05-01, sample = true }
[[legal_basis]]
document = "Luật thử"
article = "Điều 3"
source = "Công báo"
[[document]]
key = "drawing"
vi = "Bản vẽ"
en = "Drawing"
copies = 2
copy_kind = "certified"
required = false
[fee]
vi = "Không"
en = "None"
[result]
vi = "Quyết định"
en = "Decision"
"""
)


def read(text: str) -> tuple[Facts | None, list[str]]:
    facts, found = read_facts(text.encode())
    assert all(one.path == "procedure.toml" and one.error for one in found)
    return facts, [f"{one.code}:{one.line}" for one in found]


def test_everything_it_can_say_is_read() -> None:
    facts, found = read(WHOLE)
    assert found == []
    assert facts is not None
    assert (facts.key, facts.national_code, facts.valid_from, facts.valid_to) == (
        "demo",
        "1.000001",
        date(2026, 1, 1),
        None,
    )
    assert facts.title == ("Thủ tục thử", "A procedure for tests")
    assert facts.units == {"competent": "TD-UBND", "receiving": "TD-TTHCC"}
    base, override = facts.terms
    assert (base.term.amount, base.term.unit, base.term.starts) == (10, Unit.WORKING_DAYS, Starts.SAME_DAY)
    assert (base.term.ends, base.term.cut_off, base.term.override) == (Ends.CLOSE_OF_BUSINESS, time(15), False)
    assert (override.overrides, override.term.override, override.term.sample) == ("base", True, True)
    assert override.term.legal_basis == "Nghị quyết 24 Điều 4"
    assert facts.law_terms == (base.term, override.term)
    assert facts.legal_bases[0].source == "Công báo"
    (document,) = facts.documents
    assert (document.copies, document.copy_kind, document.required) == (2, CopyKind.CERTIFIED, False)
    assert facts.fee.get("en") == "None"


def test_a_bundle_gives_its_facts_as_values_and_as_tables() -> None:
    small = bundle(toml=WHOLE)
    assert small.typed_facts.key == small.facts["key"] == small.key == "demo"


def test_a_bundle_with_faulty_facts_lists_them() -> None:
    with pytest.raises(BundleRejectedError) as refusal:
        _ = bundle(toml="key = 1").facts
    assert len(refusal.value.details["findings"]) > 5  # type: ignore[arg-type]
    assert "facts-wrong-value" in codes(bundle(toml="key = 1"))


def test_a_bundle_without_facts_is_refused() -> None:
    assert "facts-missing-key" in codes(bundle(toml=""))


WRONG = {
    "a key of capitals": ('key = "demo"', 'key = "Demo"', "facts-wrong-value:2"),
    "a reserved key": ('key = "demo"', 'key = "shared"', "facts-key-reserved:2"),
    "a data key of the platform": ('start_form = "application"', 'start_form = "dossier"', "facts-key-reserved:5"),
    "no key": ('key = "demo"', "", "facts-missing-key:0"),
    "a date in quotes": ("valid_from = 2026-01-01", 'valid_from = "2026-01-01"', "facts-wrong-value:4"),
    "a moment for a day": ("valid_from = 2026-01-01", "valid_from = 2026-01-01T00:00:00", "facts-wrong-value:4"),
    "an end before the beginning": (
        "valid_from = 2026-01-01",
        "valid_from = 2026-01-01\nvalid_to = 2025-01-01",
        "facts-dates:5",
    ),
    "a blank title": ('vi = "Thủ tục thử"', 'vi = " "', "facts-wrong-value:7"),
    "no English": ('en = "A procedure for tests"', "", "facts-missing-key:6"),
    "a title that is no table": (
        '[title]\nvi = "Thủ tục thử"\nen = "A procedure for tests"\n',
        "title = 1\n",
        "facts-wrong-value:6",
    ),
    "a unit left out": ('receiving = "TD-TTHCC"\n', "", "facts-missing-key:14"),
    "a unit that is a number": ('"TD-UBND"', "7", "facts-wrong-value:15"),
    "a key nobody knows": (
        'start_form = "application"',
        'start_form = "application"\nstartform = "x"',
        "facts-unknown-key:6",
    ),
    "a term of no amount": ("amount = 10\n", "", "facts-term:17"),
    "a term in weeks": ('unit = "working-days"', 'unit = "weeks"', "facts-term:17"),
    "an endless term": ("amount = 10", "amount = 100000", "facts-wrong-value:19"),
    "a half day": ("amount = 10", "amount = 0.5", "facts-wrong-value:19"),
    "a term that overrides nothing": (
        'name = "base"',
        'name = "base"\noverrides = "lost"\nvalid_to = 2027-01-01',
        "facts-term-overrides:17",
    ),
    "an override without an end": ('name = "base"', 'name = "base"\noverrides = "lost"', "facts-term:17"),
    "a term without a basis": ("legal_basis = {", "legalbasis = {", "facts-missing-key:17"),
    "no term at all": ("[[term]]", "[other]", "facts-no-base-term:0"),
    "no TOML": ('key = "demo"', "key = ", "facts-unreadable:2"),
}


@pytest.mark.parametrize(("old", "new", "found"), WRONG.values(), ids=WRONG.keys())
def test_a_fault_is_found_with_its_line(old: str, new: str, found: str) -> None:
    assert old in TOML
    facts, there = read(TOML.replace(old, new, 1))
    assert facts is None
    assert found in there


def test_an_array_of_tables_is_one() -> None:
    assert read("document = 1\n" + TOML)[1] == ["facts-wrong-value:1"]
    assert read("legal_basis = [1]\n" + TOML)[1] == ["facts-wrong-value:1"]


def test_an_unknown_key_is_told_its_neighbour() -> None:
    _, found = read_facts(TOML.replace("national_code", "nationl_code").encode())
    (one,) = (one for one in found if one.code == "facts-unknown-key")
    assert "national_code" in one.fix


def test_names_stand_once() -> None:
    twice = '\n[[document]]\nkey = "a"\nvi = "A"\nen = "A"\n'
    assert read(WHOLE + twice + twice)[1] == ["facts-repeated:57"]


def test_a_copy_kind_is_one_of_three() -> None:
    assert read(WHOLE.replace('"certified"', '"stamped"'))[1] == ["facts-wrong-value:43"]
    assert read(WHOLE.replace("copies = 2", "copies = 0"))[1] == ["facts-wrong-value:42"]
    assert read(WHOLE.replace("required = false", 'required = "no"'))[1] == ["facts-wrong-value:44"]


@pytest.mark.parametrize("source", [b"\xff", b"a = " + b"[" * 5_000, b"#" * 200_000, b"a = 1\na = 2"])
def test_hostile_files_are_findings(source: bytes) -> None:
    facts, found = read_facts(source)
    assert facts is None
    assert [one.code for one in found] == ["facts-unreadable"]


@given(st.binary(max_size=200))
def test_random_bytes_are_findings(source: bytes) -> None:
    assert read_facts(source)[1]


LINES = TOML.splitlines()
VALUES = ["1", '"x"', "[]", "{}", "true", "2026-01-01", "[[1]]", "-5", "inf", "1e400", "15:00:00", '{a = "b"}', "[{}]"]


@given(st.integers(0, len(LINES) - 1), st.sampled_from(VALUES))
def test_any_value_anywhere_is_read_or_found(line: int, value: str) -> None:
    key = LINES[line].partition("=")[0]
    changed = [*LINES[:line], f"{key} = {value}" if "=" in LINES[line] else value, *LINES[line + 1 :]]
    facts, found = read_facts("\n".join(changed).encode())
    assert (facts is None) == bool(found)
    findings(bundle(toml="\n".join(changed)))
