"""Every sentence the forms package says to a person, in Vietnamese and in English."""

from __future__ import annotations

from typing import Final, NamedTuple


class Text(NamedTuple):
    """One sentence in two languages; an empty English falls back to the Vietnamese."""

    vi: str
    en: str = ""

    def get(self, lang: str) -> str:
        """The sentence in `lang` ("vi" or "en")."""
        return (self.en or self.vi) if lang == "en" else self.vi

    def fill(self, **values: Text | str) -> Text:
        """The sentence with its {names} replaced, language by language."""
        return Text(
            self.vi.format_map({k: v.vi if isinstance(v, Text) else v for k, v in values.items()}),
            self.en.format_map({k: v.get("en") if isinstance(v, Text) else v for k, v in values.items()}),
        )


#: What is wrong with an answer, by problem code. {label} is the field's label in the middle of a
#: sentence, {Label} the same at its beginning.
PROBLEMS: Final[dict[str, Text]] = {
    "required_text": Text("Nhập {label}", "Enter {label}"),
    "required_choice": Text("Chọn {label}", "Select {label}"),
    "required_file": Text("Tải lên {label}", "Upload {label}"),
    "required_tick": Text("Đánh dấu vào ô “{Label}” để tiếp tục", "Tick “{Label}” to continue"),
    "text": Text("{Label} phải là chữ", "{Label} must be text"),
    "characters": Text(
        "{Label} có ký tự không đọc được. Hãy gõ lại, đừng dán",
        "{Label} has characters that cannot be read. Type it again instead of pasting",
    ),
    "too_short": Text("{Label} phải có ít nhất {limit} ký tự", "{Label} must have {limit} characters or more"),
    "too_long": Text("{Label} chỉ được có tối đa {limit} ký tự", "{Label} must be {limit} characters or fewer"),
    "pattern": Text("{Label} chưa đúng mẫu quy định", "{Label} is not in the required format"),
    "email": Text(
        "Nhập địa chỉ thư điện tử đúng dạng, ví dụ ten@example.vn",
        "Enter an email address in the correct format, like name@example.vn",
    ),
    "phone": Text(
        "Nhập số điện thoại, ví dụ 0901 234 567 hoặc +84 901 234 567",
        "Enter a telephone number, like 0901 234 567 or +84 901 234 567",
    ),
    "number": Text("{Label} phải là một số", "{Label} must be a number"),
    "too_many_digits": Text("{Label} chỉ được có tối đa {limit} chữ số", "{Label} must have {limit} digits or fewer"),
    "ambiguous_number": Text(
        "{Label}: “{value}” đọc được theo hai cách. Hãy viết {plain} hoặc {decimal}",
        "{Label}: “{value}” can be read in two ways. Write {plain} or {decimal}",
    ),
    "too_small": Text("{Label} phải từ {limit} trở lên", "{Label} must be {limit} or more"),
    "too_large": Text("{Label} phải từ {limit} trở xuống", "{Label} must be {limit} or less"),
    "whole": Text("{Label} phải là số nguyên", "{Label} must be a whole number"),
    "decimal_digits": Text(
        "{Label} chỉ được có tối đa {limit} chữ số thập phân", "{Label} must have {limit} decimal places or fewer"
    ),
    "increment": Text("{Label} phải là bội số của {limit}", "{Label} must be a multiple of {limit}"),
    "date": Text("{Label} phải là ngày có thật, ví dụ 27 3 2026", "{Label} must be a real date, like 27 3 2026"),
    "time": Text("{Label} phải là giờ có thật, ví dụ 14:30", "{Label} must be a real time, like 14:30"),
    "date_time": Text(
        "{Label} phải là ngày và giờ có thật, ví dụ 27 3 2026 lúc 14:30",
        "{Label} must be a real date and time, like 27 3 2026 at 14:30",
    ),
    "past": Text("{Label} phải là hôm nay hoặc sau hôm nay", "{Label} must be today or in the future"),
    "interval": Text("{Label} phải cách đều {limit} phút", "{Label} must be in steps of {limit} minutes"),
    "boolean": Text("{Label} phải là có hoặc không", "{Label} must be true or false"),
    "choice": Text("Chọn {label} trong danh sách", "Select {label} from the list"),
    "list": Text("{Label} phải là một danh sách", "{Label} must be a list"),
    "repeated": Text("{Label} có mục bị chọn hai lần", "{Label} has an entry selected twice"),
    "document": Text(
        "{Label}: không tìm thấy giấy tờ “{value}”. Hãy tải lên lại",
        "{Label}: the document “{value}” was not found. Upload it again",
    ),
    "one_document": Text("{Label} chỉ nhận một tệp", "{Label} takes one file only"),
    "many_documents": Text("{Label} chỉ nhận tối đa {limit} tệp", "{Label} takes {limit} files or fewer"),
    "document_kind": Text("{Label}: tệp “{value}” phải là {limit}", "{Label}: the file “{value}” must be {limit}"),
    "document_size": Text(
        "{Label}: tệp “{value}” phải nhỏ hơn {limit} MB", "{Label}: the file “{value}” must be smaller than {limit} MB"
    ),
    "object": Text("{Label} phải là một nhóm dữ liệu", "{Label} must be an object"),
    "too_few_rows": Text("{Label} phải có ít nhất {limit} dòng", "{Label} must have {limit} rows or more"),
    "too_many_rows": Text("{Label} chỉ được có tối đa {limit} dòng", "{Label} must have {limit} rows or fewer"),
    "row_count": Text("{Label} phải có đúng {limit} dòng", "{Label} must have exactly {limit} rows"),
    "unknown": Text("Biểu mẫu không có mục “{value}”", "The form has no field “{value}”"),
    "hidden": Text(
        "Không được gửi “{Label}” vì mục này đang ẩn theo các câu trả lời khác",
        "“{Label}” must not be sent because the other answers hide it",
    ),
    "disabled": Text(
        "Không được gửi “{Label}” vì mục này đã khóa", "“{Label}” must not be sent because it is disabled"
    ),
    "assertion": Text("{Label} chưa đúng quy định của biểu mẫu", "{Label} breaks a rule of this form"),
}

#: Words of the page around the fields.
WORDS: Final[dict[str, Text]] = {
    "problem_heading": Text("Có lỗi cần sửa", "There is a problem"),
    "error_prefix": Text("Lỗi:", "Error:"),
    "optional": Text("không bắt buộc", "optional"),
    "day": Text("Ngày", "Day"),
    "month": Text("Tháng", "Month"),
    "year": Text("Năm", "Year"),
    "time": Text("Giờ, phút", "Time"),
    "time_hint": Text("Ví dụ 14:30", "For example, 14:30"),
    "date_hint": Text("Ví dụ 27 3 2026", "For example, 27 3 2026"),
    "choose": Text("Chọn", "Select"),
    "none": Text("Không chọn", "None"),
    "add_row": Text("Thêm dòng", "Add another"),
    "remove": Text("Xóa", "Remove"),
    "row": Text("Dòng", "Row"),
    "refresh": Text("Cập nhật biểu mẫu", "Update the form"),
    "refresh_hint": Text(
        "Một số mục hiện ra hoặc được tính lại theo câu trả lời. Bấm để xem.",
        "Some questions appear or are calculated from your answers. Press to see them.",
    ),
    "save": Text("Lưu nháp", "Save draft"),
    "complete": Text("Hoàn thành", "Complete"),
    "attached": Text("Đã đính kèm", "Attached"),
    "no_rows": Text("Chưa có dòng nào", "There are no rows yet"),
    "no_documents": Text("Chưa có giấy tờ nào", "There are no documents yet"),
    "not_answered": Text("Chưa có", "Not provided"),
    "yes": Text("Có", "Yes"),
    "no": Text("Không", "No"),
    "accepts": Text("Nhận: {kinds}", "Accepted: {kinds}"),
    "max_size": Text("tối đa {size} MB mỗi tệp", "up to {size} MB per file"),
    "characters_left": Text("Tối đa {limit} ký tự", "Up to {limit} characters"),
    "or": Text("hoặc", "or"),
}

#: Media types of the `accept` property as people call them.
FILE_KINDS: Final[dict[str, Text]] = {
    "image/*": Text("hình ảnh", "images"),
    "audio/*": Text("âm thanh", "sound"),
    "video/*": Text("video", "video"),
    "text/*": Text("văn bản thuần", "plain text"),
    "application/pdf": Text("PDF", "PDF"),
}


def in_sentence(label: str) -> str:
    """`label` as it stands inside a sentence: first letter small, unless the word is an abbreviation."""
    label = label.strip().rstrip("?:*").strip()
    if len(label) > 1 and label[1].isupper():
        return label
    return label[:1].lower() + label[1:]


def problem(code: str, label: Text, **values: Text | str) -> Text:
    """The sentence for a problem `code` of the field called `label`."""
    whole = Text(label.vi.strip().rstrip("?:*").strip(), label.get("en").strip().rstrip("?:*").strip())
    middle = Text(in_sentence(label.vi), in_sentence(label.get("en")))
    return PROBLEMS[code].fill(label=middle, Label=whole, **values)


def words(lang: str) -> dict[str, str]:
    """The words around the fields in one language, by id."""
    return {key: text.get(lang) for key, text in WORDS.items()}
