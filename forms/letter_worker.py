"""The process that sets letters: Typst and nothing else of the project.

It runs as a script of its own so that a template can be stopped (Typst itself has no time limit) and so that it finds
little: no environment, no network, the folder of the common templates, memory and time bounded by the system. It speaks
with `forms.letter_process` over its standard streams: a length of four bytes, then JSON; PDFs in Base64.
"""

from __future__ import annotations

import base64
import json
import resource
import struct
import sys
from datetime import datetime
from typing import Any, BinaryIO, Final

import typst

MEMORY: Final = 3 << 30  # bytes of address space; Typst's threads and library take about one of the three
PROCESSOR_SECONDS: Final = 600  # over the life of the process, which is renewed long before
STANDARDS: Final[list[Any]] = ["a-2a", "ua-1"]
LENGTH: Final = struct.Struct(">I")


def bound() -> None:
    """Let the system refuse what a letter never needs: much memory, endless work, writing files."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(compiler: typst.Compiler, request: dict[str, Any]) -> dict[str, Any]:
    """The PDF for one request, or what Typst has to say against it."""
    try:
        made, warnings = compiler.compile_with_warnings(
            input=request["template"].encode(),
            format="pdf",
            sys_inputs=request["inputs"],
            pdf_standards=STANDARDS,
            timestamp=datetime.fromisoformat(request["at"]),
        )
    except typst.TypstError as problem:
        return {"message": problem.message, "diagnostic": problem.diagnostic, "hints": problem.hints}
    pdf = base64.b64encode(made if isinstance(made, bytes) else b"").decode()
    return {"pdf": pdf, "warnings": [each.message for each in warnings]}


def serve(incoming: BinaryIO, outgoing: BinaryIO, compiler: typst.Compiler) -> None:
    """Answer requests until the other side closes."""
    while len(head := incoming.read(LENGTH.size)) == LENGTH.size:
        request = json.loads(incoming.read(LENGTH.unpack(head)[0]))
        reply = json.dumps(answer(compiler, request)).encode()
        outgoing.write(LENGTH.pack(len(reply)) + reply)
        outgoing.flush()


def main(root: str, fonts: list[str]) -> None:
    """Serve with `root` as the only folder templates can read and `fonts` beside the fonts inside Typst."""
    bound()
    compiler = typst.Compiler(root=root, font_paths=list(fonts), ignore_system_fonts=True)
    serve(sys.stdin.buffer, sys.stdout.buffer, compiler)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
