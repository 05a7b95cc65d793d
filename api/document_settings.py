"""What an installation may choose about papers: where their bytes lie, who scans them, how long unused ones stay."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from engine.document_store import Bucket
from engine.virus_scan import Clamd

_PLAIN, _TLS = "s3+http", "s3"


@dataclass(frozen=True)
class Papers:
    """Settings about papers. Without `bucket` the bytes lie in the folder that MOTCUA_STORE names."""

    bucket: Bucket | None = None
    clamd: Clamd | None = None
    needs_scan: bool = True  # a file that the scanner cannot judge is refused, and not taken and marked
    waiting_days: int = 7  # how long a paper waits for its dossier
    draft_days: int = 30  # how long an application that was begun can be continued

    def place(self, folder: Path) -> Path | Bucket:
        """Where the bytes lie."""
        return self.bucket or folder


def bucket(text: str) -> Bucket:
    """s3://key:secret@host:port/bucket/prefix?region=r ; s3+http:// without TLS; key and secret percent-encoded.

    Raises:
        ValueError: it is anything else.
    """
    parts = urlsplit(text)
    name, _slash, prefix = parts.path.strip("/").partition("/")
    asked = parse_qs(parts.query)
    region = asked.pop("region", [Bucket.region])[-1]
    if parts.scheme not in {_PLAIN, _TLS} or not all((parts.hostname, parts.username, parts.password, name)) or asked:
        raise ValueError("expected s3://key:secret@host:port/bucket/prefix?region=name, or s3+http:// without TLS")
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # its own message would repeat a piece of a secret with a bare / or @
        raise ValueError("expected a number after host:, and a percent-encoded key and secret") from None
    return Bucket(
        name=name,
        endpoint=f"{'http' if parts.scheme == _PLAIN else 'https'}://{parts.hostname}{port}",
        key_id=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
        region=region,
        prefix=prefix,
    )


def clamd(text: str) -> Clamd:
    """tcp://host:port, or unix:///path/of/clamd.sock.

    Raises:
        ValueError: it is anything else.
    """
    parts = urlsplit(text)
    if parts.scheme == "unix" and parts.path and not parts.netloc:
        return Clamd(parts.path)
    if parts.scheme == "tcp" and parts.hostname and parts.port and not parts.path.strip("/"):
        return Clamd(parts.hostname, parts.port)
    raise ValueError("expected tcp://host:port or unix:///path/of/clamd.sock")


def needs_scan(text: str) -> bool:
    """What happens to a file that the scanner cannot judge: "refuse" or "mark".

    Raises:
        ValueError: it is neither.
    """
    if text not in {"refuse", "mark"}:
        raise ValueError("expected refuse or mark")
    return text == "refuse"


def days(text: str) -> int:
    """A number of days from 1 to 365.

    Raises:
        ValueError: it is anything else.
    """
    if not text.isdecimal() or not 1 <= int(text) <= 365:
        raise ValueError("expected a whole number of days from 1 to 365")
    return int(text)
