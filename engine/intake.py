"""The one way in for the bytes of a paper: recognised, scanned, measured, and then in the store.

A form on a page, the API and an upload that was interrupted five times all end here.
"""

import logging
from dataclasses import dataclass, field
from typing import IO

from engine.document_kinds import recognise, safe_name
from engine.document_store import DocumentStore
from engine.documents import Paper
from engine.virus_scan import InfectedError, NoScanner, Scan, Scanner, ScannerAwayError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Intake:
    """What an installation takes in: up to `limit` bytes, past its scanner.

    `needs_scan` says what happens where there is a scanner and it cannot say: the file is refused, or else taken and
    visibly marked.
    """

    store: DocumentStore
    limit: int  # bytes of one paper
    scanner: Scanner = field(default_factory=NoScanner)
    needs_scan: bool = True

    def take_in(self, stream: IO[bytes], filename: str) -> Paper:
        """Put the bytes into the store; nothing is recorded yet. No transaction should be open meanwhile.

        Raises:
            KindRefusedError: a kind of file that is not taken, or one under a wrong name.
            TooLargeError: more bytes than `limit`.
            InfectedError: the scanner has found something.
            ScannerAwayError: it cannot say, and has to.
            StoreAwayError: the store does not answer.
        """
        name = safe_name(filename)
        media_type = recognise(stream, name)
        scan = self._scanned(stream, name)
        stream.seek(0)
        return Paper(self.store.put(stream, self.limit), name, media_type, scan)

    def _scanned(self, stream: IO[bytes], name: str) -> Scan:
        stream.seek(0)
        verdict = self.scanner.scan(stream)
        if verdict.scan is Scan.INFECTED:
            raise InfectedError(
                f"expected a file without viruses, found {verdict.found} in {name!r}; clean the computer and send "
                "the file anew",
                f"Tệp chứa mã độc ({verdict.found}) nên không được nhận; hãy quét máy tính rồi lập lại tệp.",
            )
        if verdict.scan is Scan.UNKNOWN:
            log.error("expected the virus scanner to judge a file, found: %s", verdict.found)
            if self.needs_scan:
                raise ScannerAwayError(
                    "expected the virus scanner to judge the file, found that it does not answer; try again later"
                )
        return verdict.scan
