"""The tables: what pourqui keeps, under the glossary's names.

Two kinds of JSON are kept. What is only ever read back whole (replies, a state, a catalogue) is a text column, written once by `plain`;
what a query may look into one day (segments, sheets) is a JSON column. Times are UTC and timezone-aware.
"""

from storage.tables.answers import (
    AuditRow,
    CatalogueVersionRow,
    EventRow,
    ExchangeRow,
    GapQuestionRow,
    GapRow,
    LearntRow,
    ProfileDraftRow,
    ReportRow,
    StateRow,
    VectorRow,
)
from storage.tables.campaigns import (
    AudienceGrantRow,
    CampaignChunkRow,
    CampaignMemberRow,
    CampaignPictureRow,
    CampaignRow,
    CampaignRuleRow,
    CampaignVersionRow,
    EvidenceMarkRow,
    EvidenceRow,
    StandingMoveRow,
    StandingRow,
    StepResponseRow,
)
from storage.tables.feedback import ExpectationRow, FeedbackRow, FunctionLimitRow, PauseRow
from storage.tables.files import AttachmentRow, ExportRow
from storage.tables.fleet import DeploymentRow, MoveRow, ProcessRow, TickRow
from storage.tables.ledger import DeliveryRow, DeliveryTallyRow, WorkspaceRow
from storage.tables.people import ConversationReferenceRow, IdentityRow, PersonRow, PseudonymRow, RoleGrantRow
from storage.tables.requests import BindingRow, ExchangeSourceRow, OutsideExchangeRow, RequestRow, RequestStepRow, RequestWordRow
from storage.tables.row import Row, table_of
from storage.tables.scores import AnonymityClassRow, GrainRow, ImprovementRow, PublishedMeasureRow, PublishedPeriodRow, ThemeRow
from storage.tables.voices import AnonymousPendingRow, AnonymousVoiceRow, VoiceRow

__all__ = [
    "AnonymityClassRow",
    "AnonymousPendingRow",
    "AnonymousVoiceRow",
    "AttachmentRow",
    "AudienceGrantRow",
    "AuditRow",
    "BindingRow",
    "CampaignChunkRow",
    "CampaignMemberRow",
    "CampaignPictureRow",
    "CampaignRow",
    "CampaignRuleRow",
    "CampaignVersionRow",
    "CatalogueVersionRow",
    "ConversationReferenceRow",
    "DeliveryRow",
    "DeliveryTallyRow",
    "DeploymentRow",
    "EventRow",
    "EvidenceMarkRow",
    "EvidenceRow",
    "ExchangeRow",
    "ExchangeSourceRow",
    "ExpectationRow",
    "ExportRow",
    "FeedbackRow",
    "FunctionLimitRow",
    "GapQuestionRow",
    "GapRow",
    "GrainRow",
    "IdentityRow",
    "ImprovementRow",
    "LearntRow",
    "MoveRow",
    "OutsideExchangeRow",
    "PauseRow",
    "PersonRow",
    "ProcessRow",
    "ProfileDraftRow",
    "PseudonymRow",
    "PublishedMeasureRow",
    "PublishedPeriodRow",
    "ReportRow",
    "RequestRow",
    "RequestStepRow",
    "RequestWordRow",
    "RoleGrantRow",
    "Row",
    "StandingMoveRow",
    "StandingRow",
    "StateRow",
    "StepResponseRow",
    "ThemeRow",
    "TickRow",
    "VectorRow",
    "VoiceRow",
    "WorkspaceRow",
    "table_of",
]
