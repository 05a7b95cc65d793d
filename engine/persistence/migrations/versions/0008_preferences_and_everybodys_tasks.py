"""how each person wants pages to be; the open tasks of a unit and of all, what is due first first"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "preference",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id", "key"),
    )
    opened = sa.text("state = 'open'")
    for name, columns in (("ix_task_unit", ["unit_code", "due_at", "id"]), ("ix_task_open", ["due_at", "id"])):
        op.create_index(name, "user_task", columns, postgresql_where=opened, sqlite_where=opened)


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_task_open", "user_task")
    op.drop_index("ix_task_unit", "user_task")
    op.drop_table("preference")
