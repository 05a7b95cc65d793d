"""Sending a paper's bytes from a page."""

from api.papers import hand_out as send

__all__ = ["send"]
