"""mandates, stand-ins and hand-overs"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _mandates() -> None:
    op.create_table(
        "mandate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("procedure_key", sa.String(length=64), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("delegate_role", sa.String(length=32), nullable=False),
        sa.Column("delegate_unit", sa.String(length=64), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("instrument_number", sa.Text(), nullable=False),
        sa.Column("instrument_date", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("ceiling", sa.Text(), nullable=False),
        sa.Column("may_subdelegate", sa.Boolean(), nullable=False),
        sa.Column("standin_may_decide", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"]),
        sa.ForeignKeyConstraint(["delegate_unit"], ["unit.code"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["parent_id"], ["mandate.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mandate_unit", "mandate", ["unit_code"])


def _standins() -> None:
    op.create_table(
        "stand_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("absent_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("unit_code", sa.String(length=64), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["absent_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_stand_in_person", "stand_in", ["person_id", "valid_to"])


def _hand_overs() -> None:
    op.create_table(
        "hand_over",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_unit", sa.String(length=64), nullable=False),
        sa.Column("to_unit", sa.String(length=64), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_by", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.ForeignKeyConstraint(["from_unit"], ["unit.code"]),
        sa.ForeignKeyConstraint(["to_unit"], ["unit.code"]),
        sa.PrimaryKeyConstraint("dossier_id", "id"),
    )


def upgrade() -> None:
    _mandates()
    _standins()
    _hand_overs()
    op.add_column("dossier", sa.Column("hand_over_id", sa.Uuid(), nullable=True))
    op.add_column("user_task", sa.Column("principal_unit", sa.String(length=64), nullable=False, server_default=""))
    with op.batch_alter_table("unit") as unit:
        unit.add_column(sa.Column("successor_code", sa.String(length=64), nullable=True))
        unit.add_column(sa.Column("search_key", sa.Text(), nullable=False, server_default=""))
        unit.create_foreign_key("fk_unit_successor", "unit", ["successor_code"], ["code"])
