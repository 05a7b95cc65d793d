"""Uploads that can be interrupted: tus 1.0 with creation, termination, expiration and checksum.

A whole upload is a paper that waits for its dossier, and its id stands in `Motcua-Document`: in the answer to the last
PATCH and, should that answer be lost, in the answer to HEAD.
"""

import hashlib
import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator
from datetime import UTC
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date

from api.auth import allow_public, current_actor
from api.auth.limits import limiter
from api.auth.uploads import HEADER, upload_key
from api.database import db, read, write
from api.site import site
from engine import uploads
from engine.document_store import TooLargeError
from engine.errors import EngineError, InvalidInputError
from engine.persistence.tables import UploadRow
from engine.uploads import Announced, Owner

blueprint = Blueprint("uploads", __name__, url_prefix="/api/v1/uploads")

TUS = "1.0.0"
EXTENSIONS = "creation,termination,expiration,checksum"
DOCUMENT = "Motcua-Document"
PIECE = 1024 * 1024  # bytes that are put away at a time; what a cut connection may cost
_BLOCK = 64 * 1024  # bytes read at a time
_CONTENT = "application/offset+octet-stream"
_HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}  # tus asks for sha1; it guards against noise, not people
View = TypeVar("View", bound=Callable[..., Any])


class VersionError(EngineError):
    """The client speaks another version of tus."""

    code = "tus-version"
    status = 412
    title_vi = "Phiên bản tus không được hỗ trợ."


class ContentTypeError(EngineError):
    """The bytes of an upload have a media type of their own."""

    code = "tus-content-type"
    status = 415
    title_vi = "Sai kiểu nội dung của phần gửi lên."


class ChecksumError(EngineError):
    """The bytes changed on their way."""

    code = "checksum-mismatch"
    status = 460  # tus' own
    title_vi = "Phần vừa gửi bị hỏng trên đường truyền; hãy gửi lại phần ấy."


@blueprint.after_request
def _say_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = TUS
    if response.status_code == VersionError.status:
        response.headers["Tus-Version"] = TUS
    return response


def _tus(view: View) -> View:
    @wraps(view)
    def checked(*arguments: Any, **named: Any) -> Any:
        if request.headers.get("Tus-Resumable") != TUS:
            raise VersionError(f"expected 'Tus-Resumable: {TUS}', found {request.headers.get('Tus-Resumable')!r}")
        return view(*arguments, **named)

    return cast("View", checked)


@blueprint.route("", methods=["OPTIONS"], provide_automatic_options=False)
@allow_public
def about() -> Response:
    """What is spoken here, and how large a file may be."""
    response = Response(status=204)
    response.headers["Tus-Version"] = TUS
    response.headers["Tus-Extension"] = EXTENSIONS
    response.headers["Tus-Max-Size"] = str(site().settings.upload_limit)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(_HASHES)
    return response


@blueprint.post("")
@allow_public
@limiter.limit("240/minute")
@_tus
def create() -> Response:
    """Announce a file; the address to send it to comes back."""
    announced = Announced(_filename(), _number("Upload-Length"))
    actor = current_actor()
    owner = Owner(_key(), actor.name if actor else "")
    row = write(lambda session: uploads.announce(session, site().platform, site().intake, owner, announced))
    response = _stand(row, 201)
    response.headers["Location"] = url_for("uploads.send", upload_id=row.id)
    return response


@blueprint.route("/<uuid:upload_id>", methods=["HEAD"])
@allow_public
@_tus
def stand(upload_id: UUID) -> Response:
    """How much has come."""
    response = _stand(_found(upload_id), 200)
    response.headers["Upload-Length"] = str(_found(upload_id).length)
    return response


@blueprint.route("/<uuid:upload_id>", methods=["PATCH"])
@allow_public
@_tus
def send(upload_id: UUID) -> Response:
    """Take further bytes. What comes before a connection breaks is kept, and the client goes on behind it."""
    if request.mimetype != _CONTENT:
        raise ContentTypeError(f"expected the content type {_CONTENT}, found {request.mimetype!r}")
    row = _found(upload_id)
    uploads.refuse_offset(row, _number("Upload-Offset"))
    left = row.length - row.received
    request.max_content_length = left + 1  # so that one byte too many is seen, and the last one is none too many
    row = _take_checked(row) if "Upload-Checksum" in request.headers else _take(row)
    if row.received < row.length:
        return _stand(row, 204)
    document = uploads.finish(db.engine, site().platform, site().intake, row)
    response = _stand(row, 204)
    response.headers[DOCUMENT] = str(document)
    return response


@blueprint.delete("/<uuid:upload_id>")
@allow_public
@_tus
def terminate(upload_id: UUID) -> Response:
    """Forget the upload and what has come."""
    row = _found(upload_id)
    uploads.end(db.engine, site().store, row.id)
    return Response(status=204)


@blueprint.post("/<uuid:upload_id>")
@allow_public
@_tus
def overridden(upload_id: UUID) -> Response:
    """For clients that can only POST: the method they mean stands in `X-HTTP-Method-Override`."""
    meant = {"PATCH": send, "DELETE": terminate, "HEAD": stand}.get(
        request.headers.get("X-HTTP-Method-Override", "").upper()
    )
    if meant is None:
        raise InvalidInputError("expected PATCH, DELETE or HEAD in X-HTTP-Method-Override, found something else")
    return meant(upload_id)


def _take(row: UploadRow) -> UploadRow:
    """Count each piece as soon as it is put away."""
    for piece in _pieces(row.length - row.received):
        row = _count(row, {site().store.keep_piece(row.id, piece): len(piece)})
    return row


def _take_checked(row: UploadRow) -> UploadRow:
    """Put all pieces away, and count them only when the checksum is right."""
    algorithm, _space, wanted = request.headers["Upload-Checksum"].partition(" ")
    if algorithm not in _HASHES:
        raise InvalidInputError(f"expected a checksum of one of {', '.join(_HASHES)}, found {algorithm!r}")
    hashed, names = _HASHES[algorithm](), {}
    for piece in _pieces(row.length - row.received):
        hashed.update(piece)
        names[site().store.keep_piece(row.id, piece)] = len(piece)
    if not hmac.compare_digest(hashed.digest(), _decoded(wanted)):
        raise ChecksumError("expected bytes with the checksum that was announced, found others; send them again")
    return _count(row, names)


def _count(row: UploadRow, pieces: dict[str, int]) -> UploadRow:
    key, offset = _key(), row.received
    return write(lambda session: uploads.add(session, site().platform, row.id, key, offset, pieces))


def _pieces(most: int) -> Iterator[bytes]:
    """What the request brings, in pieces worth putting away; a broken connection ends it and loses nothing."""
    piece, total, block = bytearray(), 0, b"?"
    while block:
        try:
            block = request.stream.read(_BLOCK)
        except (ClientDisconnected, OSError):
            block = b""
        total += len(block)
        if total > most:
            raise TooLargeError(f"expected at most {most} further bytes, found more; send what was announced")
        piece += block
        if len(piece) >= PIECE or (piece and not block):
            yield bytes(piece)
            piece.clear()


def _stand(row: UploadRow, status: int) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(row.received)
    response.headers["Upload-Expires"] = http_date(row.expires_at.astimezone(UTC))
    response.headers["Cache-Control"] = "no-store"
    if row.document_id is not None:
        response.headers[DOCUMENT] = str(row.document_id)
    return response


def _found(upload_id: UUID) -> UploadRow:
    with read() as session:
        return uploads.find(session, site().platform, upload_id, _key())


def _key() -> str:
    if key := upload_key():
        return key
    raise InvalidInputError(
        f"expected {HEADER} with a secret of 32 characters or more of your own, found none; "
        "send the same with the filing",
        f"Hãy gửi kèm {HEADER} (một chuỗi bí mật từ 32 ký tự), và gửi lại chuỗi đó khi nộp hồ sơ.",
    )


def _filename() -> str:
    """The name in `Upload-Metadata`: pairs of a key and a value in base64, with commas between."""
    pairs = [pair.strip().partition(" ") for pair in request.headers.get("Upload-Metadata", "").split(",")]
    told = {key: value for key, _space, value in pairs}
    return _decoded(told.get("filename", "")).decode("utf-8", "replace")


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise InvalidInputError(f"expected a whole number in {header}, found {text[:40]!r}")
    return int(text)


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except NotBase64:
        raise InvalidInputError("expected base64, found something else") from None
