"""Why somebody is not let in."""

from engine.errors import EngineError, NotAllowedError


class NotSignedInError(EngineError):
    """You have to say who you are."""

    code = "not-signed-in"
    status = 401
    title_vi = "Cần đăng nhập."


class BadCredentialsError(NotSignedInError):
    """What you say who you are with is wrong or has expired."""

    code = "bad-credentials"
    title_vi = "Thông tin đăng nhập không đúng hoặc đã hết hạn."


class ForgedRequestError(NotAllowedError):
    """The request does not carry the token of a page of this site."""

    code = "forged-request"
    status = 400
    title_vi = "Yêu cầu không đến từ một trang của hệ thống, hoặc trang đã mở quá lâu."


class TooManyTriesError(EngineError):
    """Too many tries; wait a little."""

    code = "too-many-tries"
    status = 429
    title_vi = "Đã thử quá nhiều lần; hãy chờ một lát."
