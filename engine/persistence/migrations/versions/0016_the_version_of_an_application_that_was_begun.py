"""under which version of its procedure an application was begun, so that who comes back is told of a newer one"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward: what was begun before does not say."""
    op.add_column("filing_draft", sa.Column("version_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("filing_draft", "version_id")
