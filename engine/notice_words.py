"""The words of notices that concern no dossier: who stands in for whom, who may decide what."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """The words of one kind: the first line is the subject. A sentence whose fact is unknown is left out."""

    vi: tuple[str, ...]
    en: tuple[str, ...]


ORGANISATION: Mapping[tuple[str, str], Text] = {
    ("stand-in", "named"): Text(
        ("Bạn được cử thay {person}", "Từ {first} đến hết {last}.", "Phạm vi: {scope}.", "Lý do vắng mặt: {reason}."),
        ("You stand in for {person}", "From {first} to {last}.", "Scope: {scope}.", "Ground of the absence: {reason}."),
    ),
    ("stand-in", "arranged"): Text(
        ("Đã cử {person} thay bạn", "Từ {first} đến hết {last}.", "Phạm vi: {scope}."),
        ("{person} stands in for you", "From {first} to {last}.", "Scope: {scope}."),
    ),
    ("stand-in", "ended"): Text(
        ("Việc thay {person} kết thúc sớm", "Ngày cuối cùng: {last}."),
        ("Standing in for {person} ends early", "The last day: {last}."),
    ),
    ("mandate", "given"): Text(
        (
            "Bạn được giao thẩm quyền theo văn bản số {number}",
            "Nhân danh: {unit}.",
            "Từ {first}.",
            "Đến hết {last}.",
            "Giới hạn: {ceiling}.",
        ),
        (
            "Instrument {number} gives you authority",
            "In the name of: {unit}.",
            "From {first}.",
            "Until {last}.",
            "Ceiling: {ceiling}.",
        ),
    ),
    ("mandate", "revoked"): Text(
        ("Văn bản số {number} thôi giao thẩm quyền cho bạn", "Ngày cuối cùng: {last}.", "Lý do: {reason}."),
        ("Instrument {number} gives you no authority any more", "The last day: {last}.", "The reason: {reason}."),
    ),
}
"""By the kind of the notice, and what has happened."""
