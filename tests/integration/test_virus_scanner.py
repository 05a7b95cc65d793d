"""clamd, real where the machine has one and otherwise its protocol on a real socket; and what follows for papers."""

import io
import shutil
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from api.walks.sample_papers import sample_pdf
from engine.document_store import DocumentStore
from engine.intake import Intake
from engine.virus_scan import Clamd, InfectedError, NoScanner, Scan, Scanner, ScannerAwayError, Verdict

# The test file of the antivirus industry, in two parts so that no scanner takes this source for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PDF = sample_pdf("giấy tờ")


class _Protocol(socketserver.StreamRequestHandler):
    """A clamd that knows one virus and takes at most a megabyte."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(size)
            if len(content) > 1024 * 1024:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        self.wfile.write(found)


@pytest.fixture
def spoken(tmp_path: Path) -> Iterator[Callable[[str], Clamd]]:
    """A server that speaks clamd's protocol, on TCP or on a socket of this machine."""
    running: list[socketserver.BaseServer] = []

    def start(kind: str) -> Clamd:
        where = tmp_path / "clamd.sock"
        server: socketserver.BaseServer
        if kind == "tcp":
            server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Protocol)
        else:
            server = socketserver.ThreadingUnixStreamServer(str(where), _Protocol)
        running.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return Clamd("127.0.0.1", server.server_address[1]) if kind == "tcp" else Clamd(str(where))

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """A clamd of this machine that knows one signature."""
    program = shutil.which("clamd", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        pytest.skip("NOT TESTED WITH A REAL CLAMD: none is installed (Debian: clamav-daemon)")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "signatures.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    socket_path = folder / "clamd.sock"
    configuration = folder / "clamd.conf"
    configuration.write_text(
        f"LocalSocket {socket_path}\nDatabaseDirectory {folder}\nForeground yes\nTemporaryDirectory {folder}\n"
        f"LogFile {folder}/clamd.log\n"
    )
    server = subprocess.Popen(
        [program, "--config-file", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not socket_path.exists():
        assert server.poll() is None, (folder / "clamd.log").read_text()
        assert time.monotonic() < deadline, "clamd did not start"
        time.sleep(0.1)
    yield Clamd(str(socket_path))
    server.terminate()
    server.wait()


def test_a_real_clamd_tells_the_clean_from_the_infected(real: Clamd) -> None:
    assert real.scan(io.BytesIO(PDF)) == Verdict(Scan.CLEAN)
    assert real.scan(io.BytesIO(PDF * 2000)).scan is Scan.CLEAN  # many pieces
    infected = real.scan(io.BytesIO(EICAR))
    assert infected.scan is Scan.INFECTED
    assert "Eicar-Test-Signature" in infected.found


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_clamd_is_asked_over_tcp_and_over_a_socket_of_the_machine(spoken: Callable[[str], Clamd], kind: str) -> None:
    clamd = spoken(kind)
    assert clamd.scan(io.BytesIO(PDF)) == Verdict(Scan.CLEAN)
    assert clamd.scan(io.BytesIO(b"a" * 200_000 + EICAR)) == Verdict(Scan.INFECTED, "Eicar-Test-Signature")


def test_what_clamd_cannot_judge_is_unknown(spoken: Callable[[str], Clamd], tmp_path: Path) -> None:
    told = spoken("tcp").scan(io.BytesIO(bytes(8 * 1024 * 1024)))
    assert told.scan is Scan.UNKNOWN
    assert Clamd("127.0.0.1", 9, patience=2).scan(io.BytesIO(PDF)).scan is Scan.UNKNOWN
    assert Clamd(str(tmp_path / "nothing.sock")).scan(io.BytesIO(PDF)).scan is Scan.UNKNOWN


class _Away:
    def scan(self, stream: IO[bytes]) -> Verdict:
        stream.read(10)
        return Verdict(Scan.UNKNOWN, "ConnectionRefusedError")


class _Alarmed:
    def scan(self, stream: IO[bytes]) -> Verdict:
        stream.read(10)
        return Verdict(Scan.INFECTED, "Eicar-Test-Signature")


def _take_in(tmp_path: Path, scanner: Scanner, *, needs_scan: bool = True) -> Scan:
    intake = Intake(DocumentStore(tmp_path / "papers"), 1_000_000, scanner, needs_scan)
    paper = intake.take_in(io.BytesIO(PDF), "a.pdf")
    assert b"".join(intake.store.read(paper.content.sha256)) == PDF  # whole, whatever the scanner has read
    return paper.scan


def test_an_infected_paper_is_refused_by_name_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InfectedError, match="Eicar-Test-Signature") as refused:
        _take_in(tmp_path, _Alarmed())
    assert "mã độc" in refused.value.message_vi
    assert not list((tmp_path / "papers").rglob("*.*"))
    assert not [path for path in (tmp_path / "papers").rglob("*") if path.is_file()]


def test_while_the_scanner_is_away_the_setting_decides(tmp_path: Path) -> None:
    with pytest.raises(ScannerAwayError):
        _take_in(tmp_path, _Away())
    assert _take_in(tmp_path, _Away(), needs_scan=False) is Scan.UNKNOWN


def test_without_a_scanner_papers_are_visibly_unscanned(tmp_path: Path) -> None:
    assert _take_in(tmp_path, NoScanner()) is Scan.UNSCANNED
