"""A refusal says what one may not do, why, who may, and whom to ask; nobody else reads it, and the audit log knows of it."""

from dataclasses import replace

import pytest

from dialogs.actions import ListContent, WriteSheet
from dialogs.catalog import LANGUAGES, Language
from dialogs.events import Reference, Scope
from dialogs.facts import Refused
from dialogs.messages import Place, Title
from dialogs.refusal import refused
from dialogs.rights import Act
from tests.company import ALICE, DANA
from tests.conversation import CHANNEL, DIRECT, asks_form, said, taps
from tests.dialogs.told import context, fact, message, words


def test_what_why_who_and_whom_to_ask() -> None:
    turn = refused(taps(ListContent(slug="it")), context(language="en"), Act.WRITE_CONTENT, "it", "it_laptop")
    assert words(turn).splitlines() == [
        "[IT · Information Technology] You can't write what I answer here",
        "It speaks for the function, so only those it has chosen write it.",
        "Who may, for each function: authors, owners, admins.",
        "Please ask Malik Benali (malik.benali@vaubert.example), or an admin of pourqui, who can give you this right.",
    ]
    assert fact(turn) == Refused(act=Act.WRITE_CONTENT, function="it", subject="it_laptop")
    assert turn.state is None


@pytest.mark.parametrize("function", ["finance", "gone", None])
def test_without_a_contact_the_admins_are_asked(function: str | None) -> None:
    turn = refused(said("lacunes"), context(language="en"), Act.READ_GAPS, function)
    assert words(turn).splitlines()[-2:] == [
        "Who may, for each function: experts, authors, owners, admins.",
        "Please ask an admin of pourqui: they can give you this right.",
    ]
    assert fact(turn) == Refused(act=Act.READ_GAPS, function=function)
    (title,) = (block for block in message(turn).blocks if isinstance(block, Title))
    assert title.badge == ("Finance" if function == "finance" else None)


def test_nobody_is_told_to_ask_themselves() -> None:
    malik = replace(ALICE, name="Malik Benali", email="malik.benali@vaubert.example")
    told = words(refused(said("interview"), context(malik, language="en"), Act.DRAFT_PROFILE, "it"))
    assert "Malik" not in told
    assert "Please ask an admin of pourqui" in told


def test_what_concerns_the_whole_company_names_its_roles() -> None:
    assert "Who may: admins, auditors." in words(refused(said("?"), context(language="en"), Act.READ_AUDIT, None))
    assert "Who may: admins." in words(refused(said("?"), context(language="en"), Act.RESTORE_CONTENT, None))


def test_who_is_not_linked_learns_that_this_comes_first() -> None:
    told = words(refused(said("contenu"), context(DANA, language="en"), Act.WRITE_CONTENT, "it"))
    assert told.splitlines()[-1] == "I can't place you in the directory yet, and rights go with the directory."


@pytest.mark.parametrize(("where", "place"), [(DIRECT, Place.HERE), (CHANNEL, Place.PRIVATE), (replace(DIRECT, scope=Scope.GROUP), Place.PRIVATE)])
def test_only_the_person_reads_it(where: Reference, place: Place) -> None:
    for event in (said("contenu", where=where), asks_form(WriteSheet(slug="it"), where=where)):
        assert message(refused(event, context(), Act.WRITE_CONTENT, "it")).place is place


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("act", Act)
def test_every_act_has_words_of_its_own(act: Act, language: Language) -> None:
    told = [words(refused(said("?"), context(language=language), other, None)).splitlines() for other in Act]
    mine = words(refused(said("?"), context(language=language), act, None)).splitlines()
    assert [lines[0] for lines in told].count(mine[0]) == 1
    assert len(mine) == 4
    assert all(mine)
