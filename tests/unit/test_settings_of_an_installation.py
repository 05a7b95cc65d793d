"""Settings come from the environment; a slip of the pen in one is told, not ignored."""

from pathlib import Path

import pytest

from api.settings import Mail, SettingsError, from_environment


def test_without_any_setting_everything_lies_in_one_folder(tmp_path: Path) -> None:
    settings = from_environment({}, tmp_path / "var")
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'motcua.sqlite'}"
    assert settings.store == tmp_path / "var" / "documents"
    assert not settings.https


def test_the_secret_is_made_once_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    first, again = (from_environment({"MOTCUA_VAR": str(tmp_path)}).secret_key for _ in range(2))
    assert first == again
    assert len(first) == 64
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert first not in repr(from_environment({"MOTCUA_VAR": str(tmp_path)}))


def test_settings_are_read_by_their_names(tmp_path: Path) -> None:
    settings = from_environment(
        {
            "MOTCUA_VAR": str(tmp_path),
            "MOTCUA_DATABASE_URL": "postgresql+psycopg://motcua@db/motcua",
            "MOTCUA_SECRET_KEY": "s" * 40,
            "MOTCUA_PUBLIC_URL": "https://motcua.example.vn/",
            "MOTCUA_SMTP_URL": "smtp://motcua:m%40t@mail.example.vn?starttls=1",
            "MOTCUA_MAIL_SENDER": "mot.cua@example.vn",
            "MOTCUA_UPLOAD_LIMIT_MB": "5",
            "MOTCUA_TRUSTED_PROXIES": "1",
            "MOTCUA_TEST_REQUIRE": "postgresql",  # the test suite's own
            "HOME": "/somewhere",
        }
    )
    assert settings.https
    assert settings.public_url == "https://motcua.example.vn"
    assert settings.mail == Mail("mail.example.vn", 587, "mot.cua@example.vn", "motcua", "m@t", "starttls")
    assert "m@t" not in repr(settings)
    assert settings.upload_limit == 5 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MOTCUA_DATABASE_URL", "mysql://db/motcua"),
        ("MOTCUA_SECRET_KEY", "short"),
        ("MOTCUA_PUBLIC_URL", "motcua.example.vn"),
        ("MOTCUA_SMTP_URL", "mail.example.vn:25"),
        ("MOTCUA_SMTP_URL", "smtp://mail.example.vn?tls=1"),
        ("MOTCUA_SMTP_URL", "smtps://mail.example.vn?starttls=1"),
        ("MOTCUA_MAIL_SENDER", "mot cua@example.vn"),
        ("MOTCUA_LOG_LEVEL", "loud"),
        ("MOTCUA_DATABSE_URL", "sqlite:///x"),
    ],
)
def test_a_setting_that_cannot_be_understood_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as told:
        from_environment({"MOTCUA_VAR": str(tmp_path), name: value})
    assert "short" not in str(told.value)  # no secret in a message


def test_no_message_repeats_a_piece_of_the_mail_servers_password(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="percent-encoded") as told:
        from_environment({"MOTCUA_VAR": str(tmp_path), "MOTCUA_SMTP_URL": "smtp://motcua:hunter/2@mail.example.vn"})
    assert "hunter" not in str(told.value)


def test_an_installation_chooses_the_working_days_of_its_warnings(tmp_path: Path) -> None:
    assert from_environment({}, tmp_path).warn_days == (3, 2)
    assert from_environment({"MOTCUA_WARN_DAYS": "5,1"}, tmp_path).warn_days == (5, 1)


@pytest.mark.parametrize("said", ["0", "3,3", "soon", "61"])
def test_warning_days_that_mean_nothing_are_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(SettingsError, match="WARN_DAYS"):
        from_environment({"MOTCUA_WARN_DAYS": said}, tmp_path)


def test_an_installation_chooses_how_many_tasks_one_stroke_may_take(tmp_path: Path) -> None:
    assert from_environment({}, tmp_path).bulk_limit == 200
    assert from_environment({"MOTCUA_BULK_LIMIT": "50"}, tmp_path).bulk_limit == 50
    with pytest.raises(SettingsError, match=r"BULK_LIMIT.*from 1 to 1000"):
        from_environment({"MOTCUA_BULK_LIMIT": "many"}, tmp_path)
