"""Whatever is edited, the pack reads back as the catalogue that was written."""

import shutil
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pack_writer import write_pack
from bot.packs import read_pack
from dialogs.catalog import Catalogue, Effort, Entry, Free, Localized, Phrasings, Promise
from dialogs.edits import with_phrasing, with_sheet, without_sheet
from dialogs.written import UNSHOWABLE
from tests.bot.pack_folders import BY_HAND, FINANCE, HAND_COMPANY, PACKS, read
from tests.examples import examples

_TEXT = st.text(min_size=1, max_size=40).filter(lambda text: bool(text.strip()) and not UNSHOWABLE.search(text))
_LOCALIZED = st.builds(Localized, fr=_TEXT, en=_TEXT) | st.builds(Localized, en=_TEXT)
_PHRASINGS = st.builds(Phrasings, fr=st.lists(_TEXT, max_size=3).map(tuple), en=st.lists(_TEXT, max_size=3).map(tuple))
_ID = st.sampled_from(["fin_expenses", "fin_late", "fin_new", "fin_newer"])


@st.composite
def edits(draw: st.DrawFn, catalogue: Catalogue) -> Catalogue:
    """A catalogue after a few edits."""
    for _ in range(draw(st.integers(1, 4))):
        function = catalogue.functions[0]
        sheets = list(function.sheets)
        match draw(st.sampled_from(["text", "phrasing", "add", "remove", "order", "profile", "options"])):
            case "text" if sheets:
                sheet = draw(st.sampled_from(sheets))
                title, body = draw(_LOCALIZED), draw(_LOCALIZED)
                changed = (
                    replace(sheet, question=title, reply=body, phrasings=draw(_PHRASINGS))
                    if isinstance(sheet, Entry)
                    else replace(sheet, title=title, body=body, phrasings=draw(_PHRASINGS))
                )
                catalogue = with_sheet(catalogue, function.slug, changed)
            case "phrasing" if sheets:
                catalogue = with_phrasing(catalogue, draw(st.sampled_from(sheets)).id, draw(st.sampled_from(["fr", "en"])), draw(_TEXT))
            case "add":
                known = {sheet.id for sheet in sheets}
                new = f"fin_new_{len(known)}"
                if new not in known:
                    catalogue = with_sheet(catalogue, function.slug, Entry(id=new, question=draw(_LOCALIZED), reply=draw(_LOCALIZED)))
            case "remove" if sheets:
                catalogue = without_sheet(catalogue, draw(st.sampled_from(sheets)).id)
            case "order":
                shuffled = replace(
                    function, services=tuple(draw(st.permutations(function.services))), also=tuple(draw(st.permutations(function.also)))
                )
                catalogue = replace(catalogue, functions=(shuffled, *catalogue.functions[1:]))
            case "profile":
                proof = draw(st.lists(_LOCALIZED, max_size=3).map(tuple))
                drafted = replace(function, purpose=draw(st.none() | _LOCALIZED), posture=draw(st.none() | _LOCALIZED), proof=proof)
                catalogue = replace(catalogue, functions=(drafted, *catalogue.functions[1:]))
            case "options" if function.services:
                service = draw(st.sampled_from(function.services))
                options = replace(
                    service,
                    promise=draw(st.none() | st.builds(Promise, time=st.sampled_from([1.0, 2.5]), unit=st.just("days"), of=st.none() | _LOCALIZED)),
                    tarif=draw(
                        st.none() | st.just(Free(kind="free")) | st.builds(Effort, kind=st.just("effort"), time=st.just(3.0), unit=st.just("hours"))
                    ),
                    included=draw(st.lists(_LOCALIZED, max_size=2).map(tuple)),
                    audience=draw(st.sampled_from([("all",), ("sales",), ("field", "sales")])),
                    link=draw(st.none() | st.just("https://nord.example/?a=1#b")),
                    ask=draw(st.none() | _LOCALIZED),
                )
                catalogue = with_sheet(catalogue, function.slug, options)
            case _:
                pass
    return catalogue


@settings(max_examples=examples(25), deadline=None)
@given(drawn=st.data())
def test_any_edit_reads_back_the_same(tmp_path_factory: pytest.TempPathFactory, drawn: st.DataObject) -> None:
    pack = drawn.draw(st.sampled_from(["small", "by hand"]))
    folder = tmp_path_factory.mktemp("pack") / "pack"
    if pack == "small":
        shutil.copytree(PACKS / "small", folder)
    else:
        (folder / "functions").mkdir(parents=True)
        (folder / "company.yaml").write_text(HAND_COMPANY.replace("}}", "}, field: {en: Field}}"), encoding="utf-8")
        (folder / FINANCE).write_text(BY_HAND, encoding="utf-8")
    after = drawn.draw(edits(read(folder)))
    written = write_pack(after, folder)
    assert written.restyled == (), "what people wrote by hand stays"
    reading = read_pack(folder)
    assert reading.catalogue == after, reading.mistakes
