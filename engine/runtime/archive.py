"""A bundle as one ZIP file: written the same way every time, read with suspicion."""

import io
import stat
import zipfile
from collections.abc import Mapping
from typing import Final

from engine.errors import BundleRejectedError
from engine.zips import UNREADABLE

MAX_ARCHIVE: Final = 20_000_000
MAX_FILE: Final = 2_000_000
MAX_TOTAL: Final = 20_000_000
MAX_FILES: Final = 500
MAX_PATH: Final = 200

_FIRST_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_NOISE: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def pack(files: Mapping[str, bytes]) -> bytes:
    """The files as a ZIP. Stored, not deflated: what deflate makes of the same bytes differs between machines."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            member = zipfile.ZipInfo(path, date_time=_FIRST_MOMENT)
            member.create_system = 3  # Unix, wherever this runs
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(member, files[path])
    return out.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """The files of a ZIP, by path.

    Raises:
        BundleRejectedError: not a ZIP, too much of anything, a path that leaves the bundle, a link, a member twice.
    """
    if len(content) > MAX_ARCHIVE:
        raise refused(f"tệp lớn hơn {MAX_ARCHIVE:,} byte", f"the archive is larger than {MAX_ARCHIVE:,} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive)
    except UNREADABLE as problem:
        raise refused(f"không đọc được tệp ZIP ({problem})", f"the ZIP cannot be read ({problem})") from None


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = [member for member in archive.infolist() if not _is_noise(member.filename)]
    if len(members) > MAX_FILES:
        raise refused(f"có hơn {MAX_FILES} tệp", f"there are more than {MAX_FILES} files")
    files: dict[str, bytes] = {}
    total = 0
    for member in members:
        check_path(member.filename)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise refused(f"“{member.filename}” là liên kết", f'"{member.filename}" is a link')
        if member.filename in files:
            raise refused(f"“{member.filename}” có hai lần", f'"{member.filename}" is there twice')
        with archive.open(member) as stream:
            read = stream.read(MAX_FILE + 1)  # the size a member claims may be a lie
        total += len(read)
        if len(read) > MAX_FILE or total > MAX_TOTAL:
            raise refused(
                f"“{member.filename}”: quá {MAX_FILE:,} byte, hoặc tổng quá {MAX_TOTAL:,}",
                f'"{member.filename}": more than {MAX_FILE:,} bytes, or {MAX_TOTAL:,} in all',
            )
        files[member.filename] = read
    return files


def _is_noise(name: str) -> bool:
    """Whether it is a folder, or what operating systems add on their own."""
    return name.endswith("/") or name.startswith(_NOISE[0]) or name.rpartition("/")[2] in _NOISE[1:]


def check_path(path: str) -> None:
    """Refuse a path that is not plainly inside the bundle.

    Raises:
        BundleRejectedError: it is absolute, goes up, or holds what paths of a bundle do not.
    """
    parts = path.split("/")
    if (
        not path
        or len(path) > MAX_PATH
        or "\\" in path
        or ":" in path
        or any(part in {"", ".", ".."} or not part.isprintable() for part in parts)
    ):
        raise refused(f"đường dẫn “{path[:80]!r}” không hợp lệ", f"the path {path[:80]!r} is not one of a bundle")


def refused(vi: str, en: str) -> BundleRejectedError:
    """The error for a bundle that cannot even be looked into."""
    return BundleRejectedError(
        f"Expected the files of one procedure, but {en}; pack the procedure's folder again.",
        f"Cần bộ tệp của một thủ tục, nhưng {vi}; hãy đóng gói lại thư mục thủ tục.",
    )
