"""What a template may not say, so that it reads nothing but its layout and its data.

Typst confines files to the letter's folder, but it fetches packages over the network as soon as code names one, and
`eval` makes code from text. Both are refused before Typst sees the template: without `eval`, and without `std` that
leads to it, every `import` stands in the source as it is written.
"""

from __future__ import annotations

import re
from typing import Final

from forms.i18n import Text

MOST_BYTES: Final = 256 * 1024
_LAYOUT: Final = re.compile(r'import[ \t]+"/?layout\.typ"')
_WORD: Final = re.compile(r"(?<![\w-])(?:import|include|eval|std|plugin)(?![\w-])")
_REASONS: Final = {
    "import": Text(
        'chỉ được viết #import "/layout.typ": mẫu văn bản không đọc tệp hay gói nào khác',
        'only #import "/layout.typ" may be written: a template reads no other file or package',
    ),
    "include": Text(
        "không được dùng include: hãy chép nội dung vào mẫu", "include may not be used: copy the text into the template"
    ),
    "eval": Text(
        "không được dùng eval: dữ liệu không bao giờ là mã lệnh", "eval may not be used: data is never turned into code"
    ),
    "std": Text("không được dùng std: hãy gọi thẳng tên hàm", "std may not be used: call the function by its name"),
    "plugin": Text("không được dùng plugin", "plugin may not be used"),
}


class RefusedTemplate(ValueError):
    """A template that will not be printed; `line` counts from 1, None where it is the whole file."""

    def __init__(self, text: Text, line: int | None = None) -> None:
        self.text = text
        self.line = line
        super().__init__(text.get("en"))


def read_template(source: bytes) -> str:
    """The template's text.

    Raises:
        RefusedTemplate: it is too large, not UTF-8, or says what a template may not say.
    """
    if len(source) > MOST_BYTES:
        limit, found = MOST_BYTES // 1024, len(source) // 1024
        raise RefusedTemplate(
            Text(
                f"mẫu văn bản được tối đa {limit} KB, tệp này {found} KB",
                f"a template has at most {limit} KB, this one has {found} KB",
            )
        )
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = source[: problem.start].count(b"\n") + 1
        raise RefusedTemplate(
            Text("mẫu văn bản phải lưu bằng mã UTF-8", "a template is stored in UTF-8"), line
        ) from problem
    for word in _WORD.finditer(text):
        if not _LAYOUT.match(text, word.start()):
            raise RefusedTemplate(_REASONS[word.group()], text.count("\n", 0, word.start()) + 1)
    return text
