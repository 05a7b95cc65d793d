"""The migrations are one line, end at what the tables say, and protect the journal."""

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from engine.persistence.database import MIGRATIONS, alembic_config, is_current, make_engine, upgrade


def test_an_empty_database_becomes_current_by_upgrading(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    assert not is_current(engine)
    upgrade(empty_database_url)
    assert is_current(engine)
    engine.dispose()


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    upgrade(database_url)


def test_migrations_and_tables_agree(database_url: str) -> None:
    command.check(alembic_config(database_url))


def test_the_migrations_are_one_line_of_numbers() -> None:
    revisions = [each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert sorted(revisions) == [f"{number:04d}" for number in range(1, len(revisions) + 1)]


ROW = (
    "INSERT INTO journal (stream_id, seq, type, occurred_at, recorded_at, entry, hash) VALUES "
    "('00000000000000000000000000000001', 1, 'dossier:filed', '2026-01-01', '2026-01-01', '{}', 'x')"
)
ATTACKS = ["UPDATE journal SET entry = 'changed'", "DELETE FROM journal"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses_to_change_or_remove_history(db: Engine, attack: str) -> None:
    with db.begin() as connection:
        connection.execute(text(ROW))
    with pytest.raises(DatabaseError, match="append-only"), db.begin() as connection:
        connection.execute(text(attack))
    with db.begin() as connection:
        assert connection.scalar(text("SELECT entry FROM journal")) == "{}"


def test_postgresql_refuses_to_empty_the_journal(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text("TRUNCATE journal"))
    engine.dispose()


FIRST_ROWS = (
    "INSERT INTO unit (code, name_vi, name_en, kind, agency_code) VALUES ('U', 'Đơn vị', '', 'authority', '')",
    (
        "INSERT INTO procedure (key, id, title_vi, title_en, search_key, journal_seq, journal_head) "
        "VALUES ('p', '00000000000000000000000000000001', 'Thủ tục', '', '', 0, '')"
    ),
    (
        "INSERT INTO procedure_version (id, procedure_key, number, checksum, bundle, facts, valid_from, deployed_at, "
        "deployed_by) VALUES ('00000000000000000000000000000002', 'p', 1, 'x', '', '{}', '2026-01-01', '2026-01-01', "
        "'x')"
    ),
    (
        "INSERT INTO dossier (id, code, procedure_key, procedure_version_id, procedure_case, channel, applicant_name, "
        "applicant_email, summary, search_key, link_digest, receiving_unit, competent_unit, state, outcome, progress, "
        "incidents, submitted_at, version, snapshot, journal_seq, journal_head) VALUES "
        "('00000000000000000000000000000003', 'C-1', 'p', '00000000000000000000000000000002', '', 'online', 'A', '', "
        "'', '', 'd', 'U', 'U', 'filed', '', 0, 0, '2026-01-01', 1, '', 0, '')"
    ),
    (
        "INSERT INTO dossier_data (dossier_id, key, data, updated_seq) "
        "VALUES ('00000000000000000000000000000003', 'application', '{}', 1)"
    ),
)


def test_a_database_of_the_first_release_keeps_its_dossiers_when_it_is_upgraded(empty_database_url: str) -> None:
    command.upgrade(alembic_config(empty_database_url), "0001")
    engine = make_engine(empty_database_url)
    with engine.begin() as connection:
        for statement in FIRST_ROWS:
            connection.execute(text(statement))
    upgrade(empty_database_url)
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM dossier JOIN dossier_data ON dossier_id = id")) == 1
    assert is_current(engine)
    engine.dispose()
