"""The register of personal data: for each table, whose its rows are and which of its words may name somebody, or why it holds nothing personal.

Export, erasure and their proof go by it; a table or a column that isn't in it fails the tests.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, String, Table, and_, cast, false, func, or_, select, true

from dialogs.request import REQUEST, WORD
from dialogs.voice import VOICE
from storage.tables import Row
from storage.trail import Account, Trail

Condition: TypeAlias = Callable[[Trail], ColumnElement[bool]]

_TABLES: Final = Row.metadata.tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """How a row belongs to somebody: as what they are in it, and where. `hides` are the columns that are somebody else's, kept from an export."""

    role: str
    where: Condition
    hides: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a table holds. `ties` in order: a row is exported by the first that holds.

    `who` are the columns that say who somebody is, `words` those in which anybody may be named, by whoever wrote them, `plain` all other columns of
    text, which can't. `why` says why there are no ties. `stays` says, by column, why what names somebody there stays after an erasure.
    """

    ties: tuple[Tie, ...] = ()
    who: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    why: str | None = None
    stays: Mapping[str, str] = field(default_factory=dict)


def _is(table: str, column: str) -> Condition:
    return lambda trail: _TABLES[table].c[column] == trail.person


def _tie(table: str, column: str, role: str, *hides: str) -> Tie:
    return Tie(role=role, where=_is(table, column), hides=frozenset(hides))


def _own(table: str, *more: Tie) -> tuple[Tie, ...]:
    return (_tie(table, "person_id", "own"), *more)


def _by(table: str, column: str, *hides: str) -> tuple[Tie, ...]:
    """What they did is under their pseudonym."""
    return (Tie(role="author", where=lambda trail: _TABLES[table].c[column] == (trail.pseudonym or ""), hides=frozenset(hides)),)


def _any(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(false(), *conditions)


def _heard(trail: Trail) -> ColumnElement[bool]:
    event = _TABLES["event"].c

    def by(account: Account) -> ColumnElement[bool]:
        platform, tenant, user = account
        return and_(event.platform == platform, event.user == user, event.conversation_key.startswith(f"{platform}|{tenant}|", autoescape=True))

    return _any(map(by, trail.accounts))


def _remembered(trail: Trail) -> ColumnElement[bool]:
    key = _TABLES["state"].c.state_key

    def by(account: Account) -> ColumnElement[bool]:
        platform, tenant, user = account
        return and_(key.startswith(f"{platform}|{tenant}|", autoescape=True), key.endswith(f"|{user}", autoescape=True))

    return _any(map(by, trail.accounts))


def asked(trail: Trail) -> ColumnElement[bool]:
    """Tell which requests they asked."""
    return _TABLES["request"].c.client_id == trail.person


def _about_their_request(table: str, column: str) -> Condition:
    return lambda trail: _TABLES[table].c[column].in_(select(_TABLES["request"].c.id).where(asked(trail)))


def _said_to_them(trail: Trail) -> ColumnElement[bool]:
    return and_(_about_their_request("request_word", "request_id")(trail), _TABLES["request_word"].c.state == "sent")


def _sources(trail: Trail) -> ColumnElement[bool]:
    exchange, report = _TABLES["exchange"].c, _TABLES["report"].c
    # SQLite writes a UUID without hyphens, PostgreSQL with them
    said = select(func.replace(cast(report.id, String), "-", "")).where(report.person_id == trail.person)
    source = _TABLES["gap_question"].c.source
    return or_(source.in_(select(exchange.id).where(exchange.person_id == trail.person)), source.in_(said))


def delivered(trail: Trail) -> ColumnElement[bool]:
    """Tell which deliveries went, or go, to them."""
    delivery = _TABLES["delivery"].c

    def to(account: Account) -> ColumnElement[bool]:
        platform, tenant, user = account
        return and_(delivery.platform == platform, delivery.tenant == tenant, delivery.user == user)

    def at(place: Account) -> ColumnElement[bool]:
        return delivery.place == "|".join((*place, ""))

    return _any((delivery.person_id == trail.person, *map(to, trail.accounts), *map(at, trail.conversations)))


def told_about(trail: Trail) -> ColumnElement[bool]:
    """Tell which deliveries went to others about what they asked, or said by name."""
    delivery, request, voice = _TABLES["delivery"].c, _TABLES["request"].c, _TABLES["voice"].c
    wanted = select(request.id).where(asked(trail))
    said = select(voice.id).where(voice.person_id == trail.person)
    about = or_(
        and_(delivery.cause_kind.in_((REQUEST, WORD)), delivery.cause_id.in_(wanted)), and_(delivery.cause_kind == VOICE, delivery.cause_id.in_(said))
    )
    return and_(about, delivered(trail).is_not(true()))  # of what has no account, `NOT` would tell nothing


def _told_elsewhere(trail: Trail) -> ColumnElement[bool]:
    outside = _TABLES["outside_exchange"].c
    here = (outside.external_id.startswith("|".join((*place, "")), autoescape=True) for place in trail.conversations)
    return _any((outside.person_id == trail.person, outside.client_email.in_(trail.emails), and_(outside.source == "shortcut", _any(here))))


def _audited(trail: Trail) -> ColumnElement[bool]:
    line, pseudonym = _TABLES["audit"].c, trail.pseudonym or ""
    return or_(line.actor == pseudonym, line.subject == pseudonym)


_OTHERS_REQUEST: Final = ("client_id", "question", "tried", "exchange_id", "sheet_id")
_OTHERS_VOICE: Final = ("person_id", "text", "kind", "language", "said_at")
_RESPONSE: Final = (  # confidential: a helper doesn't see who said what
    *("id", "exchange_id", "request_id", "person_id", "question", "language", "platform", "channel", "site", "department"),
    *("expected", "solved", "trace", "item", "value", "comment", "shared", "answered_at", "voided_at", "class_id"),
)
_TOLD_OTHERS: Final = frozenset({"person_id", "place", "reference", "user", "message", "change_message", "detail", "message_id", "tapped"})
_PUBLISHED: Final = "what a function publishes names its contacts: change the pack or the page; former versions are kept"
_LOG: Final = "the audit log is never rewritten; it says why an operator did something, in the operator's words"
_CAMPAIGN: Final = "what a function teaches may name somebody, and whom it's for may list e-mails: edit the campaign; former versions are kept"
_PSEUDONYM: Final = "a pseudonym stands there, which no longer leads to anybody"

REGISTER: Final[Mapping[str, Kept]] = {
    "person": Kept(
        ties=(_tie("person", "id", "own"),),
        who=("id", "directory_id", "email", "name", "manager"),
        plain=("language", "directory_language", "timezone", "site", "department", "seniority", "segments", "reach"),
    ),
    "identity": Kept(
        ties=_own("identity"),
        who=("person_id", "user", "name", "email"),
        plain=("platform", "tenant", "locale", "spoken_language", "timezone"),
    ),
    "conversation_reference": Kept(
        ties=_own("conversation_reference"),
        who=("person_id", "conversation"),
        plain=("platform", "tenant", "thread", "service_url", "scope", "dead_reason"),
    ),
    "role_grant": Kept(ties=_own("role_grant"), who=("person_id", "granted_by"), plain=("role", "function")),
    "pseudonym": Kept(ties=_own("pseudonym"), who=("person_id", "pseudonym")),
    "event": Kept(
        ties=(Tie(role="own", where=_heard),),
        who=("user", "conversation_key", "reference"),
        words=("replies",),
        plain=("platform", "gesture", "message_id"),
    ),
    "state": Kept(ties=(Tie(role="own", where=_remembered),), who=("state_key",), words=("kept",), plain=("dialog",)),
    "exchange": Kept(
        ties=_own("exchange"),
        who=("person_id",),
        words=("question",),
        plain=("id", "scope", "language", "outcome", "function", "sheet_ids", "chosen_id"),
    ),
    "report": Kept(ties=_own("report"), who=("person_id",), words=("comment",), plain=("exchange_id", "kind", "sheet_id")),
    "gap": Kept(ties=_by("gap", "settled_by"), who=("settled_by",), plain=("id", "function", "decision", "subject")),
    "gap_question": Kept(
        ties=(Tie(role="own", where=_sources),), who=("source",), words=("text", "comment"), plain=("gap_id", "kind", "language", "sheet_id")
    ),
    "profile_draft": Kept(
        ties=_by("profile_draft", "author", "content"), who=("author",), plain=("function", "content"), stays={"content": _PUBLISHED}
    ),
    "catalogue_version": Kept(
        ties=_by("catalogue_version", "author", "content", "digest"),
        who=("author",),
        plain=("digest", "content", "changes"),
        stays={"content": _PUBLISHED, "changes": _PUBLISHED},
    ),
    "audit": Kept(
        ties=(Tie(role="own", where=_audited),),
        who=("actor", "subject"),
        plain=("act", "function", "outcome", "detail", "former_hash", "hash"),
        stays={"detail": _LOG, "actor": _PSEUDONYM, "subject": _PSEUDONYM},
    ),
    "learnt": Kept(plain=("fingerprint", "kept_at", "content"), why="numbers learnt from the catalogue, which is nobody's own"),
    "vector": Kept(plain=("model", "text_hash", "vector"), why="numbers by the hash of a text; neither leads back to the text"),
    "request": Kept(
        ties=(
            _tie("request", "client_id", "client"),
            _tie("request", "expert_id", "expert", *_OTHERS_REQUEST),
            _tie("request", "keeper_id", "keeper", *_OTHERS_REQUEST),
        ),
        who=("client_id", "expert_id", "keeper_id", "desk", "desk_key"),
        words=("question",),
        plain=("id", "exchange_id", "function", "sheet_id", "language", "tried", "status", "outcome", "desk_language", "thread", "reply_to"),
    ),
    "request_word": Kept(
        ties=(
            _tie("request_word", "author_id", "author"),
            Tie(role="client", where=_said_to_them, hides=frozenset({"source_key", "source_message"})),
            # what an expert proposed and nobody sent wasn't said to them
            Tie(role="client", where=_about_their_request("request_word", "request_id"), hides=frozenset({"author_id", "text", "source_key"})),
        ),
        who=("author_id", "source_key"),
        words=("text",),
        plain=("request_id", "side", "state", "source_message"),
    ),
    "request_step": Kept(
        ties=(_tie("request_step", "person_id", "own"), Tie(role="client", where=_about_their_request("request_step", "request_id"))),
        who=("person_id",),
        plain=("request_id", "step", "function"),
    ),
    "binding": Kept(ties=_by("binding", "bound_by"), who=("bound_by",), plain=("function", "service", "reference", "key", "language", "dead")),
    "exchange_source": Kept(ties=_by("exchange_source", "created_by", "token_hash"), who=("created_by",), plain=("name", "token_hash")),
    "outside_exchange": Kept(
        ties=(Tie(role="client", where=_told_elsewhere),),
        who=("person_id", "client_email", "external_id"),
        plain=("id", "source", "function", "service", "state", "outcome"),
    ),
    "feedback": Kept(
        ties=(_tie("feedback", "person_id", "client"), _tie("feedback", "helper_id", "helper", *_RESPONSE)),
        who=("person_id", "helper_id", "site", "department"),
        words=("question", "comment"),
        plain=(
            *("id", "exchange_id", "occasion", "function", "service", "request_id", "tool", "language", "platform", "channel", "outcome"),
            *("solved", "item", "value", "shared", "class_id"),
        ),
    ),
    "expectation": Kept(ties=_own("expectation"), who=("person_id",), plain=("request_id",)),
    "pause": Kept(ties=_own("pause"), who=("person_id",), plain=("function",)),
    "function_limit": Kept(ties=_by("function_limit", "changed_by"), who=("changed_by",), plain=("function",)),
    "delivery": Kept(
        ties=(Tie(role="own", where=delivered), Tie(role="subject", where=told_about, hides=_TOLD_OTHERS)),
        who=("person_id", "place", "reference", "user"),
        words=("message", "change_message", "detail"),
        plain=(
            *("kind", "cause_kind", "cause_id", "function", "step", "variant", "platform", "tenant", "lane", "doubt", "tapped", "status", "reason"),
            *("message_id", "change"),
        ),
    ),
    "delivery_tally": Kept(plain=("kind",), why="how many deliveries there were"),
    "workspace": Kept(plain=("platform", "tenant", "owner"), why="a whole workspace or tenant; `owner` is a process"),
    "grain": Kept(plain=("function", "grain"), why="how fine a function's figures are"),
    "published_period": Kept(plain=("function", "grain", "solved", "traces"), why="figures of five people and more"),
    "anonymity_class": Kept(
        plain=("id", "function", "grain", "service", "department", "site", "platform", "channel", "occasion", "solved", "traces"),
        why="figures of five people and more",
    ),
    "published_measure": Kept(plain=("function", "measure", "values"), why="figures of five people and more"),
    "theme": Kept(plain=("id", "function", "words", "traces"), why="words that several people used, personal data masked"),
    "improvement": Kept(ties=(_tie("improvement", "noted_by", "author"),), who=("noted_by",), words=("text", "done"), plain=("id", "function")),
    "voice": Kept(
        ties=(
            _tie("voice", "person_id", "author"),
            _tie("voice", "answered_by", "answerer", *_OTHERS_VOICE),
            _tie("voice", "closed_by", "closer", *_OTHERS_VOICE),
        ),
        who=("person_id", "answered_by", "closed_by"),
        words=("text", "answer", "outcome"),
        plain=("id", "function", "kind", "language", "state", "desk_language"),
    ),
    "anonymous_voice": Kept(
        words=("text", "answer", "outcome"),
        plain=("month", "function", "kind", "receipt_hash", "state"),
        why="nobody knows who said it, so nobody can find it",
    ),
    "anonymous_pending": Kept(plain=("content",), why="encrypted, and nobody knows who said it"),
    "attachment": Kept(
        ties=_own("attachment"),
        who=("person_id",),
        plain=("key", "name", "content_type", "content"),
    ),
    "export": Kept(ties=_own("export"), who=("person_id",), words=("reason", "failure"), plain=("id", "language", "form", "filters", "depth")),
    "campaign": Kept(
        ties=(*_by("campaign", "edited_by"), *_by("campaign", "asked_by"), *_by("campaign", "approved_by")),
        who=("edited_by", "asked_by", "approved_by"),
        plain=("name", "function", "topic", "status", "content", "replanned", "cursor", "verdict"),
        stays={"content": _CAMPAIGN},
    ),
    "campaign_version": Kept(ties=_by("campaign_version", "by"), who=("by",), plain=("campaign", "content"), stays={"content": _CAMPAIGN}),
    "campaign_picture": Kept(plain=("campaign", "file", "key", "content_type", "content"), why="a picture that a function shows to everybody"),
    "campaign_rule": Kept(ties=_by("campaign_rule", "changed_by"), who=("changed_by",), plain=("function",)),
    "campaign_member": Kept(
        ties=_own("campaign_member"), who=("person_id",), plain=("campaign", "arm", "team", "stage_before", "segments", "step_id")
    ),
    "step_response": Kept(ties=_own("step_response"), who=("person_id",), words=("answer",), plain=("campaign", "step", "does")),
    "evidence": Kept(ties=_own("evidence"), who=("person_id",), plain=("function", "topic", "kind", "source", "campaign", "step")),
    "standing": Kept(ties=_own("standing"), who=("person_id",), plain=("function", "topic", "stage")),
    "standing_move": Kept(ties=_own("standing_move"), who=("person_id",), plain=("function", "topic", "former", "stage", "because")),
    "evidence_mark": Kept(plain=("source", "after"), why="how far a table was read"),
    "campaign_chunk": Kept(
        plain=("campaign", "upto", "cursor"), why="how far a directory was looked through: ids as marks, for the minutes in which it's planned"
    ),
    "process": Kept(plain=("id", "role", "runner", "host", "version", "fingerprint"), why="programs, and the servers that they run on"),
    "tick": Kept(plain=("job",), why="when a clock last asked for a job"),
    "deployment": Kept(plain=("id", "moved_to", "moved_from"), why="the installation itself"),
    "move": Kept(plain=("table_name", "last_key", "checksum"), why="how far a table was copied: a key as a mark, while the move lasts"),
    "audience_grant": Kept(ties=_own("audience_grant"), who=("person_id", "granted_by"), plain=("function", "kind", "value")),
}


def table(name: str) -> Table:
    """Return a table of the register."""
    return _TABLES[name]


def theirs(name: str, trail: Trail) -> ColumnElement[bool]:
    """Tell which rows of a table belong to somebody, in whatever way; for a table under pseudonyms, none where they have none."""
    return _any(tie.where(trail) for tie in REGISTER[name].ties)
