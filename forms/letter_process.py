"""Keeps the process that sets letters: starts it, waits for it no longer than allowed, replaces it."""

from __future__ import annotations

import base64
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent / "letters"  # all that templates can read: the layout and the common templates
WORKER: Final = Path(__file__).with_name("letter_worker.py")
LETTERS_PER_PROCESS: Final = 2_000  # then a fresh one, so that nothing can pile up
STARTING_SECONDS: Final = 20.0  # the first letter of a process also waits for the library and the fonts
LENGTH: Final = struct.Struct(">I")
#: Typst would fetch packages that a template names; there is no proxy at this address, so it cannot.
ENVIRONMENT: Final = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


class TooSlow(Exception):
    """The letter was not ready in time; its process has been ended."""


class Broken(Exception):
    """The process ended before it answered: out of memory, or out of its bounds."""


@dataclass(slots=True)
class _Running:
    """A started process; `owner` is the process that started it."""

    process: subprocess.Popen[bytes]
    owner: int
    letters: int = 0


class LetterProcess:
    """One process that sets letters, one at a time; started when first needed, also after a fork."""

    def __init__(self, fonts: tuple[Path, ...] = ()) -> None:
        self._fonts = tuple(str(path) for path in fonts)
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._finalizer: weakref.finalize[[_Running], LetterProcess] | None = None

    def ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """The process's answer.

        Raises:
            TooSlow: no answer within `seconds`.
            Broken: the process ended.
        """
        with self._lock:
            running = self._ready()
            allowed = seconds if running.letters else max(seconds, STARTING_SECONDS)
            running.letters += 1
            try:
                return _exchange(running.process, json.dumps(request).encode(), time.monotonic() + allowed)
            except (TooSlow, Broken):
                self._end()
                raise

    def close(self) -> None:
        """End the process; the next letter starts another."""
        with self._lock:
            self._end()

    def _ready(self) -> _Running:
        running = self._running
        if running and running.owner == os.getpid():
            if running.process.poll() is None and running.letters < LETTERS_PER_PROCESS:
                return running
            self._end()
        elif self._finalizer:
            self._finalizer.detach()  # after a fork: the process is our parent's, and so is its end
        self._running = _start(self._fonts)
        self._finalizer = weakref.finalize(self, _finish, self._running)
        return self._running

    def _end(self) -> None:
        if self._finalizer:
            self._finalizer()
        self._running = self._finalizer = None


def _start(fonts: tuple[str, ...]) -> _Running:
    process = subprocess.Popen(  # noqa: S603 - our own script with our own arguments
        [sys.executable, "-I", str(WORKER), str(ROOT), *fonts],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        cwd=ROOT,
        start_new_session=True,  # an interrupt at the terminal is for us; the process ends when its input does
    )
    return _Running(process, os.getpid())


def _finish(running: _Running) -> None:
    if running.owner != os.getpid():
        return
    running.process.kill()
    running.process.wait()
    for stream in (running.process.stdin, running.process.stdout):
        if stream:
            try:
                stream.close()
            except BrokenPipeError:  # what was still to be written has nobody to read it
                continue


def _exchange(process: subprocess.Popen[bytes], message: bytes, until: float) -> dict[str, Any]:
    assert process.stdin is not None  # noqa: S101 - both are pipes, for the type checker
    assert process.stdout is not None  # noqa: S101
    try:
        process.stdin.write(LENGTH.pack(len(message)) + message)
        process.stdin.flush()
    except BrokenPipeError as problem:
        raise Broken from problem
    source = process.stdout.fileno()
    size = LENGTH.unpack(_read(source, LENGTH.size, until))[0]
    reply: dict[str, Any] = json.loads(_read(source, size, until))
    if "pdf" in reply:
        reply["pdf"] = base64.b64decode(reply["pdf"])
    return reply


def _read(source: int, size: int, until: float) -> bytes:
    """`size` bytes from the pipe, past Python's buffers, for `select` sees the pipe alone."""
    got = bytearray()
    while len(got) < size:
        ready, _, _ = select.select([source], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TooSlow
        part = os.read(source, min(size - len(got), 1 << 20))
        if not part:
            raise Broken
        got += part
    return bytes(got)
