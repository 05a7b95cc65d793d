"""Who is asking, and what they may use. Views import what they need from here."""

from api.auth.access import allow, allow_parties, allow_public, allow_signed_in, declare
from api.auth.identity import current_actor, identity, remember_link
from api.auth.sign_in import sign_in, sign_out

__all__ = [
    "allow",
    "allow_parties",
    "allow_public",
    "allow_signed_in",
    "current_actor",
    "declare",
    "identity",
    "remember_link",
    "sign_in",
    "sign_out",
]
