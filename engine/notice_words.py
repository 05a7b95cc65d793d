"""The words of notices that concern no dossier: who stands in for whom, who may decide what."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """The words of one kind: the first line is the subject. A sentence whose fact is unknown is left out."""

    vi: tuple[str, ...]
    en: tuple[str, ...]


DRAFTS: Mapping[str, Text] = {
    "draft-link": Text(
        (
            "Đường dẫn đến hồ sơ Ông/Bà đang khai dở",
            "Thủ tục: {procedure}.",
            "Hồ sơ chưa được nộp. Mở đường dẫn dưới đây để làm tiếp, trên máy này hay máy khác; giữ đến hết {due}.",
            "Ai có đường dẫn này đọc và sửa được những gì Ông/Bà đã khai; xin đừng chuyển tiếp thư này.",
            "Nếu Ông/Bà không yêu cầu, xin xóa thư này; sẽ không có thư nào nữa.",
        ),
        (
            "The link to the application that you have begun",
            "Procedure: {procedure}.",
            "It has not been filed. Open the link below to go on, on this machine or another; it is kept until {due}.",
            "Whoever has this link can read and change what you have typed; do not pass this mail on.",
            "If you did not ask for this, delete this mail; there will be no further one.",
        ),
    )
}
"""What is said of applications that somebody has begun, by kind; only by mail."""

ORGANISATION: Mapping[tuple[str, str], Text] = {
    ("stand-in", "named"): Text(
        ("Được cử thay {person}", "Từ {first} đến hết {last}.", "Phạm vi: {scope}.", "Lý do vắng mặt: {reason}."),
        ("You stand in for {person}", "From {first} to {last}.", "Scope: {scope}.", "Ground of the absence: {reason}."),
    ),
    ("stand-in", "arranged"): Text(
        ("Đã cử {person} thay anh/chị", "Từ {first} đến hết {last}.", "Phạm vi: {scope}."),
        ("{person} stands in for you", "From {first} to {last}.", "Scope: {scope}."),
    ),
    ("stand-in", "ended"): Text(
        ("Việc thay {person} kết thúc sớm", "Ngày cuối cùng: {last}."),
        ("Standing in for {person} ends early", "The last day: {last}."),
    ),
    ("mandate", "given"): Text(
        (
            "Được giao thẩm quyền theo văn bản số {number}",
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
        ("Văn bản số {number} thôi giao thẩm quyền cho anh/chị", "Ngày cuối cùng: {last}.", "Lý do: {reason}."),
        ("Instrument {number} gives you no authority any more", "The last day: {last}.", "The reason: {reason}."),
    ),
}
"""By the kind of the notice, and what has happened."""
