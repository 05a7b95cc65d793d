"""A real server, a real socket, cut in the middle of a file: what came is kept, and the client goes on behind it."""

import hashlib
import os
import re
import socket
import struct
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from api.walks.sample_papers import sample_pdf

pytestmark = pytest.mark.acceptance

SECRET = "a secret of my own, long enough to be one"
HEADERS = {"Tus-Resumable": "1.0.0", "Motcua-Upload-Key": SECRET}
LARGE = sample_pdf("bản vẽ") + os.urandom(6 * 1024 * 1024)


@dataclass
class Served:
    """A running site."""

    port: int

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> dict[str, str]:
        """The headers of the answer; `status` among them."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(f"http://127.0.0.1:{self.port}{path}", data=body, method=method, headers={**HEADERS, **named})
        try:
            with urlopen(request, timeout=60) as answer:
                return {**{key.lower(): value for key, value in answer.headers.items()}, "status": str(answer.status)}
        except HTTPError as refusal:
            with refusal:
                return {"status": str(refusal.code), "body": refusal.read().decode()}

    def announce(self, size: int) -> str:
        """Begin an upload; its path."""
        name = b64encode("Bản vẽ.pdf".encode()).decode()
        begun = self.ask("POST", "/api/v1/uploads", b"", Upload_Length=str(size), Upload_Metadata=f"filename {name}")
        assert begun["status"] == "201", begun
        return begun["location"]

    def offset(self, path: str) -> int:
        """How much has come."""
        return int(self.ask("HEAD", path)["upload-offset"])

    def send_and_break(self, path: str, offset: int, content: bytes, sent: int) -> None:
        """Promise `content`, send the first `sent` bytes and pull the plug."""
        lines = [f"PATCH {path} HTTP/1.1", "Host: x", f"Upload-Offset: {offset}", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in HEADERS.items()]
        lines += ["Content-Type: application/offset+octet-stream", "", ""]
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as plug:
            plug.sendall("\r\n".join(lines).encode() + content[:sent])
            time.sleep(1)  # let the bytes arrive: a reset throws away what nobody has read
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path) -> Iterator[Served]:
    """The site as it runs in production: gunicorn, in processes of its own."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")},
        "MOTCUA_DATABASE_URL": sqlite_url,
        "MOTCUA_VAR": str(tmp_path),
        "MOTCUA_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*command, "--workers", "2"], env=environment)
    site = Served(port)
    deadline = time.monotonic() + 60
    while True:
        try:
            if site.ask("GET", "/healthz")["status"] == "200":
                break
        except OSError:
            assert time.monotonic() < deadline, "the site did not start"
            time.sleep(0.2)
    yield site
    server.terminate()
    server.wait()


def test_an_upload_cut_twice_arrives_whole(served: Served) -> None:
    path = served.announce(len(LARGE))
    served.send_and_break(path, 0, LARGE, 2_500_000)
    time.sleep(0.5)
    first = served.offset(path)
    assert 2_000_000 < first <= 2_500_000  # at most one piece of a megabyte is lost
    served.send_and_break(path, first, LARGE[first:], 1_500_000)
    time.sleep(0.5)
    second = served.offset(path)
    assert first < second < len(LARGE)
    rest = served.ask(
        "PATCH", path, LARGE[second:], Upload_Offset=str(second), Content_Type="application/offset+octet-stream"
    )
    assert rest["status"] == "204", rest
    document = rest["motcua-document"]
    request = Request(f"http://127.0.0.1:{served.port}/api/v1/documents/{document}/content", headers=HEADERS)
    with urlopen(request, timeout=60) as answer:
        assert hashlib.sha256(answer.read()).digest() == hashlib.sha256(LARGE).digest()


def test_two_gigabytes_are_refused_from_their_announcement_alone(served: Served) -> None:
    size = 2 * 1024**3
    refused = served.ask("POST", "/api/v1/uploads", b"", Upload_Length=str(size))
    assert refused["status"] == "413"
    assert "200 MB" in refused["body"]
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as plain:  # a form without scripts
        plain.sendall(
            b"POST /api/v1/documents HTTP/1.1\r\nHost: x\r\nAccept-Language: vi\r\n"
            b"Motcua-Upload-Key: " + SECRET.encode() + b"\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n--b\r\n" % size
        )
        answer = plain.recv(65536).decode()
    assert re.match(r"HTTP/1\.1 413", answer), answer
    assert time.monotonic() - began < 10  # not a byte of the file was waited for
