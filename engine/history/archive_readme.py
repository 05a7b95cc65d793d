"""The file README.txt of an archive: what is in it, and how anybody checks it, with and without motcua."""

_TEXT = """\
HỒ SƠ LƯU TRỮ {code}
====================
Tệp nén này chứa toàn bộ một hồ sơ: giấy tờ, văn bản, dữ liệu, lịch sử, và quy trình, biểu mẫu, bảng quyết định, lịch
làm việc mà hồ sơ đã theo. Lập lúc {made_at}, người lập: {made_by}.

  history.jsonl   lịch sử, mỗi dòng một mục: "entry" là nguyên văn, "hash" là SHA-256 của nguyên văn ấy;
                  trong mỗi mục, "prev" là mã băm của mục trước
  dossier.json    nội dung, các quyết định và thẩm quyền, thời hạn: tính được lại từ lịch sử
  papers/         giấy tờ người nộp và cán bộ đưa vào          letters/   văn bản do hệ thống in
  procedure/      sơ đồ BPMN, biểu mẫu, bảng quyết định DMN, mẫu văn bản, procedure.toml
  calendars/      lịch làm việc đã dùng để tính thời hạn
  manifest.json   mọi tệp với cỡ và SHA-256

KIỂM TRA, KHÔNG CẦN MẠNG VÀ CƠ SỞ DỮ LIỆU
  motcua history verify-archive TỆP.zip --head MÃ_BĂM_CUỐI

Mã băm cuối của lịch sử là
  {head}
Hãy đối chiếu mã này với nguồn khác (trang lịch sử của hồ sơ, bản in có dấu): ai viết lại được cả tệp này thì cũng tính
lại được mọi mã trong đó, nhưng không sửa được mã đã giữ ở nơi khác.

Không có motcua: so SHA-256 của từng tệp với manifest.json; với từng dòng của history.jsonl, SHA-256 của "entry" phải
bằng "hash", và "prev" trong "entry" phải bằng "hash" của dòng trước (dòng đầu: rỗng).


ARCHIVE OF DOSSIER {code}
====================
This file holds one dossier whole: its papers, letters, data and history, and the process, forms, decision tables and
working calendars that it went by. Made at {made_at} by {made_by}.

  history.jsonl   the history, one entry a line: "entry" is the exact text, "hash" its SHA-256; inside an entry, "prev"
                  is the hash of the entry before
  dossier.json    data, decisions with their mandates, the term: all of it follows from the history
  papers/         what the applicant and officers sent in      letters/   what the system printed
  procedure/      BPMN diagrams, forms, DMN decision tables, letter templates, procedure.toml
  calendars/      the working calendars that the term was counted by
  manifest.json   every file with its size and SHA-256

CHECKING IT, WITHOUT NETWORK AND DATABASE
  motcua history verify-archive FILE.zip --head HASH

The last hash of the history is
  {head}
Compare it with what you have from elsewhere (the dossier's history page, a stamped print): whoever can write this whole
file anew can work out every hash in it as well, but not the one that you have kept.

Without motcua: compare the SHA-256 of each file with manifest.json; for each line of history.jsonl the SHA-256 of
"entry" must be "hash", and "prev" inside "entry" the "hash" of the line before (empty in the first).
"""


def readme(code: str, made_at: str, made_by: str, head: str) -> bytes:
    """The text for one archive, with line ends that every editor knows."""
    text = _TEXT.format(code=code, made_at=made_at, made_by=made_by, head=head)
    return text.replace("\n", "\r\n").encode()
