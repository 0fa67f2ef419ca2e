"""A campaign is right wherever it's written, or everything that's wrong with it is said."""

from dataclasses import replace
from typing import Any

import pytest

from dialogs.campaign_rules import Places, faults
from dialogs.catalog import Catalogue
from dialogs.written import Raw, as_written
from tests.company import CATALOGUE, COMPANY, IT
from tests.dialogs.campaigns import DRAFT, FULL, LEARN, READY
from tests.dialogs.ruled import GONE, PLACES, T, changed, said


@pytest.mark.parametrize("campaign", [DRAFT, READY, FULL], ids=lambda campaign: campaign.name)
def test_what_is_right_has_no_fault(campaign: Any) -> None:
    assert said(as_written(campaign)) == []


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (
            "name",
            "Mots de passe",
            'name: "Mots de passe" isn\'t a slug; use the letters a to z, digits, _ and -, 64 at most: for instance mots_de_passe',
        ),
        ("topic", "Passwords!", 'topic: "Passwords!" isn\'t a slug; use the letters a to z, digits, _ and -, 64 at most: for instance passwords'),
        ("titles", {}, "titles: the text is missing in both languages; write at least one: {fr: …, en: …}"),
        ("titles.en", "  ", "titles.en: the text is empty; write it, or remove the key"),
        ("titles.en", "x" * 151, "titles.en: the text has 151 characters, 150 at most; shorten it"),
        ("function", "finances", 'function: the catalogue has no function "finances"; did you mean finance?'),
        ("function", "legal", 'function: the catalogue has no function "legal"; remove it, or use one of finance, it'),
        ("objective.target", 1.2, "objective.target: 1.2 isn't a share above 0, and 1 at most; write it as 0.4"),
        ("objective.target", 40, "objective.target: 40 isn't a share above 0, and 1 at most; write 0.4 for 40%"),
        ("objective.target", 0, "objective.target: 0 isn't a share above 0, and 1 at most; write it as 0.4"),
        ("objective.stage", "unaware", "objective.stage: nobody has to be led to unaware; use one of awareness, comprehension, conviction, action"),
        (
            "objective.benchmark",
            {"kind": "declared", "share": 0.4, "source": {"en": "A survey"}},
            "objective.target: the target (0.4) isn't above the benchmark (0.4); aim higher than where people stand already",
        ),
        (
            "objective.benchmark",
            {"kind": "declared", "share": -0.1, "source": {"en": "A survey"}},
            "objective.benchmark.share: -0.1 isn't a share from 0 to 1; write it as 0.4",
        ),
        ("audience.include.0.segments.0", "sale", 'audience.include.0.segments.0: "sale" isn\'t a segment; did you mean sales?'),
        (
            "audience.include.0.segments.0",
            "everybody",
            'audience.include.0.segments.0: "everybody" isn\'t a segment; remove it, or use one of field, managers, sales',
        ),
        (
            "audience.include.0",
            {"departments": ["VENTES", "Achats"]},
            'audience.include.0.departments.0: nobody is in a department "VENTES"; did you mean Ventes?\n'
            'audience.include.0.departments.1: nobody is in a department "Achats"; remove it, or use one of Exploitation, Ventes',
        ),
        (
            "audience",
            {"include": [{"people": ["a@x.example"], "stages": ["action"]}, {"sites": ["Lyon"], "did": ["event"]}]},
            "audience.include.0.people: people by name can't be chosen by what they know or did: whether they're reached would tell it; "
            "name a group of people instead, or leave stages and did out",
        ),
        (
            "audience",
            {"include": [{"people": ["a@x.example"]}], "exclude": [{"did": ["event"]}]},
            "audience.include.0.people: people by name can't be chosen by what they know or did: whether they're reached would tell it; "
            "name a group of people instead, or leave stages and did out",
        ),
        ("audience.include.0", {"sites": ["Lylle"]}, 'audience.include.0.sites.0: nobody is on a site "Lylle"; did you mean Lille?'),
        ("audience.include.0", {"seniority": ["old"]}, 'audience.include.0.seniority.0: nobody has a seniority "old"; remove it, or use one of new'),
        (
            "audience.include.0",
            {"people": ["alice"]},
            'audience.include.0.people.0: "alice" isn\'t an e-mail address; write it as ines.martin@example.com',
        ),
        ("audience.include.0", {}, "audience.include.0: this names nobody in particular; write everyone: true where everyone is meant"),
        (
            "audience.include.0",
            {"segments": [], "everyone": False},
            "audience.include.0: this names nobody in particular; write everyone: true where everyone is meant",
        ),
        ("audience.exclude.0", {"everyone": True}, "audience.exclude.0: this leaves everyone out; name only those who aren't meant"),
        ("period.ends", "2026-11-30", "period.ends: the period ends before it starts; write a later day"),
        ("period.ends", "2028-12-02", "period.ends: the period is longer than two years; make several campaigns of it"),
        ("period.ends", "9999-12-31", "period.ends: this day is too far away; check its digits"),
        ("period.starts", "0206-12-01", "period.starts: this day is too far away; check its digits"),
        ("control.share", 0.6, "control.share: a control group is above 0, and 50% of the audience at most; write share: 0.2, or leave control out"),
        ("control.share", 0, "control.share: a control group is above 0, and 50% of the audience at most; write share: 0.2, or leave control out"),
        ("wave.people", 0, "wave.people: 0 is too few; write 1 or more"),
        (
            "steps.4.after.time",
            0,
            "steps.4.after.time: a delay is a number from 1 to 1000; write how long after the message before this one is sent",
        ),
        (
            "steps.4.after.time",
            10**12,
            "steps.4.after.time: a delay is a number from 1 to 1000; write how long after the message before this one is sent",
        ),
        ("steps.4.id", "quiz", 'steps.4.id: two messages have the id "quiz"; give each an id of its own'),
        (
            "steps.0.after",
            {"time": 1},
            "steps.0.after: there's no message before the first one; remove it: without it, the first message is sent when the campaign starts",
        ),
        ("steps.1.stage", "unaware", "steps.1.stage: nobody has to be led to unaware; use one of awareness, comprehension, conviction, action"),
        (
            "steps.2.at",
            "2026-12-19T10:00",
            "steps.2.at: this is outside the campaign's period (1 Dec 2026 – 18 Dec 2026); move it into the period, or change the period",
        ),
        (
            "steps.0.at",
            "2026-12-09T10:00",
            "steps.2.at: this is earlier than a message before it; move it after the messages that come before it, or change their order",
        ),
        (
            "steps.2.at",
            "2026-12-08T10:00Z",
            "steps.2.at: \"2026-12-08T10:00Z\" isn't a time by everybody's own clock; "
            "write the day and the time, without a time zone, for instance 2026-09-01T10:00",
        ),
        ("steps.2.at", "", "steps.2.at: the text is empty; write it, or remove the key"),
        (
            "steps.2.after",
            {"time": 2},
            "steps.2.after: the message has more than one time: at, after; keep one of them",
        ),
        (
            "steps.1.picture.file",
            "/etc/passwd",
            "steps.1.picture.file: \"/etc/passwd\" isn't a file beside the campaign's; write its name, or pictures/phone.png in a folder beside it",
        ),
        (
            "steps.1.picture.file",
            "a/../../b.png",
            "steps.1.picture.file: \"a/../../b.png\" isn't a file beside the campaign's; write its name, or pictures/phone.png in a folder beside it",
        ),
        ("steps.1.picture.alt.en", "x" * 301, "steps.1.picture.alt.en: the text has 301 characters, 300 at most; shorten it"),
        ("steps.1.content.en", "x" * 2_001, "steps.1.content.en: the text has 2001 characters, 2000 at most; shorten it"),
        (
            "steps.1.content",
            GONE,
            "steps.1.variants: there are variants, and no default; write content: {fr: …, en: …}: those who get no variant read it",
        ),
        ("steps.1.variants.1.id", "for_sales", 'steps.1.variants.1.id: two variants have the id "for_sales"; give each an id of its own'),
        ("steps.1.variants.0.share", 0.2, "steps.1.variants.0: a variant is for segments or for a share, not for both; keep one of the two"),
        ("steps.1.variants.0.segments", [], "steps.1.variants.0: this variant is for nobody; write segments: […], or share: 0.5"),
        ("steps.1.variants.0.segments.0", "fields", 'steps.1.variants.0.segments.0: "fields" isn\'t a segment; did you mean field?'),
        ("steps.1.variants.1.share", 0, "steps.1.variants.1.share: 0 isn't a share above 0, and 1 at most; write it as 0.4"),
        (
            "steps.1.buttons.0.sheet",
            "it_passwd",
            'steps.1.buttons.0.sheet: the catalogue has no service or entry "it_passwd"; did you mean it_password?',
        ),
        (
            "steps.1.buttons.1.sheet",
            "it_password",
            'steps.1.buttons.1.sheet: a button that does "ask" shows no sheet; remove it, or write does: more',
        ),
        (
            "steps.1.buttons.1.link",
            "https://x.example",
            'steps.1.buttons.1.link: a button that does "ask" opens no address; remove it, or write does: link',
        ),
        ("steps.1.buttons.1.does", "more", "steps.1.buttons.1: two buttons do more; keep one of the two"),
        ("steps.4.buttons.1.link", GONE, "steps.4.buttons.1: this button opens nothing; write its address: link: https://…"),
        ("steps.4.buttons.1.label", GONE, "steps.4.buttons.1: this button has no words; write label: {fr: …, en: …}"),
        ("steps.4.buttons.1.link", "http://x.example", "steps.4.buttons.1.link: the link isn't secure; write it with https://"),
        ("steps.4.buttons.1.label.en", "x" * 76, "steps.4.buttons.1.label.en: the text has 76 characters, 75 at most; shorten it"),
        (
            "steps.1.buttons",
            [{"does": "more"}, {"does": "ask"}, {"does": "later"}, {"does": "reply"}],
            "steps.1.buttons: there are 4 buttons, 3 at most; keep those that people need most",
        ),
        (
            "steps.2.question",
            GONE,
            "steps.2: a message of the kind quiz asks a question, which is missing; write question: {kind: quiz, ask: {fr: …, en: …}}",
        ),
        (
            "steps.0.question",
            GONE,
            "steps.0: a message of the kind survey asks a question, which is missing; write question: {kind: opinion, ask: {fr: …, en: …}}",
        ),
        (
            "steps.2.kind",
            "opinion",
            'steps.2.question.kind: a message of the kind opinion can\'t ask a question of the kind "quiz"; write kind: opinion',
        ),
        ("steps.2.question.options", [{"en": "one"}], "steps.2.question.options: a quiz has 2 to 4 options; write options: [{fr: …, en: …}, …]"),
        ("steps.2.question.options", GONE, "steps.2.question: a quiz has 2 to 4 options; write options: [{fr: …, en: …}, …]"),
        ("steps.2.question.right", GONE, "steps.2.question: nothing says which option is right; write its number, from 1: right: 1"),
        ("steps.2.question.right", 4, "steps.2.question.right: there's no option 4; write a number from 1 to 3"),
        ("steps.2.question.right", 0, "steps.2.question.right: 0 is too few; write 1 or more"),
        ("steps.2.question.explain.en", "x" * 301, "steps.2.question.explain.en: the text has 301 characters, 300 at most; shorten it"),
        ("steps.3.question.right", 1, "steps.3.question.right: only a quiz has right; remove it, or write kind: quiz"),
        ("exits.0.by", [], "exits.0.by: no kind of evidence is named; write at least one"),
        (
            "exits.0.by.0",
            "quiz",
            "exits.0.by.0: quiz only shows comprehension, which comes before action; use one of service_used, event, imported, gesture",
        ),
        ("exits.0.stage", "unaware", "exits.0.stage: nobody has to be led to unaware; use one of awareness, comprehension, conviction, action"),
        (
            "exits",
            [{"stage": "action", "by": ["event"]}] * 2,
            "exits.1.stage: the stage action has an exit already; write all its kinds of evidence in one place",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_is_and_how_to_mend_it(place: str, value: object, expected: str) -> None:
    assert said(changed(place, value)) == expected.split("\n")


def test_a_time_of_another_century_is_a_slip() -> None:
    assert said(changed("steps.2.at", "9999-12-31T10:00", changed("period", GONE))) == ["steps.2.at: this day is too far away; check its digits"]


def test_the_shares_of_variants_add_up_to_one_at_most() -> None:
    halves = [{"id": f"v{number}", "content": {"en": "Hello"}, "share": 0.1 * number} for number in (1, 2, 7)]
    assert said(changed("steps.1.variants", halves)) == []
    assert said(changed("steps.1.variants", [*halves, {"id": "more", "content": {"en": "Hello"}, "share": 0.05}])) == [
        "steps.1.variants: the variants' shares are 105% together; make them 100% together at most; who gets none reads the default"
    ]


def test_too_many_messages_or_variants_are_said() -> None:
    steps = [{"id": f"s{number}", "stage": "action", "kind": "offer"} for number in range(51)]
    assert said(changed("steps", steps)) == ["steps: there are 51 messages, 50 at most; make several campaigns of it"]
    variants = [{"id": f"v{number}", "content": {"en": "Hello"}, "segments": ["sales"]} for number in range(11)]
    assert said(changed("steps.1.variants", variants)) == ["steps.1.variants: there are 11 variants, 10 at most; keep those that differ most"]


def test_what_the_directory_does_not_know_is_not_checked() -> None:
    written = changed("audience.include.0", {"departments": ["Achats"], "sites": ["Nancy"], "seniority": ["old"]})
    assert said(written, Places()) == []


def test_many_choices_are_cut() -> None:
    many = Places(sites=frozenset(f"Site {number:02}" for number in range(20)))
    (line,) = said(changed("audience.include.0", {"sites": ["Q"]}), many)
    assert line.endswith("use one of " + ", ".join(f"Site {number:02}" for number in range(12)) + ", …")


def test_a_sheet_must_be_there_even_where_the_catalogue_has_none() -> None:
    empty = Catalogue(company=COMPANY, functions=(replace(IT, services=(), entries=()),))
    (fault,) = faults(as_written(replace(READY, steps=(LEARN,))), T, empty, PLACES)
    assert fault.place == ("steps", 0, "buttons", 0, "sheet")


@pytest.mark.parametrize(
    "written", [None, "a text", [], 5, {"steps": "none", "exits": [5, {"stage": 3, "by": "quiz"}], "period": {"starts": 5, "ends": "x"}}]
)
def test_a_wrong_shape_is_passed_over(written: Raw) -> None:
    assert said(written) == []


@pytest.mark.parametrize(
    "place", ["steps.0", "steps.1.variants.0", "steps.2.question", "steps.4.buttons.0", "exits.0", "audience.include.0", "objective"]
)
@pytest.mark.parametrize(
    "value", [None, 5, "x", [None], {"kind": 5, "does": [], "id": {}, "at": 3, "right": "1", "by": {}, "target": "x", "share": True}]
)
def test_a_wrong_shape_anywhere_is_passed_over(place: str, value: object) -> None:
    assert all(fault.what and fault.fix for fault in faults(changed(place, value), T, CATALOGUE, PLACES))
