"""The store of documents, the same for a folder and for a bucket of a real S3-compatible server."""

import hashlib
import io
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest

from engine.document_store import Bucket, DocumentStore, StoreAwayError, TooLargeError
from engine.errors import NotFoundError
from engine.ids import new_id

TEXT = "Tờ trình về việc điều chỉnh".encode()
LATER = datetime.now(UTC) + timedelta(days=1)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="session")
def s3_service() -> Iterator[str]:
    """The address of an S3-compatible server of this run."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while True:
        try:
            urlopen(address, timeout=1).close()
            break
        except OSError:
            assert time.monotonic() < deadline, "the S3 server did not start"
            time.sleep(0.1)
    yield address
    server.terminate()
    server.wait()


@pytest.fixture
def bucket(s3_service: str) -> Bucket:
    """An empty bucket."""
    name = f"papers-{uuid4().hex[:12]}"
    urlopen(Request(f"{s3_service}/{name}", method="PUT"), timeout=10).close()
    return Bucket(name, s3_service, "a key", "a secret", prefix="motcua/here")


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> DocumentStore:
    """A store of this test's own, in a folder and in a bucket."""
    return DocumentStore(tmp_path / "papers" if request.param == "folder" else request.getfixturevalue("bucket"))


def test_what_is_put_in_comes_out_named_by_its_content(store: DocumentStore) -> None:
    content = store.put(io.BytesIO(TEXT), 1000)
    assert (content.sha256, content.size) == (hashlib.sha256(TEXT).hexdigest(), len(TEXT))
    assert b"".join(store.read(content.sha256)) == TEXT
    assert store.has(content.sha256)


def test_the_same_content_from_many_at_once_is_one_object(store: DocumentStore) -> None:
    threads = [threading.Thread(target=store.put, args=(io.BytesIO(TEXT), 1000)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sha256 = hashlib.sha256(TEXT).hexdigest()
    assert list(store.older_than(LATER, sha256[:2])) == [sha256]
    assert b"".join(store.read(sha256)) == TEXT


def test_a_large_file_passes_whole_and_one_too_large_leaves_nothing(store: DocumentStore) -> None:
    large = bytes(range(256)) * 4096 * 8  # 8 MiB: more than one piece of anything
    content = store.put(io.BytesIO(large), len(large))
    assert b"".join(store.read(content.sha256)) == large
    with pytest.raises(TooLargeError) as refused:
        store.put(io.BytesIO(large + b"!"), len(large))
    assert "8 MB" in refused.value.message_vi
    assert not store.has(hashlib.sha256(large + b"!").hexdigest())


def test_what_is_not_there_is_said_to_be_missing(store: DocumentStore) -> None:
    nothing = "ab" * 32
    assert not store.has(nothing)
    with pytest.raises(NotFoundError):
        store.read(nothing)
    store.remove(nothing)  # nothing happens


def test_what_is_removed_is_gone(store: DocumentStore) -> None:
    sha256 = store.put(io.BytesIO(TEXT), 1000).sha256
    store.remove(sha256)
    assert not store.has(sha256)


def test_contents_are_found_by_age_and_beginning(store: DocumentStore) -> None:
    sha256 = store.put(io.BytesIO(TEXT), 1000).sha256
    assert list(store.older_than(LATER, sha256[:2])) == [sha256]
    assert list(store.older_than(LATER - timedelta(days=2), sha256[:2])) == []
    other = f"{(int(sha256[:2], 16) + 1) % 256:02x}"
    assert list(store.older_than(LATER, other)) == []


def test_pieces_of_an_upload_are_kept_in_order_and_dropped_together(store: DocumentStore) -> None:
    upload, neighbour = new_id(), new_id()
    names = [store.keep_piece(upload, piece) for piece in (b"Qu\xe1\xba", b"\xadn 2", b".")]
    other = store.keep_piece(neighbour, b"stays")
    assert b"".join(store.pieces(upload, names)).decode() == "Quận 2."
    assert store.uploads_older_than(LATER) == {upload, neighbour}
    store.drop_pieces(upload)
    store.drop_pieces(upload)  # once more harms nothing
    assert store.uploads_older_than(LATER) == {neighbour}
    assert b"".join(store.pieces(neighbour, [other])) == b"stays"


WRITING: list[Callable[[DocumentStore], object]] = [
    lambda store: store.put(io.BytesIO(TEXT), 1000),
    lambda store: store.keep_piece(new_id(), TEXT),
]


@pytest.mark.parametrize("write", WRITING)
def test_a_bucket_that_is_missing_is_a_store_that_is_away(
    s3_service: str, write: Callable[[DocumentStore], object]
) -> None:
    store = DocumentStore(Bucket("nobody-made-this-one", s3_service, "a key", "a secret"))
    with pytest.raises(StoreAwayError) as problem:
        write(store)
    assert "a secret" not in str(problem.value)


READING: list[Callable[[DocumentStore], object]] = [
    *WRITING,
    lambda store: store.has("ab" * 32),
    lambda store: store.read("ab" * 32),
    lambda store: list(store.older_than(LATER, "ab")),
]


@pytest.mark.parametrize("ask", READING)
def test_a_service_that_does_not_answer_is_a_store_that_is_away(ask: Callable[[DocumentStore], object]) -> None:
    store = DocumentStore(Bucket("papers", f"http://127.0.0.1:{_free_port()}", "a key", "a secret"))
    with pytest.raises(StoreAwayError):
        ask(store)
