"""What a printed letter costs: every letter with data of its own, so that nothing is remembered.

Processor time of this process and of the one that sets letters, so that other processes on the machine do not count;
the setting uses several threads, so a person waits less than that.
"""

import json
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forms.letter_data import LetterKind
from forms.letters import LetterPress, common_template

ROUNDS = 25
AT = datetime(2026, 3, 5, 9, 12, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[1] / "unit" / "letters" / "data"
BOOK_ROWS = 500


def benchmarks() -> list[dict[str, object]]:
    """The median of each letter, of a thick register, and the first letter of a process."""
    press = LetterPress()
    first = _print(press, LetterKind.RECEIPT, _example(LetterKind.RECEIPT))
    figures = [_letter(press, kind) for kind in LetterKind if kind is not LetterKind.REGISTER]
    figures += [_book(press), _figure("first letter of a process", [first], 2_000)]
    press.close()
    return figures


def _letter(press: LetterPress, kind: LetterKind) -> dict[str, object]:
    data = _example(kind)
    times = [_print(press, kind, _another(data, number)) for number in range(ROUNDS)]
    return _figure(f"printing one {kind.value}", times, 50)


def _book(press: LetterPress) -> dict[str, object]:
    data = _example(LetterKind.REGISTER)
    rows = [entry | {"number": number} for number, entry in enumerate(data["entries"] * BOOK_ROWS, 1)][:BOOK_ROWS]
    times = [_print(press, LetterKind.REGISTER, data | {"entries": rows, "book": str(number)}) for number in range(3)]
    return _figure(f"printing {BOOK_ROWS} lines of the register", times, 3_000)


def _another(data: dict[str, Any], number: int) -> dict[str, Any]:
    """The same letter to somebody else."""
    changed = {"head": data["head"] | {"number": f"{number}/TTHCC"}}
    if "dossier_code" in data:
        changed["dossier_code"] = f"000.00.60.H29-260305-{number:04d}"
    if "link" in data:
        changed["link"] = f"{data['link']}{number}"
    return data | changed


def _print(press: LetterPress, kind: LetterKind, data: dict[str, Any]) -> float:
    begun = _processor(press)
    press.render(common_template(kind), data, at=AT)
    return _processor(press) - begun


def _processor(press: LetterPress) -> float:
    """Seconds of processor time so far, of this process and of the press's."""
    running = press._process._running
    if running is None:
        return time.process_time()
    clock = (~running.process.pid << 3) | 2  # Linux: the processor clock of a process, see clock_getcpuclockid(3)
    return time.process_time() + time.clock_gettime(clock)


def _example(kind: LetterKind) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((EXAMPLES / f"{kind.value}.json").read_text(encoding="utf-8"))
    return data


def _figure(name: str, seconds: list[float], limit: int) -> dict[str, object]:
    return {"name": name, "value": round(statistics.median(seconds) * 1000, 1), "unit": "ms", "limit": limit}


if __name__ == "__main__":
    print(json.dumps(benchmarks(), ensure_ascii=False, indent=1))
