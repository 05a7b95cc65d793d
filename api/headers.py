"""The headers that make a browser strict: nothing inline, nothing from elsewhere, no frames, no guessing."""

from flask import Flask, Response, request

from api.settings import Settings

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # An applicant's link is an address: no other site may learn it.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_TWO_YEARS = 63_072_000  # seconds


def install(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer; a view that sets one itself is left alone."""
    fixed = dict(_ALWAYS)
    if settings.https:
        fixed["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}"

    @app.after_request
    def _add_headers(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            # Pages hold personal data: neither a shared proxy nor the back button keeps them.
            response.headers.setdefault("Cache-Control", "no-store")
        return response
