"""Where the bytes of papers lie: one object per content, named by its SHA-256, written once.

obstore speaks for a folder and for S3 alike; creating an object is atomic on both, so two people who send the same
file at once leave one object. Pieces of uploads under way lie beside them until the upload is whole.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.exceptions import NotFoundError as MissingError
from obstore.store import LocalStore, ObjectStore, S3Store

from engine.errors import EngineError, InvalidInputError, NotFoundError
from engine.ids import new_id

_CHUNK = 256 * 1024  # bytes
_PATIENCE = timedelta(seconds=20)  # for a service that asks to be asked again
_MISSING = (FileNotFoundError, MissingError)  # obstore raises the one for a folder, the other for some services


@dataclass(frozen=True)
class Content:
    """Bytes that are in the store: their name and how many they are."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Bucket:
    """A bucket of an S3-compatible service. `endpoint` is an address such as https://s3.example.vn:9000."""

    name: str
    endpoint: str
    key_id: str
    secret: str = field(repr=False)
    region: str = "us-east-1"
    prefix: str = ""


class TooLargeError(InvalidInputError):
    """The file is larger than what is taken."""

    code = "file-too-large"
    status = 413
    title_vi = "Tệp lớn hơn mức cho phép."


class StoreAwayError(EngineError):
    """The store of documents does not answer."""

    code = "store-away"
    status = 503
    title_vi = "Kho tài liệu không trả lời; hãy thử lại sau giây lát."


def too_large(limit: int) -> TooLargeError:
    """The refusal of a file with more than `limit` bytes."""
    most = f"{limit / (1024 * 1024):.0f} MB" if limit >= 1024 * 1024 else f"{limit} byte"
    return TooLargeError(
        f"expected a file of at most {most} ({limit} bytes), found more; split it or scan it at a lower resolution",
        f"Tệp vượt quá {most}; hãy tách tệp hoặc quét với độ phân giải thấp hơn.",
        limit=limit,
    )


class DocumentStore:
    """A content-addressed store in a folder of this machine, or in a bucket."""

    def __init__(self, place: Path | Bucket) -> None:
        """Open it; the folder is made where it is missing, the bucket has to be there."""
        self._store: ObjectStore = LocalStore(place, mkdir=True) if isinstance(place, Path) else _bucket(place)

    def put(self, stream: IO[bytes], limit: int) -> Content:
        """Take in a file that can be read twice (a spooled upload).

        Raises:
            TooLargeError: it has more than `limit` bytes.
            StoreAwayError: the store does not answer.
        """
        content = _measure(stream, limit)
        stream.seek(0)
        with _answering(writing=True), suppress(AlreadyExistsError):  # the same content came before
            obstore.put(self._store, _place(content.sha256), stream, mode="create")
        return content

    def read(self, sha256: str) -> Iterator[bytes]:
        """The bytes, piece by piece.

        Raises:
            NotFoundError: they are not in the store.
            StoreAwayError: the store does not answer.
        """
        try:
            return self._stream(_place(sha256))
        except _MISSING:
            raise NotFoundError(
                f"expected the content {sha256} in the store of documents, found none; restore it from a backup",
                "Không tìm thấy nội dung tài liệu trong kho.",
            ) from None

    def has(self, sha256: str) -> bool:
        """Whether the bytes are in the store.

        Raises:
            StoreAwayError: the store does not answer.
        """
        try:
            with _answering():
                obstore.head(self._store, _place(sha256))
        except _MISSING:
            return False
        return True

    def remove(self, sha256: str) -> None:
        """Let go of the bytes; whether anybody points at them is the caller's to know.

        Raises:
            StoreAwayError: the store does not answer.
        """
        with _answering(), suppress(*_MISSING):
            obstore.delete(self._store, _place(sha256))

    def older_than(self, moment: datetime, beginning: str) -> Iterator[str]:
        """The contents written before a moment whose SHA-256 begins with these two letters.

        Raises:
            StoreAwayError: the store does not answer.
        """
        with _answering():
            for batch in obstore.list(self._store, prefix=f"sha256/{beginning}"):
                for one in batch:
                    if one["last_modified"] < moment:
                        yield one["path"].rsplit("/", 1)[-1]

    # --- uploads under way ------------------------------------------------------------------------------------

    def keep_piece(self, upload: UUID, piece: bytes) -> str:
        """Keep bytes of an upload under way; the name under which they are found again.

        Raises:
            StoreAwayError: the store does not answer.
        """
        name = str(new_id())
        with _answering(writing=True):
            obstore.put(self._store, f"{_folder(upload)}/{name}", piece)
        return name

    def pieces(self, upload: UUID, names: Iterable[str]) -> Iterator[bytes]:
        """The bytes of these pieces, one after the other.

        Raises:
            FileNotFoundError: one of them is gone.
            StoreAwayError: the store does not answer.
        """
        for name in names:
            yield from self._stream(f"{_folder(upload)}/{name}")

    def uploads_older_than(self, moment: datetime) -> set[UUID]:
        """The uploads of which there are pieces written before a moment.

        Raises:
            StoreAwayError: the store does not answer.
        """
        with _answering():
            return {
                UUID(one["path"].split("/")[-2])
                for batch in obstore.list(self._store, prefix="uploads")
                for one in batch
                if one["last_modified"] < moment
            }

    def drop_pieces(self, upload: UUID) -> None:
        """Let go of everything that was kept for an upload.

        Raises:
            StoreAwayError: the store does not answer.
        """
        with _answering():
            paths = [one["path"] for batch in obstore.list(self._store, prefix=_folder(upload)) for one in batch]
            with suppress(*_MISSING):  # somebody else clears up as well
                obstore.delete(self._store, paths)

    def _stream(self, path: str) -> Iterator[bytes]:
        with _answering():
            found = obstore.get(self._store, path)
        return (bytes(piece) for piece in found.stream(min_chunk_size=_CHUNK))


@contextmanager
def _answering(*, writing: bool = False) -> Iterator[None]:
    """What is there already or missing is an answer; everything else means that the store is away.

    Where something is written, nothing can be missing but the bucket.
    """
    try:
        yield
    except (AlreadyExistsError, *_MISSING, BaseError, OSError) as problem:
        if isinstance(problem, AlreadyExistsError | FileNotFoundError | MissingError) and not writing:
            raise
        raise StoreAwayError(
            f"expected the store of documents to answer, found {type(problem).__name__}; try again, and tell the "
            "operators if it stays so"
        ) from problem


def _bucket(place: Bucket) -> ObjectStore:
    return S3Store(
        place.name,
        prefix=place.prefix or None,
        endpoint=place.endpoint,
        access_key_id=place.key_id,
        secret_access_key=place.secret,
        region=place.region,
        virtual_hosted_style_request=False,
        client_options={"allow_http": place.endpoint.startswith("http://"), "connect_timeout": "5s", "timeout": "60s"},
        retry_config={"max_retries": 3, "retry_timeout": _PATIENCE},
    )


def _measure(stream: IO[bytes], limit: int) -> Content:
    hashed, size = hashlib.sha256(), 0
    while piece := stream.read(_CHUNK):
        size += len(piece)
        if size > limit:
            raise too_large(limit)
        hashed.update(piece)
    return Content(hashed.hexdigest(), size)


def _place(sha256: str) -> str:
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _folder(upload: UUID) -> str:
    return f"uploads/{upload}"
