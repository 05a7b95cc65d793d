"""what one person has looked at, the latest first"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_access_log_person", "access_log", ["person", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_access_log_person", "access_log")
