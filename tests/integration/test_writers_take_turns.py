"""Whoever writes one transaction after the other leaves room for the others."""

import threading
import time

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.persistence.tables import UnitRow
from engine.persistence.transaction import run


def test_a_process_that_writes_without_a_pause_lets_others_write(db: Engine) -> None:
    stop = threading.Event()
    run(db, lambda session: session.add(UnitRow(code="U", name_vi="0", kind="authority")))

    def rename(session: Session) -> None:
        session.get_one(UnitRow, "U", with_for_update=True).name_vi += "."
        session.flush()
        time.sleep(0.005)

    def write_on_and_on() -> None:
        while not stop.is_set():
            run(db, rename)

    busy = threading.Thread(target=write_on_and_on)
    busy.start()
    try:
        longest = 0.0
        for _ in range(20):
            begun = time.monotonic()
            run(db, rename)
            longest = max(longest, time.monotonic() - begun)
    finally:
        stop.set()
        busy.join()
    assert longest < 5
