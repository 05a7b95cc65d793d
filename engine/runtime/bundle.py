"""A procedure's files as one thing: diagrams, decision tables, forms, letters and facts, with one checksum.

On disk they stand in two folders that people edit, `bpmn/<key>/` and `forms/<key>/`; what a diagram refers to and
these lack is taken from `bpmn/shared/` and `forms/shared/`. In the bundle every path is relative to it:
`procedure.toml`, `process.bpmn`, `*.dmn`, `shared/*.bpmn`, `forms/*.form.json`, `forms/letters/*.typ`.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from engine.errors import BundleRejectedError
from engine.model import ElementKind
from engine.runtime import archive, facts, parser

MAIN: Final = "process.bpmn"
SHARED_PREFIX: Final = f"{facts.SHARED}/"
FORM_SUFFIX: Final = ".form.json"

_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}"
_PATHS: Final = re.compile(
    rf"procedure\.toml|process\.bpmn|{_NAME}\.dmn|shared/{_NAME}\.bpmn"
    rf"|forms/{_NAME}\.form\.json|forms/letters/{_NAME}\.typ"
)
_KEY: Final = re.compile(facts.KEY)


@dataclass(frozen=True)
class Bundle:
    """The files of one procedure by their path in the bundle. Two bundles of the same content are equal.

    Raises:
        BundleRejectedError: a path that no bundle has, a file too big, too many files.
    """

    files: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what is no bundle, and fix the order of the files."""
        for path, content in self.files.items():
            if not _PATHS.fullmatch(path):
                raise archive.refused(
                    f"tệp “{path}” không thuộc bộ thủ tục ({_accepted()})",
                    f'the file "{path}" is none of a bundle ({_accepted()})',
                )
            if len(content) > archive.MAX_FILE:
                raise archive.refused(f"“{path}” quá lớn", f'"{path}" is larger than {archive.MAX_FILE:,} bytes')
        if len(self.files) > archive.MAX_FILES or sum(map(len, self.files.values())) > archive.MAX_TOTAL:
            raise archive.refused("quá nhiều tệp", "it holds too many or too large files")
        object.__setattr__(self, "files", MappingProxyType(dict(sorted(self.files.items()))))

    @classmethod
    def from_folder(cls, bpmn_dir: Path, forms_dir: Path | None = None) -> "Bundle":
        """The bundle of a procedure's two folders; files of other kinds (notes, pictures) stay out.

        Raises:
            BundleRejectedError: the folder is not there, or holds what no bundle can.
        """
        return cls(_Folder(bpmn_dir, forms_dir).files())

    @classmethod
    def find(cls, root: Path, key: str) -> "Bundle":
        """The bundle of the procedure `key` under a root that holds `bpmn/` and `forms/`.

        Raises:
            BundleRejectedError: there is no such procedure, or its folder holds what no bundle can.
        """
        if not _KEY.fullmatch(key) or key == facts.SHARED:
            raise archive.refused(f"“{key}” không phải tên thủ tục", f'"{key}" is no key of a procedure')
        return cls.from_folder(root / "bpmn" / key, root / "forms" / key)

    @classmethod
    def from_zip(cls, content: bytes) -> "Bundle":
        """The bundle in a ZIP whose paths are those of `files`.

        Raises:
            BundleRejectedError: the ZIP is broken, hostile, too large, or holds other files.
        """
        return cls(archive.unpack(content))

    def to_zip(self) -> bytes:
        """The bundle as a ZIP: the same content gives the same bytes, on every machine."""
        return archive.pack(self.files)

    @cached_property
    def checksum(self) -> str:
        """SHA-256 (hex) over the sorted paths and the SHA-256 of each file."""
        digest = hashlib.sha256()
        for path, content in self.files.items():
            digest.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
        return digest.hexdigest()

    @cached_property
    def typed_facts(self) -> facts.Facts:
        """What procedure.toml says, as values.

        Raises:
            BundleRejectedError: it is not there or has errors; `details["findings"]` lists them.
        """
        read, found = facts.read_facts(self.files.get(facts.PATH, b""))
        if read is None:
            raise BundleRejectedError(
                "Expected a procedure.toml without errors, found: " + "; ".join(map(str, found)),
                "procedure.toml có lỗi: " + "; ".join(map(str, found)),
                findings=found,
            )
        return read

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """What procedure.toml says, checked, as plain TOML tables. Raises as `typed_facts` does."""
        _ = self.typed_facts
        return tomllib.loads(self.files[facts.PATH].decode())

    @property
    def key(self) -> str:
        """The procedure's key. Raises as `typed_facts` does."""
        return self.typed_facts.key

    @cached_property
    def forms(self) -> Mapping[str, bytes]:
        """The forms by key."""
        return {
            path.removeprefix("forms/").removesuffix(FORM_SUFFIX): content
            for path, content in self.files.items()
            if path.endswith(FORM_SUFFIX)
        }

    @cached_property
    def letters(self) -> Mapping[str, bytes]:
        """The letters' Typst sources by key."""
        return {Path(path).stem: content for path, content in self.files.items() if path.endswith(".typ")}

    @cached_property
    def decisions(self) -> Mapping[str, bytes]:
        """The DMN files by file name."""
        return {path: content for path, content in self.files.items() if path.endswith(".dmn")}

    @cached_property
    def diagrams(self) -> Mapping[str, bytes]:
        """The BPMN files by path, the main one first."""
        paths = sorted((path for path in self.files if path.endswith(".bpmn")), key=lambda path: (path != MAIN, path))
        return {path: self.files[path] for path in paths}


def _accepted() -> str:
    return "procedure.toml, process.bpmn, *.dmn, shared/*.bpmn, forms/*.form.json, forms/letters/*.typ"


class _Folder:
    """A procedure's two folders on disk, and the shared folders beside them."""

    def __init__(self, bpmn_dir: Path, forms_dir: Path | None) -> None:
        self.bpmn = bpmn_dir
        self.forms = forms_dir
        self.shared = bpmn_dir.parent / facts.SHARED
        self.found: dict[str, bytes] = {}

    def files(self) -> dict[str, bytes]:
        """Every file of the bundle by its path in it."""
        if not self.bpmn.is_dir():
            raise archive.refused(f"không có thư mục {self.bpmn}", f"there is no folder {self.bpmn}")
        for path in sorted([*self.bpmn.glob("*.toml"), *self.bpmn.glob("*.bpmn"), *self.bpmn.glob("*.dmn")]):
            self._take(path.name, path)
        if self.forms and self.forms.is_dir():
            for path in sorted(self.forms.glob(f"*{FORM_SUFFIX}")):
                self._take(f"forms/{path.name}", path)
            for path in sorted((self.forms / "letters").glob("*.typ")):
                self._take(f"forms/letters/{path.name}", path)
        self._take_what_is_referred_to()
        return self.found

    def _take_what_is_referred_to(self) -> None:
        waiting = [path for path in self.found if path.endswith(".bpmn")]
        while waiting:
            for path in _references(self.found[waiting.pop()]):
                on_disk = self._in_shared(path)
                if path not in self.found and on_disk and on_disk.is_file():
                    self._take(path, on_disk)
                    if path.endswith(".bpmn"):
                        waiting.append(path)

    def _in_shared(self, path: str) -> Path | None:
        """Where the shared folders would hold a file of the bundle; None for a path that no bundle has."""
        if not _PATHS.fullmatch(path):
            return None
        name = path.rpartition("/")[2]
        if path.startswith("forms/"):
            return self.forms.parent / facts.SHARED / name if self.forms else None
        return self.shared / name

    def _take(self, name: str, path: Path) -> None:
        with path.open("rb") as stream:
            self.found[name] = stream.read(archive.MAX_FILE + 1)


def _references(source: bytes) -> Iterator[str]:
    """The bundle paths of the processes, forms and decision tables that a diagram refers to.

    A diagram that cannot be read refers to nothing here; `lint` says what is wrong with it.
    """
    try:
        processes = parser.read_process(source, "")
    except parser.ParseRefused:
        return
    for element in (element for process in processes for element in process.elements.values()):
        if element.kind is ElementKind.CALL:
            yield f"{SHARED_PREFIX}{element.called}.bpmn"
        if element.form:
            yield f"forms/{element.form.key}{FORM_SUFFIX}"
        if element.decision[0]:
            yield element.decision[0]
