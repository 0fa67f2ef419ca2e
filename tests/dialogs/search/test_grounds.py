"""Why this answer: the nearest text, the words in common, whether the person's segment decided."""

from dataclasses import replace

import numpy as np
import pytest

from dialogs.search.index import Index
from dialogs.search.match import Grounds
from tests.dialogs.search.conftest import BADGE, EVERYBODY, MANAGERS, Encoding
from tests.dialogs.search.test_index import LEAVE_ONLY, catalogue_of, found


def told(index: Index, question: str, sheet: str, encode: Encoding, segments: frozenset[str] = EVERYBODY) -> Grounds | None:
    strange = index.strange(question)
    return index.grounds(question, encode.one(question), segments, sheet, dict(zip(strange, encode(strange), strict=True)))


def test_the_nearest_phrasing_and_the_shared_words_as_they_were_written(index: Index, encode: Encoding) -> None:
    grounds = told(index, "J'ai PERDU mes Badges hier", "fac_badge", encode)
    assert grounds is not None
    assert (grounds.nearest, grounds.kind) == ("j'ai perdu mon badge", "phrasing")
    assert grounds.words == ("PERDU", "Badges")
    assert grounds.confidence == found(index, "J'ai PERDU mes Badges hier", encode).confidence
    assert not grounds.segment


@pytest.mark.parametrize(
    ("question", "sheet", "kind"),
    [("Lost or broken badge", "fac_badge", "title"), ("La paie corrige une erreur le mois suivant", "hr_payslip", "sentence")],
)
def test_a_title_or_a_sentence_may_be_what_is_nearest(question: str, sheet: str, kind: str, index: Index, encode: Encoding) -> None:
    grounds = told(index, question, sheet, encode)
    assert grounds is not None
    assert grounds.kind == kind


def test_a_sheet_that_the_question_doesnt_find_has_no_confidence(index: Index, encode: Encoding) -> None:
    grounds = told(index, "j'ai perdu mon badge", "hr_leave", encode)
    assert grounds is not None
    assert grounds.confidence is None


@pytest.mark.parametrize("sheet", ["hr_review", "gone"])
def test_there_is_none_of_a_sheet_that_isnt_theirs_or_isnt_there(sheet: str, index: Index, encode: Encoding) -> None:
    assert told(index, "préparer l'entretien annuel", sheet, encode) is None


def test_nor_in_an_empty_catalogue() -> None:
    assert Index.build(catalogue_of(), {}).grounds("badge", np.zeros(512, dtype=np.float32), EVERYBODY, "badge") is None


def test_it_says_where_the_persons_segment_decided(encode: Encoding) -> None:
    theirs = replace(BADGE, id="badge_managers", audience=("managers",))
    catalogue = catalogue_of(BADGE, theirs, LEAVE_ONLY)
    index = Index.build(catalogue, encode.vectors_of(catalogue))
    question = "my badge stopped working"
    decided = {sheet: told(index, question, sheet, encode, MANAGERS) for sheet in ("badge_managers", "fac_badge")}
    assert {sheet: grounds is not None and grounds.segment for sheet, grounds in decided.items()} == {"badge_managers": True, "fac_badge": False}
