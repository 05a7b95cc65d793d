"""A sample walk with another applicant speaks of that applicant throughout."""

from api.walks.script import Walk


def test_answers_name_the_project_and_the_applicant_of_the_new_application() -> None:
    walk = Walk(
        "planning",
        {"applicant_name": "Công ty Sông Xanh (mẫu)", "project_name": "Khu nhà ở Sông Xanh", "channel": "desk"},
        {
            "draft": [{"text": "Phê duyệt Khu nhà ở Sông Xanh.", "rows": [{"of": "Khu nhà ở Sông Xanh"}], "days": 3}],
            "handover": [{"recipient": "Công ty Sông Xanh", "method": "desk"}],
        },
    )
    other = walk.with_application(
        {"applicant_name": "Công ty Nhà Việt (mẫu)", "project_name": "Khu nhà ở Nhà Việt", "channel": "post"}
    )
    assert other.next_answers("draft") == {
        "text": "Phê duyệt Khu nhà ở Nhà Việt.",
        "rows": [{"of": "Khu nhà ở Nhà Việt"}],
        "days": 3,
    }
    assert other.next_answers("handover") == {"recipient": "Công ty Nhà Việt", "method": "desk"}
