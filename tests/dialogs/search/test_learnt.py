"""What an index learnt is kept and read again: it answers as before, and only for what it was learnt from."""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dialogs.search import learnt
from dialogs.search.index import Index, fingerprint_of
from dialogs.search.learnt import Learnt
from tests.dialogs.search.conftest import BADGE, CATALOGUE, EVERYBODY, MANAGERS, PASSWORD, Encoding
from tests.dialogs.search.test_index import catalogue_of

QUESTIONS = ("j'ai perdu mon badge", "reset my password please", "what's for lunch today?", "zygomatique", "")


def read_again(index: Index) -> Learnt:
    assert index.learnt is not None
    return Learnt.read(index.learnt.written())


def test_an_index_of_what_was_read_again_answers_to_the_last_digit_as_before(index: Index, encode: Encoding, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read_again(index)
    monkeypatch.setattr(Learnt, "of", None)  # nothing is learnt
    again = Index.build(CATALOGUE, encode.vectors_of(CATALOGUE), before)
    for question in QUESTIONS:
        strange = {word: encode.one(word) for word in index.strange(question)}
        for segments in (EVERYBODY, MANAGERS):
            asked = question, encode.one(question), segments
            assert again.match(*asked, strange) == index.match(*asked, strange)
            assert again.ranked(*asked, 99, strange) == index.ranked(*asked, 99, strange)


def test_it_is_amended_as_any_other(index: Index, encode: Encoding) -> None:
    again = Index.build(CATALOGUE, encode.vectors_of(CATALOGUE), read_again(index))
    fewer = catalogue_of(BADGE, PASSWORD)
    vectors = encode.vectors_of(fewer)
    asked = "j'ai perdu mon badge", encode.one("j'ai perdu mon badge"), EVERYBODY
    assert again.amended(fewer, vectors).ranked(*asked) == index.amended(fewer, vectors).ranked(*asked)
    assert again.amended(fewer, vectors).learnt is None, "its head is another one"


def test_an_empty_catalogue_teaches_nothing() -> None:
    assert Index.build(catalogue_of(), {}).learnt is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive", b"\x80\x04N."])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not what an index learnt"):
        Learnt.read(content)


def test_what_is_cut_short_or_lacks_a_part_is_refused(index: Index) -> None:
    assert index.learnt is not None
    content = index.learnt.written()
    with pytest.raises(ValueError, match="not what an index learnt"):
        Learnt.read(content[: len(content) // 2])
    other = io.BytesIO()
    np.savez(other, idf=np.zeros(3))
    with pytest.raises(ValueError, match="not what an index learnt"):
        Learnt.read(other.getvalue())


def test_another_text_sheet_or_model_has_another_fingerprint() -> None:
    said = replace(BADGE, phrasings=replace(BADGE.phrasings, fr=(*BADGE.phrasings.fr, "zinzolin")))
    moved = replace(BADGE, phrasings=replace(BADGE.phrasings, fr=tuple(reversed(BADGE.phrasings.fr))))
    found = [fingerprint_of(catalogue_of(*sheets), "use-3") for sheets in ((BADGE, PASSWORD), (PASSWORD, BADGE), (said, PASSWORD), (moved, PASSWORD))]
    found.append(fingerprint_of(catalogue_of(BADGE, PASSWORD), "use-4"))
    assert len(set(found)) == len(found)
    assert found[0] == fingerprint_of(catalogue_of(replace(BADGE, owner="amina"), PASSWORD), "use-3"), "no text of it differs"


@pytest.mark.parametrize("changed", ["crossfit.py", "head.py", "text.py"])
def test_another_program_has_another_fingerprint(changed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(Path(learnt.__file__).parent, tmp_path / "search")
    monkeypatch.setattr(learnt, "files", lambda _package: tmp_path / "search")
    program = learnt._program.__wrapped__
    assert program() == learnt._program()
    with (tmp_path / "search" / changed).open("a", encoding="utf-8") as file:
        file.write("# another way\n")
    assert program() != learnt._program()
