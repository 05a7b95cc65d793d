"""What Python raises for a ZIP it cannot read. One list, for whoever opens a ZIP that somebody else has made."""

import struct
import zipfile
import zlib
from typing import Final

UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # an encrypted member; NotImplementedError is one too: a method unknown here
    LookupError,
    OverflowError,
    struct.error,
)
"""A ZIP that is damaged, encrypted or packed in a way Python does not know."""
