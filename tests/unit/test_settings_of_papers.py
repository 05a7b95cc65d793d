"""Where papers lie, who scans them and how long unused ones stay, as an installation says it."""

from pathlib import Path

import pytest

from api.document_settings import Papers
from api.settings import SettingsError, from_environment
from engine.document_store import Bucket
from engine.virus_scan import Clamd


def _papers(tmp_path: Path, **said: str) -> Papers:
    return from_environment({f"MOTCUA_{name}": value for name, value in said.items()}, tmp_path).papers


def test_papers_lie_in_a_folder_and_are_not_scanned_unless_said_otherwise(tmp_path: Path) -> None:
    papers = _papers(tmp_path)
    assert papers == Papers()
    assert papers.place(tmp_path) == tmp_path


def test_a_bucket_is_named_by_one_address(tmp_path: Path) -> None:
    papers = _papers(tmp_path, S3_URL="s3://key:se%2Fcret@s3.example.vn:9000/papers/thu-duc/2026?region=vn-south")
    wanted = Bucket("papers", "https://s3.example.vn:9000", "key", "se/cret", "vn-south", "thu-duc/2026")
    assert papers.place(tmp_path) == wanted
    assert "cret" not in repr(papers)
    plain = _papers(tmp_path, S3_URL="s3+http://key:secret@10.0.0.5:9000/papers").bucket
    assert plain is not None
    assert (plain.endpoint, plain.region, plain.prefix) == ("http://10.0.0.5:9000", "us-east-1", "")


@pytest.mark.parametrize(
    "said",
    [
        "https://key:hunter2@host/bucket",
        "s3://host/bucket",
        "s3://key:hunter2@host",
        "s3://key:hunter2@host/b?zone=1",
        "s3://key:hunter/2@host/b",
    ],
)
def test_an_address_of_no_bucket_is_refused_without_its_secret(tmp_path: Path, said: str) -> None:
    with pytest.raises(SettingsError, match="MOTCUA_S3_URL") as told:
        _papers(tmp_path, S3_URL=said)
    assert "hunter" not in str(told.value)


def test_a_scanner_is_reached_over_tcp_or_a_socket_of_the_machine(tmp_path: Path) -> None:
    assert _papers(tmp_path, CLAMD="tcp://clamd:3310").clamd == Clamd("clamd", 3310)
    assert _papers(tmp_path, CLAMD="unix:///run/clamav/clamd.ctl").clamd == Clamd("/run/clamav/clamd.ctl")
    assert _papers(tmp_path).needs_scan
    assert not _papers(tmp_path, CLAMD_AWAY="mark").needs_scan


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CLAMD", "clamd:3310"),
        ("CLAMD", "tcp://clamd"),
        ("CLAMD", "unix://clamd/sock"),
        ("CLAMD_AWAY", "maybe"),
        ("UPLOAD_DAYS", "0"),
        ("DRAFT_DAYS", "a month"),
    ],
)
def test_what_means_nothing_is_refused_by_name(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(SettingsError, match=f"MOTCUA_{name} "):
        _papers(tmp_path, **{name: said})
