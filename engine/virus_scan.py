"""What a virus scanner says of a file. Without one, papers are visibly unscanned.

clamd speaks INSTREAM: the file goes out in pieces, each behind its length in four bytes, an empty piece ends it.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Protocol

from engine.errors import EngineError, InvalidInputError

_PIECE = 64 * 1024  # bytes
_LONGEST_ANSWER = 4096  # bytes


class Scan(StrEnum):
    """What is known of a file. `unscanned`: nobody was asked; `unknown`: the scanner could not say."""

    UNSCANNED = "unscanned"
    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """What a scanner says; `found` names the virus, or why nothing could be said."""

    scan: Scan
    found: str = ""


class Scanner(Protocol):
    """Looks into a file, from its start to its end."""

    def scan(self, stream: IO[bytes]) -> Verdict:
        """What it says; never raises for a scanner that is away."""
        ...


class InfectedError(InvalidInputError):
    """The file contains a virus."""

    code = "file-infected"
    title_vi = "Tệp chứa mã độc."


class ScannerAwayError(EngineError):
    """The virus scanner does not answer, and unscanned files are not taken here."""

    code = "scanner-away"
    status = 503
    title_vi = "Chưa quét được mã độc trong tệp; hãy thử lại sau ít phút."


class NoScanner:
    """For installations without a scanner."""

    def scan(self, stream: IO[bytes]) -> Verdict:
        """Nothing is known."""
        del stream
        return Verdict(Scan.UNSCANNED)


@dataclass(frozen=True)
class Clamd:
    """A clamd at HOST:PORT, or at a socket of this machine when `port` is 0. `patience` is in seconds."""

    host: str
    port: int = 0
    patience: float = 60

    def scan(self, stream: IO[bytes]) -> Verdict:
        """Ask it; `unknown` when it is away, gives up, or says what nobody understands."""
        try:
            with self._connected() as connection:
                answer = _ask(connection, stream.read)
        except OSError as problem:
            return Verdict(Scan.UNKNOWN, f"{type(problem).__name__}: {problem}")
        if answer.endswith(" OK"):
            return Verdict(Scan.CLEAN)
        if answer.endswith(" FOUND"):
            return Verdict(Scan.INFECTED, answer.removeprefix("stream: ").removesuffix(" FOUND"))
        return Verdict(Scan.UNKNOWN, answer)

    def _connected(self) -> socket.socket:
        if self.port:
            return socket.create_connection((self.host, self.port), timeout=self.patience)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self.patience)
        try:
            connection.connect(self.host)
        except OSError:
            connection.close()
            raise
        return connection


def _ask(connection: socket.socket, read: Callable[[int], bytes]) -> str:
    """Send the file and hear the answer.

    A clamd that has had enough (StreamMaxLength) answers and closes while the file is still being sent.
    """
    try:
        connection.sendall(b"zINSTREAM\0")
        while piece := read(_PIECE):
            connection.sendall(len(piece).to_bytes(4, "big") + piece)
        connection.sendall(bytes(4))
    except (BrokenPipeError, ConnectionResetError):
        pass
    answer = b""
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER and (piece := connection.recv(_LONGEST_ANSWER)):
        answer += piece
    return answer.split(b"\0", 1)[0].decode("utf-8", "replace").strip()
