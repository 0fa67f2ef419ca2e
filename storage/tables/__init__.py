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
    ProfileDraftRow,
    ReportRow,
    StateRow,
    VectorRow,
)
from storage.tables.ledger import DeliveryRow, DeliveryTallyRow, WorkspaceRow
from storage.tables.people import ConversationReferenceRow, IdentityRow, PersonRow, PseudonymRow, RoleGrantRow
from storage.tables.requests import BindingRow, ExchangeSourceRow, OutsideExchangeRow, RequestRow, RequestStepRow, RequestWordRow
from storage.tables.row import Row, table_of

__all__ = [
    "AuditRow",
    "BindingRow",
    "CatalogueVersionRow",
    "ConversationReferenceRow",
    "DeliveryRow",
    "DeliveryTallyRow",
    "EventRow",
    "ExchangeRow",
    "ExchangeSourceRow",
    "GapQuestionRow",
    "GapRow",
    "IdentityRow",
    "OutsideExchangeRow",
    "PersonRow",
    "ProfileDraftRow",
    "PseudonymRow",
    "ReportRow",
    "RequestRow",
    "RequestStepRow",
    "RequestWordRow",
    "RoleGrantRow",
    "Row",
    "StateRow",
    "VectorRow",
    "WorkspaceRow",
    "table_of",
]
