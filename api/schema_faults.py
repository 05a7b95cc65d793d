"""What is wrong with a body or a parameter, in Vietnamese; marshmallow and our schemas say it in English."""

import re
from typing import Final

#: English as it is said, with groups for what varies; Vietnamese with the same groups.
_VIETNAMESE: Final = tuple(
    (re.compile(english, re.DOTALL), vietnamese)
    for english, vietnamese in (
        (r"Missing data for required field\.", "Thiếu dữ liệu bắt buộc."),
        (r"Field may not be null\.", "Không được để trống (null)."),
        (r"Unknown field\.", "Không có trường này."),
        (r"Invalid value\.|Invalid input\.", "Giá trị không hợp lệ."),
        (r"Invalid type\.|Invalid input type\.", "Sai kiểu: cần một đối tượng."),
        (r"Invalid JSON body\.", "Nội dung gửi lên không phải JSON đọc được."),
        (r"Not a valid list\.", "Phải là một danh sách."),
        (r"Not a valid tuple\.", "Phải là một dãy giá trị."),
        (r"Not a valid mapping type\.", "Phải là một đối tượng."),
        (r"Not a valid string\.", "Phải là chữ."),
        (r"Not a valid utf-8 string\.", "Phải là chữ mã UTF-8."),
        (r"Not a valid UUID\.", "Phải là mã định danh (UUID)."),
        (r"Not a valid number\.", "Phải là một số."),
        (r"Not a valid integer\.|Expected a whole number\.", "Phải là số nguyên."),
        (r"Number too large\.", "Số quá lớn."),
        (r"Special numeric values \(nan or infinity\) are not permitted\.", "Không nhận NaN hay vô cực."),
        (r"Not a valid boolean\.", "Phải là true hoặc false."),
        (r"Not a valid date\.", "Phải là một ngày, dạng 2026-11-23."),
        (r"Not a valid time\.", "Phải là giờ trong ngày, dạng 14:30:00."),
        (r"Not a valid (?:aware |naive )?datetime\.", "Phải là một thời điểm, dạng 2026-11-23T09:00:00+07:00."),
        (r"Not a valid period of time\.", "Phải là một khoảng thời gian."),
        (r"Not a valid URL\.", "Phải là một địa chỉ web."),
        (r"Not a valid email address\.", "Phải là một địa chỉ thư điện tử."),
        (r"Must be one of: (.*)\.", r"Phải là một trong: \1."),
        (r"Must be equal to (.*)\.", r"Phải bằng \1."),
        (r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.", r"Phải từ \1 đến \2."),
        (r"Must be greater than or equal to (\S+)\.", r"Phải từ \1 trở lên."),
        (r"Must be less than or equal to (\S+)\.", r"Phải từ \1 trở xuống."),
        (r"Must be greater than (\S+)\.", r"Phải lớn hơn \1."),
        (r"Must be less than (\S+)\.", r"Phải nhỏ hơn \1."),
        (r"Shorter than minimum length (\d+)\.", r"Ngắn quá: cần ít nhất \1."),
        (r"Longer than maximum length (\d+)\.", r"Dài quá: nhiều nhất là \1."),
        (r"Length must be between (\d+) and (\d+)\.", r"Độ dài phải từ \1 đến \2."),
        (r"Length must be (\d+)\.", r"Độ dài phải là \1."),
        (r"String does not match expected pattern\.", "Không đúng dạng quy định."),
        (r"Expected a day between the years 1900 and 2999\.", "Phải là một ngày trong các năm 1900 đến 2999."),
        (r"Expected a moment between the years 1900 and 2999\.", "Phải là thời điểm trong các năm 1900 đến 2999."),
        (r"Expected both `first` and `last`, or neither\.", "Phải có cả `first` và `last`, hoặc không có cả hai."),
        (r"Expected `first` not to come after `last`\.", "`first` không được sau `last`."),
        (
            r"Expected an entry or a moment, found both; send one\.",
            "Chỉ gửi một bước hoặc một thời điểm.",
        ),
        (r"Expected text without control characters\.", "Chữ không được chứa ký tự điều khiển."),
        (r"Expected answers that can be kept, found: (.*)\.", r"Câu trả lời không lưu được: \1."),
        (
            r"Expected the `next` of a page of this list, as it was given\.",
            "Phải là `next` của một trang trong danh sách này, đúng như đã nhận.",
        ),
    )
)


def in_vietnamese(told: str) -> str:
    """The sentence in Vietnamese; as it is when nobody has translated it."""
    for english, vietnamese in _VIETNAMESE:
        if found := english.fullmatch(told):
            return found.expand(vietnamese)
    return told
