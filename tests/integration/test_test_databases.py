"""The ground the other tests stand on: each test has a database of its own, on both servers."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text


@pytest.mark.parametrize("round_", [1, 2])
def test_every_test_starts_from_a_migrated_database_of_its_own(database_url: str, round_: int) -> None:
    engine = create_engine(database_url)
    assert "alembic_version" in inspect(engine).get_table_names(), round_
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE only_here (id INTEGER)"))  # fails if the other round's is seen
    engine.dispose()


def test_an_empty_database_has_no_table(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_the_template_itself_stays_as_it_was(sqlite_url: str, sqlite_template: Path) -> None:
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE only_here (id INTEGER)"))
    engine.dispose()
    template = create_engine(f"sqlite:///{sqlite_template}")
    assert "only_here" not in inspect(template).get_table_names()
    template.dispose()
