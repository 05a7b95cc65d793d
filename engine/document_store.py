"""Where the bytes of papers lie: one object per content, named by its SHA-256, written once.

obstore speaks for a folder and for S3 alike; creating an object is atomic on both, so two people who send the same
file at once leave one object.
"""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore

from engine.errors import InvalidInputError, NotFoundError

_CHUNK = 256 * 1024  # bytes


@dataclass(frozen=True)
class Content:
    """Bytes that are in the store: their name and how many they are."""

    sha256: str
    size: int


class TooLargeError(InvalidInputError):
    """The file is larger than what is taken."""

    code = "file-too-large"
    status = 413
    title_vi = "Tệp lớn hơn mức cho phép."


class DocumentStore:
    """A content-addressed store in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._store = LocalStore(folder, mkdir=True)

    def put(self, stream: IO[bytes], limit: int) -> Content:
        """Take in a file that can be read twice (a spooled upload).

        Raises:
            TooLargeError: it has more than `limit` bytes.
        """
        content = _measure(stream, limit)
        stream.seek(0)
        with suppress(AlreadyExistsError):  # the same content came before
            obstore.put(self._store, _place(content.sha256), stream, mode="create")
        return content

    def read(self, sha256: str) -> Iterator[bytes]:
        """The bytes, piece by piece.

        Raises:
            NotFoundError: they are not in the store.
        """
        try:
            found = obstore.get(self._store, _place(sha256))
        except FileNotFoundError:
            raise NotFoundError(
                f"expected the content {sha256} in the store of documents, found none; restore it from a backup",
                "Không tìm thấy nội dung tài liệu trong kho.",
            ) from None
        return (bytes(piece) for piece in found.stream(min_chunk_size=_CHUNK))


def _measure(stream: IO[bytes], limit: int) -> Content:
    hashed, size = hashlib.sha256(), 0
    while piece := stream.read(_CHUNK):
        size += len(piece)
        if size > limit:
            raise TooLargeError(
                f"expected a file of at most {limit} bytes, found more; split it or scan it at a lower resolution",
                f"Tệp vượt quá {limit // (1024 * 1024)} MB; hãy tách tệp hoặc quét với độ phân giải thấp hơn.",
            )
        hashed.update(piece)
    return Content(hashed.hexdigest(), size)


def _place(sha256: str) -> str:
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"
