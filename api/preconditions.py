"""ETag and If-Match: the version that the client has seen."""

import re

from flask import request

from engine.errors import StaleVersionError

# Proxies that compress an answer make its tag weak; our tags are numbers of versions, so the W/ tells nothing.
_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def etag(version: int) -> dict[str, str]:
    """The header that tells the version."""
    return {"ETag": f'"{version}"'}


def expected_version() -> int | None:
    """The version that `If-Match` asks for; None where it is not sent or accepts any.

    Raises:
        StaleVersionError: it names something that no version of ours is called.
    """
    wanted = request.headers.get("If-Match", "*").strip()
    if wanted == "*":
        return None
    found = _TAG.fullmatch(wanted)
    if found is None:
        raise StaleVersionError(
            f'expected in If-Match one ETag as it was given, such as "3", found {wanted!r}; read the thing again',
            "If-Match phải là một ETag đã nhận được; hãy tải lại.",
        )
    return int(found[1])
