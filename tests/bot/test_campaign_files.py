"""A campaign's file is read whole, with its pictures, or everything that's wrong with it is said at once, where an editor can jump to."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.campaign_files import campaign_files, read_campaign
from bot.campaign_pictures import SIDE_LIMIT, SIZE_LIMIT, PictureFile, measure, read_picture
from bot.pack_schemas import schemas
from bot.packs import read_pack, sample_folder
from bot.po import texts
from bot.yaml_source import read_yaml
from dialogs.campaign import Campaign
from dialogs.campaign_rules import Places
from dialogs.catalog import Localized
from dialogs.written import Raw, as_written
from tests.bot.campaign_folders import PLACES, TODAY, png, read, spoil, text_of, write
from tests.company import CATALOGUE
from tests.dialogs.campaigns import DRAFT, FULL, READY
from tests.examples import examples

T = texts("en")
JPEG = bytes.fromhex("ffd8ffe0 0010 4a46494600010101000100010000ffffc4 0004 0000ff01ffc0 000b 08 0020 0040 01 01 11 00ffd9")
GIF = b"GIF89a" + (300).to_bytes(2, "little") + (200).to_bytes(2, "little") + b"\x00\x00\x00;"

Said = Callable[[str, str], list[str]]


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """The file of a campaign without a mistake, to spoil."""
    return write(tmp_path / "campaigns", FULL)


@pytest.fixture
def said(full: Path) -> Said:
    """Return what is said when some words of the file are replaced."""

    def spoilt(before: str, after: str) -> list[str]:
        spoil(full, before, after)
        return [str(mistake).removeprefix(str(full)) for mistake in read(full).mistakes]

    return spoilt


@pytest.mark.parametrize("campaign", [DRAFT, READY, FULL], ids=lambda campaign: campaign.name)
def test_a_campaign_is_read_as_it_was_written(tmp_path: Path, campaign: Campaign) -> None:
    reading = read(write(tmp_path, campaign))
    assert (reading.campaign, reading.mistakes) == (campaign, ())


def test_its_pictures_are_read_with_it(full: Path) -> None:
    reading = read(full)
    assert reading.pictures == {"depot.png": PictureFile(content_type="image/png", content=png())}
    assert (reading.warnings, reading.obstacles) == ((), ())


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("name: passphrases", "name: passphrase", ':1: name: the name "passphrase" isn\'t the file\'s name; '
         "rename the file to passphrase.yaml, or write the name passphrases"),
        ("function: it\n", "", ":1: function: this key is missing; add function: …"),
        ("topic: passwords", "theme: passwords", ":4: theme: this key isn't known; remove it, or use one of name, function, titles, topic, "
         "objective, audience, period, control, wave, priority, steps, exits"),
        ("topic: passwords", "topics: passwords", ":4: topics: this key isn't known; did you mean topic?"),
        ("stage: action", "stage: actoin", ':7: objective.stage: "actoin" isn\'t one of the choices; did you mean action?'),
        ("stage: action", "stage: agir", ':7: objective.stage: "agir" isn\'t one of the choices; '
         "use one of unaware, awareness, comprehension, conviction, action"),
        ("stage: awareness", "stage: 5", ":17: steps[0].stage: 5 isn't one of the choices; "
         "use one of unaware, awareness, comprehension, conviction, action"),
        ("    stage: awareness\n", "", ":16: steps[0].stage: this key is missing; add stage: unaware|awareness|comprehension|conviction|action"),
        ("{kind: measured}", "{kind: guessed}", ':8: objective.benchmark: "guessed" isn\'t a kind of benchmark; '
         "start with one of {kind: measured}, {kind: declared}"),
        ("{kind: measured}", "0.2", ":8: objective.benchmark: 0.2 isn't a kind of benchmark; start with one of {kind: measured}, {kind: declared}"),
        ("{kind: measured}", "{kind: declared, share: 0.3}", ":8: objective.benchmark.source: this key is missing; add source: {fr: …, en: …}"),
        ("target: 0.4", 'target: "0.4"', ':9: objective.target: "0.4" isn\'t a number; write a number without quotes, for instance 5'),
        ("people: 200", "people: 20.5", ":13: wave.people: 20.5 isn't a whole number; write a number without quotes, for instance 5"),
        ("people: 200", "people: true", ":13: wave.people: true isn't a whole number; write a number without quotes, for instance 5"),
        ("{people: 200}", "{}", ":13: wave.people: this key is missing; add people: 5"),
        ("starts: 2026-12-01", "starts: 1/12/2026", ':11: period.starts: "1/12/2026" isn\'t a date; '
         "write the year, the month and the day, for instance 2026-09-01"),
        ('at: "2026-12-08T10:00:00"', "at: 2026-12-08", ':63: steps[2].at: "2026-12-08" isn\'t a day with a time; '
         "write the day and the time, without a time zone, for instance 2026-09-01T10:00"),
        ('at: "2026-12-08T10:00:00"', "at: 2026-12-08T10:00:00+01:00", ':63: steps[2].at: "2026-12-08T10:00:00+01:00" isn\'t a time by everybody\'s '
         "own clock; write the day and the time, without a time zone, for instance 2026-09-01T10:00"),
        ("priority: high", "priority: urgent", ':14: priority: "urgent" isn\'t one of the choices; use one of high, normal, low'),
        ("{does: more}", "{}", ":45: steps[1].buttons[0].does: this key is missing; add does: more|done|later|reply|ask|link"),
        ("segments: [sales, field]", "everyone: yes", ':10: audience.include[0].everyone: "yes" isn\'t true or false; '
         "write true or false, without quotes"),
        ("[gesture, service_used]", "[gestures]", ':95: exits[0].by[0]: "gestures" isn\'t one of the choices; did you mean gesture?'),
        ("depot.png", "depot.jpg", ':43: steps[1].picture.file: there\'s no picture "depot.jpg"; '
         "put it beside the campaign's file, or check its name"),
        ("depot.png", "../depot.png", ':43: steps[1].picture.file: "../depot.png" isn\'t a file beside the campaign\'s; '
         "write its name, or pictures/phone.png in a folder beside it"),
        ("name: passphrases", "- name", ":2: this isn't YAML (expected <block end>, but found '?'); "
         "check the indentation, the quotes and the brackets here and on the line before"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(said: Said, before: str, after: str, expected: str) -> None:
    assert said(before, after) == [expected]


def test_every_mistake_is_said_at_once_in_the_order_of_lines(said: Said, full: Path) -> None:
    spoil(full, "function: it", "function: itt")
    spoil(full, "target: 0.4", "target: 4")
    spoil(full, "does: ask", "does: aks")
    lines = [line.split(": ")[0:2] for line in said("right: 2", "right: 9")]
    assert lines == [[":2", "function"], [":9", "objective.target"], [":45", "steps[1].buttons[1].does"], [":61", "steps[2].question.right"]]


@pytest.mark.parametrize(("content", "told"), [("", "the file is empty"), ("5", "5 isn't a set of keys"), ("[]", "a list isn't a set of keys")])
def test_what_is_no_campaign_at_all_is_said_once(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(content, encoding="utf-8")
    (mistake,) = read(file).mistakes
    assert (mistake.line, mistake.what) == (1, told)


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    assert [str(mistake) for mistake in read(tmp_path / "nowhere.yaml").mistakes] == [
        f"{tmp_path}/nowhere.yaml:1: the file is missing; create it; the sample company shows its form"
    ]


def test_mistakes_are_said_in_french(full: Path) -> None:
    spoil(full, "starts: 2026-12-01", "starts: demain")
    (mistake,) = read(full, language="fr").mistakes
    assert "n’est pas une date" in mistake.what


# --- what is worth a look ------------------------------------------------------------------------------------------------------------------------


def test_a_remark_on_the_posture_is_told_with_its_line(full: Path) -> None:
    spoil(full, "Length matters more than signs.", "Users don't understand passwords.")
    reading = read(full)
    assert reading.campaign is not None
    (warning,) = reading.warnings
    assert (warning.line, warning.path) == (62, "steps[2].question.explain.en")
    assert "the others are the problem" in warning.what
    assert warning.fix


def test_a_function_s_own_names_are_no_unknown_acronyms(full: Path) -> None:
    spoil(full, "Length matters more than signs.", "DSI and DAF use them too.")
    assert read(full).warnings == ()
    spoil(full, "DSI and DAF use them too.", "The QZX uses them too.")
    (warning,) = read(full).warnings
    assert warning.what.startswith('"QZX": ')


def test_a_missing_language_is_said_once(full: Path) -> None:
    spoil(full, ", en: Passphrases}", "}")
    assert [warning.what for warning in read(full).warnings] == ["the text is missing in English"]


def test_a_picture_that_nothing_shows_is_said(full: Path) -> None:
    (full.parent / "forgotten.GIF").write_bytes(GIF)
    (full.parent / "notes.txt").write_text("not a picture", encoding="utf-8")
    assert [str(warning) for warning in read(full).warnings] == [
        f"{full.parent}/forgotten.GIF:1: no campaign shows this picture; remove it, or name it in a message"
    ]
    write(full.parent, replace(DRAFT, titles=Localized(en="forgotten.GIF")))
    assert read(full).warnings == ()


def test_what_is_still_needed_is_no_mistake(tmp_path: Path) -> None:
    reading = read(write(tmp_path, DRAFT))
    assert reading.campaign == DRAFT
    assert [obstacle.path for obstacle in reading.obstacles][:2] == ["objective.task", "objective.stage"]


# --- pictures ------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "measured"),
    [
        (png(3, 5), ("image/png", 3, 5)),
        (JPEG, ("image/jpeg", 64, 32)),
        (GIF, ("image/gif", 300, 200)),
        (b"", None),
        (b"<svg/>", None),
        (png()[:15], None),
        (png(0, 0), None),
        (b"GIF89a", None),
        (JPEG[:20], None),
        (b"\xff\xd8\xff" + b"\xff" * 60, None),
        (b"\xff\xd8\xff\xe0\x00\x00" + b"\x00" * 60, None),
    ],
)
def test_a_picture_is_told_by_what_it_holds(content: bytes, measured: tuple[str, int, int] | None) -> None:
    assert measure(content) == measured


@settings(max_examples=examples(100))
@given(start=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"\xff\xd8\xff", JPEG[:20]]), rest=st.binary(max_size=64))
def test_any_bytes_are_measured_or_refused(start: bytes, rest: bytes) -> None:
    measured = measure(start + rest)
    assert measured is None or min(measured[1:]) > 0


def test_a_picture_must_be_one_and_fit(tmp_path: Path) -> None:
    (tmp_path / "wide.png").write_bytes(png(SIDE_LIMIT + 1, 1))
    (tmp_path / "heavy.gif").write_bytes(GIF + bytes(SIZE_LIMIT))
    (tmp_path / "page.png").write_text("<html>", encoding="utf-8")
    (tmp_path / "fits.jpg").write_bytes(JPEG)
    assert read_picture(tmp_path, "fits.jpg", T) == PictureFile(content_type="image/jpeg", content=JPEG)
    assert read_picture(tmp_path, "wide.png", T) == ('the picture "wide.png" has 4097 × 1 pixels, 4096 a side at most', "make it smaller")
    assert read_picture(tmp_path, "heavy.gif", T) == ('the picture "heavy.gif" is larger than 1 MB', "save it smaller, as a PNG or a JPEG")
    assert read_picture(tmp_path, "page.png", T) == ('"page.png" isn\'t a picture', "save it as a PNG, a JPEG or a GIF")


def test_no_picture_is_read_from_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "campaigns"
    (folder / "pictures").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(png())
    (folder / "pictures" / "inside.png").write_bytes(png())
    (folder / "out.png").symlink_to(tmp_path / "secret.png")
    (folder / "in.png").symlink_to(folder / "pictures" / "inside.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    for name in ("../secret.png", str(tmp_path / "secret.png"), "out.png"):
        told = read_picture(folder, name, T)
        assert isinstance(told, tuple)
        assert told[0].endswith("leads out of the campaign's folder")
    for name in ("in.png", "pictures/inside.png"):
        assert isinstance(read_picture(folder, name, T), PictureFile)
    for name in ("loop.png", "pictures", "", "a\0b", "x" * 5_000):
        told = read_picture(folder, name, T)
        assert isinstance(told, tuple)
        assert all(told)


# --- files and folders ---------------------------------------------------------------------------------------------------------------------------


def test_a_folder_s_campaigns_are_read_in_order(tmp_path: Path) -> None:
    files = [write(tmp_path, campaign) for campaign in (READY, FULL)]
    (tmp_path / ".hidden.yaml").write_text("", encoding="utf-8")
    elsewhere = tmp_path / "one.txt"
    assert campaign_files((tmp_path, elsewhere), "en") == ((*sorted(files), elsewhere), ())


def test_what_nobody_would_read_is_a_mistake(tmp_path: Path) -> None:
    first, second, empty = (tmp_path / name for name in ("first", "second", "empty"))
    empty.mkdir()
    one, other = write(first, READY), write(second, READY)
    (second / "late.yml").write_text("", encoding="utf-8")
    files, mistakes = campaign_files((first, second, empty), "en")
    assert files == (one, other)
    assert [str(mistake) for mistake in mistakes] == [
        f"{second}/late.yml:1: this file isn't read; rename it to late.yaml",
        f"{empty}:1: there's no campaign; write a file for each campaign, such as passwords.yaml",
        f'{other}:1: "passwords" is already the campaign of {one}; rename one of the two, and its name in it',
    ]


def test_the_sample_company_s_campaigns_have_no_mistake() -> None:
    pack = read_pack(sample_folder())
    assert pack.catalogue is not None
    places = Places(departments=frozenset(row.department for row in pack.people if row.department))
    files, misplaced = campaign_files((sample_folder() / "campaigns",), "en")
    assert (bool(files), misplaced) == (True, ())
    for file in files:
        reading = read_campaign(file, pack.catalogue, places, language="en", today=TODAY)
        assert [str(mistake) for mistake in reading.mistakes] == []


# --- the schema ----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("campaign", [DRAFT, READY, FULL], ids=lambda campaign: campaign.name)
def test_the_schema_accepts_what_is_right(campaign: Campaign) -> None:
    validator = Draft202012Validator(json.loads(schemas()["campaign.json"]))
    assert [error.message for error in validator.iter_errors(as_written(campaign))] == []


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"name": "Mots de passe"}, ["name"]),
        ({"theme": "x"}, []),
        ({"objective": {"stage": "unaware"}}, ["objective", "stage"]),
        ({"objective": {"target": 40}}, ["objective", "target"]),
        ({"control": {"share": 0.6}}, ["control"]),
        ({"audience": {"include": [{}]}}, ["audience", "include", 0]),
        ({"steps": [{"id": "x", "stage": "action", "kind": "offer", "at": "2026-12-08T10:00Z"}]}, ["steps", 0, "at"]),
    ],
)
def test_the_schema_refuses_what_is_broken(change: dict[str, object], refused: list[str | int]) -> None:
    written: Any = as_written(FULL)
    validator = Draft202012Validator(json.loads(schemas()["campaign.json"]))
    assert [list(error.path) for error in validator.iter_errors({**written, **change})] == [refused]


# --- however mangled -----------------------------------------------------------------------------------------------------------------------------

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["quiz", "action", "unaware", "2026-12-08", "2026-12-08T10:00", "9999-12-31", "1700000000", "0001-01-01T00:00", "sales", "link"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["fr", "en", "kind", "id", "stage", "at", "by", "share", "does", "options", "right", "file"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


def _places(value: Raw, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    match value:
        case dict():
            return [place, *(found for key, item in value.items() for found in _places(item, (*place, key)))]
        case list():
            return [place, *(found for index, item in enumerate(value) for found in _places(item, (*place, index)))]
        case _:
            return [place]


@settings(max_examples=examples(80))
@given(drawn=st.data(), put=_JSON)
def test_whatever_stands_anywhere_is_read_or_said(tmp_path_factory: pytest.TempPathFactory, drawn: st.DataObject, put: object) -> None:
    file = write(tmp_path_factory.mktemp("mangled"), FULL)
    value: Any = read_yaml(file, file.name, T).value
    place = drawn.draw(st.sampled_from(_places(value)[1:]))
    holder = value
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = put
    file.write_text(json.dumps(value), encoding="utf-8")
    reading = read(file)
    assert all(told.what and told.fix and told.line >= 1 for told in (*reading.mistakes, *reading.warnings, *reading.obstacles))


@settings(max_examples=examples(60))
@given(drawn=st.data(), put=st.text(alphabet="ab:-?[]{},&*!|>'\"%@` \n\t#\\xu0é", max_size=6), cut=st.integers(min_value=0, max_value=40))
def test_a_file_that_was_torn_is_read_or_said(tmp_path_factory: pytest.TempPathFactory, drawn: st.DataObject, put: str, cut: int) -> None:
    file = write(tmp_path_factory.mktemp("torn"), FULL)
    text = text_of(FULL)
    at = drawn.draw(st.integers(min_value=0, max_value=len(text)))
    file.write_text(text[:at] + put + text[at + cut :], encoding="utf-8")
    reading = read_campaign(file, CATALOGUE, PLACES, language="fr", today=TODAY)
    assert (reading.campaign is None) == bool(reading.mistakes)
