"""Every table. Keys of what belongs to a dossier begin with the dossier, so that a split by dossier stays open."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from engine.persistence.types import JsonText, Moment

# the due date of what has none: NOT NULL keeps keyset paging simple
FAR_FUTURE = datetime.fromisoformat("9999-12-31T00:00:00+00:00")


def _only_where(condition: str) -> dict[str, Any]:
    """A partial index, for both databases."""
    return {f"{dialect}_where": text(condition) for dialect in ("postgresql", "sqlite")}


class Base(DeclarativeBase):
    """The declarative base; `api` binds it to flask-sqlalchemy."""

    type_annotation_map = {datetime: Moment, dict[str, Any]: JsonText, list[Any]: JsonText, UUID: Uuid}


class Journalled:
    """A row that heads a journal: the number and the hash of its last entry."""

    journal_seq: Mapped[int] = mapped_column(default=0)
    journal_head: Mapped[str] = mapped_column(String(64), default="")


# --- organisation ---------------------------------------------------------------------------------------------


class UnitRow(Base):
    """A unit of the organisation: authority, centre, division, branch, consulted body."""

    __tablename__ = "unit"
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    name_vi: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(String(32))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    agency_code: Mapped[str] = mapped_column(String(32), default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))  # who takes over after valid_to
    search_key: Mapped[str] = mapped_column(Text, default="")  # folded: lower case, no diacritics
    address: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")


class RegisterRow(Journalled, Base):
    """A register that belongs to no dossier; heads the journal of its changes. So far: "organisation"."""

    __tablename__ = "register"
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)


class PersonRow(Base):
    """A person who can sign in."""

    __tablename__ = "person"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text, default="")
    lang: Mapped[str] = mapped_column(String(2), default="vi")
    password_hash: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class RoleRow(Base):
    """A person holds a role in a unit, from a day to a day (both included; open when null)."""

    __tablename__ = "role_in_unit"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(32), primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"), primary_key=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    # who holds a role in a unit: candidates for an assignment
    __table_args__ = (Index("ix_role_holders", "unit_code", "role"),)


class MandateRow(Base):
    """Who may decide what in the name of a body, by which instrument, from a day to a day (both included)."""

    __tablename__ = "mandate"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))  # the body whose authority it is
    act: Mapped[str] = mapped_column(String(64), default="")  # of the diagram, such as approve; any when empty
    procedure_key: Mapped[str] = mapped_column(String(64), default="")  # any when empty
    field: Mapped[str] = mapped_column(Text, default="")  # of procedures, its Vietnamese name; any when empty
    kind: Mapped[str] = mapped_column(String(24))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # to a person, or else to
    delegate_role: Mapped[str] = mapped_column(String(32), default="")  # whoever holds this role
    delegate_unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))  # in this unit
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("mandate.id"))  # what is delegated further
    instrument_number: Mapped[str] = mapped_column(Text)
    instrument_date: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    ceiling: Mapped[str] = mapped_column(Text, default="")  # FEEL over the dossier that must be true
    may_subdelegate: Mapped[bool] = mapped_column(default=False)
    standin_may_decide: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(Text)
    revoked_at: Mapped[datetime | None]  # ended before its time, or never begun
    revoked_by: Mapped[str] = mapped_column(Text, default="")
    revocation: Mapped[str] = mapped_column(Text, default="")  # why
    # the mandates of a body, at the moment of an act
    __table_args__ = (Index("ix_mandate_unit", "unit_code"),)


class StandInRow(Base):
    """Somebody stands in for an absent person, from a day to a day, both included."""

    __tablename__ = "stand_in"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # who stands in
    absent_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # for whom
    role: Mapped[str] = mapped_column(String(32), default="")  # any of the absent person's when empty
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))  # any when null
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    ground: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(Text)
    # for whom somebody stands in, when signing in
    __table_args__ = (Index("ix_stand_in_person", "person_id", "valid_to"),)


class PreferenceRow(Base):
    """How a person wants pages to be: saved filters, chosen columns, keys. The page that reads it knows its shape."""

    __tablename__ = "preference"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JsonText, nullable=False)


class AccessTokenRow(Base):
    """A personal access token for the API; only its SHA-256 is kept."""

    __tablename__ = "access_token"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    label: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SessionRow(Base):
    """A signed-in browser session, so that it can be revoked."""

    __tablename__ = "session"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


# --- procedures -----------------------------------------------------------------------------------------------


class ProcedureRow(Journalled, Base):
    """A procedure by its key; heads the journal of its deployments."""

    __tablename__ = "procedure"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    title_vi: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text, default="")
    search_key: Mapped[str] = mapped_column(Text, default="")
    retired_at: Mapped[datetime | None]


class ProcedureVersionRow(Base):
    """One deployed bundle, whole: a dossier pinned to it needs no file on disk."""

    __tablename__ = "procedure_version"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    procedure_key: Mapped[str] = mapped_column(ForeignKey("procedure.key"))
    number: Mapped[int]
    checksum: Mapped[str] = mapped_column(String(64))
    bundle: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # a zip
    facts: Mapped[dict[str, Any]] = mapped_column(deferred=True)  # procedure.toml as read
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        UniqueConstraint("procedure_key", "number"),
        UniqueConstraint("procedure_key", "checksum"),
    )


# --- dossiers -------------------------------------------------------------------------------------------------


class DossierRow(Journalled, Base):
    """A dossier: its facts, its projection from the clock, and the head of its journal."""

    __tablename__ = "dossier"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    procedure_key: Mapped[str] = mapped_column(String(64))
    procedure_version_id: Mapped[UUID] = mapped_column(ForeignKey("procedure_version.id"))
    procedure_case: Mapped[str] = mapped_column(String(64), default="")
    channel: Mapped[str] = mapped_column(String(16))
    applicant_name: Mapped[str] = mapped_column(Text)
    applicant_email: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    # code, applicant and content as `engine.text.search_key` writes them; the database keeps `dossier_search` from it
    search_key: Mapped[str] = mapped_column(Text)
    link_digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the applicant's secret link
    applicant_key: Mapped[str] = mapped_column(String(64), default="")  # SHA-256 of the identity number or tax code
    papers: Mapped[int] = mapped_column(default=0)  # how many were checked at reception and are there,
    papers_digitised: Mapped[int] = mapped_column(default=0)  # of these: scanned, or filed as files
    papers_reused: Mapped[int] = mapped_column(default=0)  # of these: taken from an earlier dossier or result
    support_unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    receiving_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    competent_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    hand_over_id: Mapped[UUID | None]  # the hand-over that the competent body has not acknowledged yet
    state: Mapped[str] = mapped_column(String(24))
    outcome: Mapped[str] = mapped_column(String(24), default="")
    progress: Mapped[int] = mapped_column(default=0)
    incidents: Mapped[int] = mapped_column(default=0)  # open ones
    supplement_requests: Mapped[int] = mapped_column(default=0)  # how often the applicant has been asked to complete it
    submitted_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    original_due_at: Mapped[datetime | None]
    extended: Mapped[bool] = mapped_column(default=False)  # whether its term ever was, as its journal tells
    decided_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    calendar_number: Mapped[int] = mapped_column(default=0)  # the calendar its dates were counted by
    version: Mapped[int] = mapped_column()
    snapshot: Mapped[bytes] = mapped_column(LargeBinary)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        # the dossier list, newest first: of all, of those of a unit, of a procedure, of the open ones in a state
        Index("ix_dossier_list", "submitted_at", "id"),
        Index("ix_dossier_receiving", "receiving_unit", "submitted_at", "id"),
        Index("ix_dossier_competent", "competent_unit", "submitted_at", "id"),
        Index("ix_dossier_procedure", "procedure_key", "submitted_at", "id"),
        Index("ix_dossier_state", "state", "submitted_at", "id", **_only_where("closed_at IS NULL")),
        Index("ix_dossier_incidents", "submitted_at", "id", **_only_where("incidents > 0")),
        # the dossier that an applicant's link opens
        Index("ix_dossier_link", "link_digest"),
        # the dossiers of one person or company, whose papers may be used again
        Index("ix_dossier_applicant", "applicant_key", "submitted_at", **_only_where("applicant_key <> ''")),
        # what is overdue: open dossiers by due date, with what their list is ordered by
        Index("ix_dossier_due", "due_at", "submitted_at", "id", **_only_where("closed_at IS NULL")),
        # what was decided and still waits for its end
        Index("ix_dossier_decided", "decided_at", "id", **_only_where("closed_at IS NULL AND decided_at IS NOT NULL")),
        # what has still to be counted anew after a change of the calendar
        Index("ix_dossier_calendar", "calendar_number", "id", **_only_where("closed_at IS NULL")),
        # reports: all that they count, so that they read no whole dossiers
        Index(
            "ix_dossier_report",
            "closed_at",
            "received_at",
            "decided_at",
            "due_at",
            "original_due_at",
            "extended",
            "outcome",
            "channel",
            "procedure_key",
            "competent_unit",
            "receiving_unit",
            "support_unit",
            "id",
        ),
    )


class ReportScopeRow(Base):
    """What somebody has asked statistics about: for whose eyes, narrowed how, in which rows. Its months are kept."""

    __tablename__ = "report_scope"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    scope: Mapped[dict[str, Any]]  # an `engine.persistence.month_tallies.Scope`
    asked_on: Mapped[date]


class ReportMonthRow(Base):
    """What was closed in a month, counted for one scope. Triggers forget it when something is closed there later."""

    __tablename__ = "report_month"
    scope_digest: Mapped[str] = mapped_column(ForeignKey("report_scope.digest"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)  # YYYY-MM
    first_at: Mapped[datetime]
    past_at: Mapped[datetime]  # excluded
    tallies: Mapped[dict[str, Any]]
    __table_args__ = (Index("ix_report_month_past", "past_at"),)  # for the triggers


class DossierUnitRow(Base):
    """A unit whose people see a dossier: it received, decides or supports it, or has or had a task of it.

    Kept by triggers (migration 0015); nothing else writes here.
    """

    __tablename__ = "dossier_unit"
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id", ondelete="CASCADE"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(64), primary_key=True)
    procedure_key: Mapped[str] = mapped_column(String(64))  # this and what follows: of the dossier
    filed_at: Mapped[datetime]  # its `submitted_at`
    closed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(24))
    __table_args__ = (
        # the dossiers of a unit, newest first: all, of a procedure, the open ones
        Index("ix_dossier_unit_list", "unit_code", "filed_at", "dossier_id"),
        Index("ix_dossier_unit_procedure", "unit_code", "procedure_key", "filed_at", "dossier_id"),
        Index("ix_dossier_unit_open", "unit_code", "filed_at", "dossier_id", **_only_where("closed_at IS NULL")),
    )


class RegisterNumberRow(Base):
    """The number of a dossier in the register of its reception point: without gaps in a year, and never changed."""

    __tablename__ = "register_number"
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id", ondelete="CASCADE"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(64))
    year: Mapped[int]
    number: Mapped[int]
    received_at: Mapped[datetime]  # of the dossier
    __table_args__ = (
        # the last number of a year; two first dossiers of a year cannot both be number one
        Index("ux_register_number", "unit_code", "year", "number", unique=True),
        # what a point received from a day to a day
        Index("ix_register_number_day", "unit_code", "received_at", "number"),
    )


class DossierDataRow(Base):
    """What the dossier says, keyed by the form (or the named result) that gave it; the newest answers."""

    __tablename__ = "dossier_data"
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[Any] = mapped_column(JsonText)
    updated_seq: Mapped[int]


class JournalRow(Base):
    """One fact of a history. The database refuses UPDATE and DELETE here (triggers in the first migration)."""

    __tablename__ = "journal"
    stream_id: Mapped[UUID] = mapped_column(primary_key=True)  # a dossier, or a procedure
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(32))
    occurred_at: Mapped[datetime]  # the moment the law counts
    recorded_at: Mapped[datetime]  # the moment it was written
    entry: Mapped[str] = mapped_column(Text)  # the exact canonical JSON that was hashed
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (
        # the clock's ledger of one dossier
        Index("ix_journal_clock", "stream_id", "seq", **_only_where("type LIKE 'clock:%'")),
    )


class TaskRow(Base):
    """A user task as officers see it."""

    __tablename__ = "user_task"
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    element_id: Mapped[str] = mapped_column(String(128))
    name_vi: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, default="")
    form_key: Mapped[str] = mapped_column(String(64), default="")
    data_key: Mapped[str] = mapped_column(String(64), default="")
    role: Mapped[str] = mapped_column(String(32))
    unit_code: Mapped[str] = mapped_column(String(64))
    principal_unit: Mapped[str] = mapped_column(String(64), default="")  # of an act: the body whose authority it is
    queue: Mapped[str] = mapped_column(String(100))  # "<unit>/<role>": who may take it
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime] = mapped_column(default=FAR_FUTURE)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    completed_by: Mapped[str] = mapped_column(Text, default="")
    # of the dossier, so that the inbox finds its few open tasks without it
    procedure_key: Mapped[str] = mapped_column(String(64), default="")
    receiving_unit: Mapped[str] = mapped_column(String(64), default="")
    search_key: Mapped[str] = mapped_column(Text, default="")  # empty once it is closed
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        # the inbox: what nobody has taken, per queue
        Index("ix_task_queue", "queue", "due_at", "id", **_only_where("state = 'open' AND assignee_id IS NULL")),
        # the inbox: mine
        Index(
            "ix_task_mine",
            "assignee_id",
            "due_at",
            "id",
            **_only_where("state = 'open' AND assignee_id IS NOT NULL"),
        ),
        # the inbox: everybody's tasks in a unit, and everybody's of all
        Index("ix_task_unit", "unit_code", "due_at", "id", **_only_where("state = 'open'")),
        Index("ix_task_open", "due_at", "id", **_only_where("state = 'open'")),
        # the same for those who see all, narrowed
        Index("ix_task_procedure", "procedure_key", "due_at", "id", **_only_where("state = 'open'")),
        Index("ix_task_point", "receiving_unit", "due_at", "id", **_only_where("state = 'open'")),
        Index("ix_task_id", "id"),  # a task by its own id, for the API's links
    )

    def end(self, state: str, at: datetime) -> None:
        """Close it as `state`; the inbox looks for it no more."""
        self.state, self.closed_at, self.search_key = state, at, ""


class HandOverRow(Base):
    """A dossier passed from the place that received it to the body that decides, and that body's receipt."""

    __tablename__ = "hand_over"
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    from_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    to_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    handed_at: Mapped[datetime]
    handed_by: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime]  # by when the law wants it there
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str] = mapped_column(Text, default="")


class DraftRow(Base):
    """What somebody has typed into a task's form but not sent; survives the session."""

    __tablename__ = "draft"
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(Text)


class DeadlineRow(Base):
    """A moment that something waits for: a BPMN timer, a step's limit, the dossier's term."""

    __tablename__ = "deadline"
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)  # the waiting timer's id, or a fresh one
    kind: Mapped[str] = mapped_column(String(16))
    element_id: Mapped[str] = mapped_column(String(128), default="")
    task_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(16))
    legal_due_at: Mapped[datetime]  # what the law says
    due_at: Mapped[datetime]  # when the sweep next looks (later than the legal moment after a failure)
    started_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        # the sweep: the oldest pending ones
        Index("ix_deadline_due", "due_at", "id", **_only_where("state = 'pending'")),
    )


class LetterRow(Base):
    """A letter that the process asked for, with what it says; printed afterwards and then a document of the dossier."""

    __tablename__ = "letter"
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32))  # of the template
    element_id: Mapped[str] = mapped_column(String(128))
    number: Mapped[int] = mapped_column(default=0)  # which one of this key in the dossier it is, once it is printed
    state: Mapped[str] = mapped_column(String(16))
    data: Mapped[dict[str, Any]]  # as captured at the moment it was asked for
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime]  # when a printer next looks
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    printed_at: Mapped[datetime | None]
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    __table_args__ = (
        # what has still to be printed, oldest first
        Index("ix_letter_due", "due_at", "id", **_only_where("state = 'pending'")),
    )


class IncidentRow(Base):
    """An automatic step that failed and waits for an operator."""

    __tablename__ = "incident"
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)  # the id of what stands still
    element_id: Mapped[str] = mapped_column(String(128))
    error: Mapped[str] = mapped_column(String(64))
    message: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (Index("ix_incident_open", "opened_at", **_only_where("resolved_at IS NULL")),)


class DocumentRow(Base):
    """A paper of a dossier: what it is called and where its bytes lie (content-addressed)."""

    __tablename__ = "document"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[UUID | None] = mapped_column(ForeignKey("dossier.id"))  # null until filing attaches it
    sha256: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(128))
    size: Mapped[int]
    uploaded_by: Mapped[str] = mapped_column(Text)
    uploader_key: Mapped[str] = mapped_column(String(64))  # person id, or the digest of an applicant's link
    uploaded_at: Mapped[datetime]
    scan: Mapped[str] = mapped_column(String(16), default="unscanned")  # what the virus scanner said: Scan
    replaces_id: Mapped[UUID | None]  # the older version of the same paper, which stays
    __table_args__ = (
        Index("ix_document_dossier", "dossier_id"),
        # whether anybody points at some bytes
        Index("ix_document_content", "sha256"),
        # the sweep: what was sent and never joined a dossier, oldest first
        Index("ix_document_waiting", "uploaded_at", "id", **_only_where("dossier_id IS NULL")),
    )


class UploadRow(Base):
    """A file on its way: how much has come, and in which pieces of the store it lies until it is whole."""

    __tablename__ = "upload"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    uploader_key: Mapped[str] = mapped_column(String(64))
    uploaded_by: Mapped[str] = mapped_column(Text)
    filename: Mapped[str] = mapped_column(Text)
    length: Mapped[int]  # bytes announced
    received: Mapped[int] = mapped_column(default=0)  # bytes in the store
    pieces: Mapped[list[Any]]  # their names in the store, in order
    expires_at: Mapped[datetime]
    document_id: Mapped[UUID | None]  # once it is whole
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (Index("ix_upload_expires", "expires_at"),)


class FilingDraftRow(Base):
    """An application that somebody has begun and not filed; found by the digest of its own secret link."""

    __tablename__ = "filing_draft"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    procedure_key: Mapped[str] = mapped_column(ForeignKey("procedure.key"))
    version_id: Mapped[UUID | None]  # the version of the procedure whose questions the applicant has seen
    data: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    __table_args__ = (Index("ix_filing_draft_expires", "expires_at"),)


class MailAddressRow(Base):
    """Where an applicant wants mail about a dossier; used once its owner has opened the mail that asks."""

    __tablename__ = "mail_address"
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class CodeCounterRow(Base):
    """The last dossier number given by an agency on a day; the row's lock makes numbers gap-free."""

    __tablename__ = "code_counter"
    agency_code: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class IdempotencyRow(Base):
    """The answer given to a POST with an Idempotency-Key, so that a repetition gets the same answer."""

    __tablename__ = "idempotency"
    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    headers: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class AccessLogRow(Base):
    """Who looked at which dossier's history; written in a transaction of its own, so a rollback keeps it."""

    __tablename__ = "access_log"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[UUID]
    person: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(String(64))
    looked_at: Mapped[datetime]
    __table_args__ = (
        Index("ix_access_log_dossier", "dossier_id", "looked_at"),
        # what one person has looked at, the latest first
        Index("ix_access_log_person", "person", "id"),
    )


class CalendarVersionRow(Base):
    """A working calendar as it was decided; the newest one counts. Version 0 is the one that ships."""

    __tablename__ = "calendar_version"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Text)  # the calendar file, whole
    fingerprint: Mapped[str] = mapped_column(String(64))
    cause: Mapped[str] = mapped_column(Text)
    imported_at: Mapped[datetime]
    imported_by: Mapped[str] = mapped_column(Text)


class NoticeRow(Base):
    """Something to tell somebody: shown in the page, and sent by mail to those who asked for it."""

    __tablename__ = "notice"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    audience: Mapped[str] = mapped_column(String(110))  # "person:<id>", "queue:<unit>/<role>", "applicant:<dossier>"
    dossier_id: Mapped[UUID | None] = mapped_column(ForeignKey("dossier.id"))  # null: about no dossier
    kind: Mapped[str] = mapped_column(String(32))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]  # by the one whom it is for; a queue's are seen by each in `notice_seen`
    mailed_at: Mapped[datetime | None]  # when it was decided to whom it goes by mail (`mail`), if to anybody
    __table_args__ = (
        # what somebody has been told, newest first
        Index("ix_notice_audience", "audience", "created_at", "id"),
        # what the mail job has not looked at
        Index("ix_notice_mail", "created_at", **_only_where("mailed_at IS NULL")),
    )


class NoticeSeenRow(Base):
    """Somebody has seen a notice that was not for them alone."""

    __tablename__ = "notice_seen"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    seen_at: Mapped[datetime]


class NoticeChoiceRow(Base):
    """How a person wants to be told of one kind of notice; in the page where no row says otherwise."""

    __tablename__ = "notice_choice"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    way: Mapped[str] = mapped_column(String(8))  # "page", "mail" (and page), "off"


class MailRow(Base):
    """One notice to one recipient by mail."""

    __tablename__ = "mail"
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(64), primary_key=True)  # "person:<id>", "applicant"
    state: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime]  # when it is tried next; ahead of now while somebody is sending it
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    finished_at: Mapped[datetime | None]
    # what is to be sent, the oldest first
    __table_args__ = (Index("ix_mail_due", "due_at", **_only_where("state = 'pending'")),)
