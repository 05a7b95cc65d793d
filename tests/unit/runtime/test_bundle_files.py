"""A bundle is one thing: the same files give the same bytes and the same checksum, and nothing else comes in."""

import io
import stat
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_bundles import FORM, LANE, TOML, bundle, chain, codes, node, process, work

from engine.errors import BundleRejectedError
from engine.runtime import archive
from engine.runtime.bundle import Bundle

CALL = node("callActivity", "ask", calledElement="consult")
DECISION = node(
    "businessRuleTask", "rate", '<motcua:decision file="rate.dmn" name="rate"/><motcua:result name="rate"/>'
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one procedure, and shared files of which it uses some."""
    for folder in ("bpmn/demo", "bpmn/shared", "forms/demo/letters", "forms/shared"):
        (tmp_path / folder).mkdir(parents=True)
    calling = process(work(CALL + DECISION, ("ask", "rate"))).replace(LANE.format(refs="", of="").encode(), b"")
    (tmp_path / "bpmn/demo/process.bpmn").write_bytes(calling)
    (tmp_path / "bpmn/demo/procedure.toml").write_text(TOML)
    (tmp_path / "bpmn/demo/README.md").write_text("notes")
    (tmp_path / "bpmn/shared/consult.bpmn").write_bytes(
        process(node("startEvent", "cs") + CALL.replace('"consult"', '"remind"') + chain("cs", "ask"), "consult")
    )
    (tmp_path / "bpmn/shared/remind.bpmn").write_bytes(
        process(node("userTask", "answer", '<motcua:form key="consultation"/>') + chain("answer", "answer"), "remind")
    )
    (tmp_path / "bpmn/shared/other.bpmn").write_bytes(process("", "other"))
    (tmp_path / "bpmn/shared/rate.dmn").write_bytes(b"<definitions/>")
    (tmp_path / "forms/demo/application.form.json").write_text(FORM.format(key="application"))
    (tmp_path / "forms/demo/letters/refusal_notice.typ").write_text("= Phiếu từ chối")
    (tmp_path / "forms/shared/consultation.form.json").write_text(FORM.format(key="consultation"))
    (tmp_path / "forms/shared/unused.form.json").write_text(FORM.format(key="unused"))
    return tmp_path


def test_a_procedure_is_found_with_everything_it_refers_to(root: Path) -> None:
    found = Bundle.find(root, "demo")
    assert list(found.files) == [
        "forms/application.form.json",
        "forms/consultation.form.json",
        "forms/letters/refusal_notice.typ",
        "procedure.toml",
        "process.bpmn",
        "rate.dmn",
        "shared/consult.bpmn",
        "shared/remind.bpmn",
    ]
    assert found.key == "demo"
    assert list(found.forms) == ["application", "consultation"]
    assert list(found.letters) == ["refusal_notice"]
    assert list(found.diagrams) == ["process.bpmn", "shared/consult.bpmn", "shared/remind.bpmn"]


def test_a_procedure_s_own_file_goes_before_a_shared_one(root: Path) -> None:
    (root / "forms/demo/consultation.form.json").write_text("own")
    assert Bundle.find(root, "demo").forms["consultation"] == b"own"


def test_an_unreadable_diagram_still_makes_a_bundle_so_that_it_can_be_checked(root: Path) -> None:
    (root / "bpmn/demo/process.bpmn").write_bytes(b"<open>")
    assert "xml-unreadable" in codes(Bundle.find(root, "demo"))


def test_the_same_content_gives_the_same_bytes_and_checksum(root: Path) -> None:
    first, second = Bundle.find(root, "demo"), Bundle.find(root, "demo")
    shuffled = Bundle(dict(reversed(first.files.items())))
    assert first == second == shuffled
    assert first.to_zip() == second.to_zip() == shuffled.to_zip()
    assert first.checksum == shuffled.checksum
    assert len(first.checksum) == 64


def test_one_changed_byte_or_name_changes_the_checksum() -> None:
    small = bundle()
    changed = Bundle({**small.files, "procedure.toml": small.files["procedure.toml"] + b" "})
    renamed = {path.replace("review", "revue"): content for path, content in small.files.items()}
    assert len({small.checksum, changed.checksum, Bundle(renamed).checksum}) == 3


def test_a_bundle_comes_back_from_its_zip() -> None:
    assert Bundle.from_zip(bundle().to_zip()) == bundle()


@settings(max_examples=30)
@given(st.dictionaries(st.from_regex(r"\A[a-z]{1,8}\.dmn\Z"), st.binary(max_size=50), max_size=6))
def test_any_bundle_comes_back_from_its_zip(files: dict[str, bytes]) -> None:
    assert Bundle.from_zip(Bundle(files).to_zip()).files == dict(sorted(files.items()))


def test_the_files_of_a_bundle_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        bundle().files["x.dmn"] = b""  # type: ignore[index]


@pytest.mark.parametrize("key", ["../etc", "shared", "Demo", "", "a/b", "x" * 65])
def test_a_key_that_is_none_finds_nothing(tmp_path: Path, key: str) -> None:
    with pytest.raises(BundleRejectedError):
        Bundle.find(tmp_path, key)


def test_a_procedure_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BundleRejectedError, match="there is no folder"):
        Bundle.find(tmp_path, "demo")


@pytest.mark.parametrize(
    "path",
    [
        "process2.bpmn",
        "../x.dmn",
        "/etc/passwd",
        "forms/x.json",
        "forms/letters/x.sh",
        "a\\b.dmn",
        "shared/../x.bpmn",
        "shared/a/b.bpmn",
        "C:/x.dmn",
        "",
        "forms/letters/../x.typ",
        "x\n.dmn",
        "shared/x.dmn\0",
    ],
)
def test_a_path_that_no_bundle_has_is_refused(path: str) -> None:
    with pytest.raises(BundleRejectedError):
        Bundle({path: b""})
    with pytest.raises(BundleRejectedError):
        Bundle.from_zip(zipped({path: b"x"}))


def zipped(files: dict[str, bytes], **settings: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for path, content in files.items():
            member = zipfile.ZipInfo("placeholder")
            member.filename = path
            member.external_attr = settings.get("mode", stat.S_IFREG | 0o644) << 16
            written.writestr(member, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = zipped({"x.dmn": b"\0" * (archive.MAX_FILE + 1)})
    assert len(bomb) < 20_000
    with pytest.raises(BundleRejectedError, match="more than"):
        Bundle.from_zip(bomb)


def test_a_file_that_is_too_large_makes_no_bundle(root: Path) -> None:
    (root / "bpmn/demo/large.dmn").write_bytes(b"x" * (archive.MAX_FILE + 1))
    with pytest.raises(BundleRejectedError, match="is larger than"):
        Bundle.find(root, "demo")


def test_a_folder_without_forms_is_a_bundle_that_lacks_them(root: Path) -> None:
    assert not Bundle.from_folder(root / "bpmn/demo").forms


def test_many_files_that_are_large_together_are_refused() -> None:
    files = {f"d{n}.dmn": b"\0" * 1_900_000 for n in range(12)}
    with pytest.raises(BundleRejectedError):
        Bundle.from_zip(zipped(files))
    with pytest.raises(BundleRejectedError):
        Bundle(files)


def test_a_zip_may_not_hold_very_many_files() -> None:
    with pytest.raises(BundleRejectedError, match="more than 500 files"):
        Bundle.from_zip(zipped({f"d{n}.dmn": b"" for n in range(501)}))


def test_a_size_that_lies_is_noticed() -> None:
    honest = zipped({"x.dmn": b"\0" * 100})
    lying = honest.replace(struct.pack("<L", 100), struct.pack("<L", 10))
    with pytest.raises(BundleRejectedError):
        Bundle.from_zip(lying)


def test_a_link_in_a_zip_is_refused() -> None:
    with pytest.raises(BundleRejectedError, match="is a link"):
        Bundle.from_zip(zipped({"x.dmn": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777))


def test_the_same_file_twice_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        written.writestr("x.dmn", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            written.writestr("x.dmn", b"2")
    with pytest.raises(BundleRejectedError, match="twice"):
        Bundle.from_zip(out.getvalue())


def test_what_operating_systems_add_is_left_out() -> None:
    content = zipped({"x.dmn": b"1", "__MACOSX/._x.dmn": b"2", ".DS_Store": b"3"})
    assert dict(Bundle.from_zip(content).files) == {"x.dmn": b"1"}


def test_an_archive_that_is_too_large_is_not_opened() -> None:
    with pytest.raises(BundleRejectedError, match="larger than"):
        Bundle.from_zip(b"PK" + b"\0" * archive.MAX_ARCHIVE)


@given(st.binary(max_size=400))
def test_random_bytes_are_no_bundle(content: bytes) -> None:
    with pytest.raises(BundleRejectedError):
        Bundle.from_zip(content)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_zip_is_refused_or_read_but_never_breaks(damage: list[tuple[int, int]]) -> None:
    content = bytearray(zipped({"x.dmn": b"some text " * 20, "y.dmn": b"other"}))
    for at, value in damage:
        content[at % len(content)] = value
    with suppress(BundleRejectedError):
        Bundle.from_zip(bytes(content))
