"""Campaigns: their content by version, who entered them, what people did with their messages, and where everybody stands."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field

from storage.tables.row import Json, Number, Row


class CampaignRow(Row, table=True):
    """A campaign as it is now (`dialogs.campaign.Kept`); `content` is its JSON. `verdict` is the JSON of what it came to, once it's finished.

    `targeted` counts its deliveries as they're planned, apart from the ledger, so that its identity can fail. `cursor` is how far its planning got:
    the last person's id that was looked at, "" before the first, None once everybody was; while there are chunks, they know better. `looked_at` is
    when newcomers were last looked for. `posted_at` is when the verdict was planned for the function's channel. `planned_version` is the version that
    its planning follows, the latest that may go out; `replanned` how far it got in taking it up after an edit: the last person's id, None once
    everybody has. `audience` is how many people its waves are spread over, None where nobody counted them yet.
    """

    __tablename__ = "campaign"

    name: str = Field(primary_key=True)
    function: str = Field(index=True)
    topic: str = ""
    version: int
    status: str = Field(index=True)
    content: str = Field(sa_type=Text)
    edited_by: str
    edited_at: datetime
    asked_by: str | None = None
    approved_by: str | None = None
    approved: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    benchmark: float | None = None
    targeted: int = 0
    planned_version: int | None = None
    replanned: str | None = None
    cursor: str | None = ""
    looked_at: datetime | None = None
    verdict: str | None = Field(default=None, sa_type=Text)
    posted_at: datetime | None = None
    audience: int | None = None


class CampaignVersionRow(Row, table=True):
    """A campaign's content as it was, each time it was written."""

    __tablename__ = "campaign_version"

    campaign: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    content: str = Field(sa_type=Text)
    by: str
    at: datetime


class CampaignPictureRow(Row, table=True):
    """A picture of a campaign's steps, by its file's name; `key` is its attachment's, made of its content."""

    __tablename__ = "campaign_picture"

    campaign: str = Field(primary_key=True)
    file: str = Field(primary_key=True)
    key: str
    content_type: str
    content: bytes


class CampaignMemberRow(Row, table=True):
    """A person whom a campaign is for, from when they entered it: in which arm, in which team, where they stood.

    `step` is the number (from 0) of the step that they're at, `step_id` its id, by which they keep their place when the steps are edited (empty
    before the first, and in an arm without steps). `delivery` is the key of its delivery, None where it isn't planned yet (it waits for evidence);
    `due_at` is when to look at them next, None once they've come to the end.
    """

    __tablename__ = "campaign_member"

    campaign: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True, foreign_key="person.id", index=True)
    arm: str
    team: str
    stage_before: str
    segments: list[str] = Field(default_factory=list, sa_type=Json)
    entered_at: datetime
    step: int = 0
    step_id: str = ""
    delivery: UUID | None = None
    due_at: datetime | None = None

    __table_args__ = (Index("ix_campaign_member_campaign_due_at", "campaign", "due_at"),)


class StepResponseRow(Row, table=True):
    """What somebody did with a step's message (`dialogs.reached.Response`)."""

    __tablename__ = "step_response"

    campaign: str = Field(primary_key=True)
    step: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True, foreign_key="person.id", index=True)
    does: str = Field(primary_key=True)
    answer: str | None = None
    at: datetime


class CampaignRuleRow(Row, table=True):
    """What a function asks of its own campaigns: `approval` by a second person."""

    __tablename__ = "campaign_rule"

    function: str = Field(primary_key=True)
    approval: bool
    changed_at: datetime
    changed_by: str


class AudienceGrantRow(Row, table=True):
    """An audience that somebody may reach in a function's name (`dialogs.campaigning.AudienceGrant`)."""

    __tablename__ = "audience_grant"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    function: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    granted_at: datetime
    granted_by: str


class EvidenceRow(Row, table=True):
    """One dated piece of evidence (`dialogs.ladder.Evidence`); `topic` is empty for the function as a whole."""

    __tablename__ = "evidence"

    number: int | None = Field(default=None, primary_key=True, sa_type=Number)
    key: UUID = Field(unique=True)
    person_id: str = Field(foreign_key="person.id")
    function: str
    topic: str
    kind: str
    source: str
    weight: float
    at: datetime
    told_at: datetime
    campaign: str | None = None
    step: str | None = None
    survey: bool = False

    __table_args__ = (Index("ix_evidence_person_id_function", "person_id", "function"), Index("ix_evidence_function_at", "function", "at"))


class StandingRow(Row, table=True):
    """Where somebody stands for a function (and topic): since when, and when that's lost without new evidence."""

    __tablename__ = "standing"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    function: str = Field(primary_key=True)
    topic: str = Field(primary_key=True)
    stage: str
    since: datetime
    lost_at: datetime | None = Field(default=None, index=True)

    __table_args__ = (Index("ix_standing_function_topic_stage", "function", "topic", "stage"),)


class StandingMoveRow(Row, table=True):
    """A move from one stage to another, of what kind of evidence it came, or (`lost`) of none for too long."""

    __tablename__ = "standing_move"

    number: int | None = Field(default=None, primary_key=True, sa_type=Number)
    person_id: str = Field(foreign_key="person.id")
    function: str
    topic: str
    former: str
    stage: str
    because: str
    at: datetime

    __table_args__ = (Index("ix_standing_move_person_id_function", "person_id", "function"),)


class EvidenceMarkRow(Row, table=True):
    """How far each of our own tables was read for evidence."""

    __tablename__ = "evidence_mark"

    source: str = Field(primary_key=True)
    until: datetime
    after: str = ""


class CampaignChunkRow(Row, table=True):
    """A part of the directory that one process looks through for a campaign: those after one person's id, up to another's (None: to the end).

    `cursor` is how far it got: the last id that was looked at, "" before the first of all. `handed_at` is when it last went to a runner, or went on.
    `targeted` is how many deliveries came of it so far; they're added to the campaign's once every chunk is done, and then the rows go.
    """

    __tablename__ = "campaign_chunk"

    campaign: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    upto: str | None = None
    cursor: str
    handed_at: datetime | None = None
    done_at: datetime | None = None
    targeted: int = 0
