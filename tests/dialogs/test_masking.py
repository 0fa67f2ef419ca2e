"""Masking: what is personal goes, what isn't stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.po import texts
from dialogs.masking import NO_NAMES, bare, masked, names_of, shown

NAMES = names_of(["Alice Martin", "Jean-Paul Le Goff", "Maëlys de La Tour", "Inès", "Élodie Petit", "A B C D E F G"])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("écrivez à alice.martin@solane.example.", "écrivez à ⟨email⟩."),
        ("mon mail o'neil+rh@mail.solane.co.uk ne marche pas", "mon mail ⟨email⟩ ne marche pas"),
        ("appelez le 06 12 34 56 78", "appelez le ⟨phone⟩"),
        ("appelez le 06.12.34.56.78, merci", "appelez le ⟨phone⟩, merci"),
        ("mon 0612345678 est coupé", "mon ⟨phone⟩ est coupé"),
        ("06\N{NO-BREAK SPACE}12\N{NO-BREAK SPACE}34\N{NO-BREAK SPACE}56\N{NO-BREAK SPACE}78", "⟨phone⟩"),
        ("+33 6 12 34 56 78", "⟨phone⟩"),
        ("+33 (0)6 12 34 56 78", "⟨phone⟩"),
        ("0033612345678", "⟨phone⟩"),
        ("call +44 20 7946 0958 please", "call ⟨phone⟩ please"),
        ("call +1 (212) 555-0123", "call ⟨phone⟩"),
        ("my number is 020 7946 0958", "my number is ⟨phone⟩"),
        ("07700 900123", "⟨phone⟩"),
        ("(212) 555-0123 or 212-555-0123", "⟨phone⟩ or ⟨phone⟩"),
        ("001 212 555 0123", "⟨phone⟩"),
        ("FR76 3000 6000 0112 3456 7890 189 est mon compte", "⟨iban⟩ est mon compte"),
        ("fr1420041010050500013m02606", "⟨iban⟩"),
        ("BE68 5390 0754 7034 pour moi", "⟨iban⟩ pour moi"),
        ("GB29 NWBK 6016 1331 9268 19.", "⟨iban⟩."),
        ("mon numéro est 1 84 12 76 451 089 46", "mon numéro est ⟨social⟩"),
        ("284122A451089", "⟨social⟩"),
        ("la carte 4539 1488 0343 6467 est refusée", "la carte ⟨card⟩ est refusée"),
        ("4539148803436467", "⟨card⟩"),
        ("3782 822463 10005", "⟨card⟩"),
        ("4539 1488 0343 6468", "⟨number⟩"),
        ("badge 123456789", "badge ⟨number⟩"),
        ("ma voiture AB-123-CD", "ma voiture ⟨plate⟩"),
        ("ma voiture AB 123 CD est en panne", "ma voiture ⟨plate⟩ est en panne"),
        ("ab-123-cd ou ab123cd", "⟨plate⟩ ou ⟨plate⟩"),
        ("plaque 1234 AB 75", "plaque ⟨plate⟩"),
        ("registration AB12 CDE", "registration ⟨plate⟩"),
        ("le badge d'Alice Martin", "le badge d'⟨name⟩"),
        ("MARTIN Alice n'a plus accès", "⟨name⟩ n'a plus accès"),
        ("alice martin's badge", "⟨name⟩'s badge"),
        ("Mme Martin et M. Le Goff", "⟨name⟩ et ⟨name⟩"),
        ("jean paul le goff, le goff jean-paul et Jean Goff", "⟨name⟩, ⟨name⟩ et ⟨name⟩"),
        ("maelys de la tour", "⟨name⟩"),
        ("MARTIN, Alice", "⟨name⟩"),
        ("Elodie Petit; ELODIE PETIT", "⟨name⟩; ⟨name⟩"),
        ("Alice Martin (06 12 34 56 78, alice@solane.example)", "⟨name⟩ (⟨phone⟩, ⟨email⟩)"),
    ],
)
def test_what_is_personal_is_masked(said: str, expected: str) -> None:
    assert masked(said, NAMES) == expected


@pytest.mark.parametrize(
    "said",
    [
        "une commande de 1 500 000 € hors taxes",
        "au-dessus de 25 000 euros, qui signe ?",
        "250000 EUR, 1.250.000,00 € or £1,250,000",
        "+1 500 000 euros de budget",
        "le 01/02/2026 à 10:30, jusqu'au 01.02.2026 10:30",
        "le 01 02 2026 10 h 30",
        "20261120",
        "2026-11-20T10:30",
        "la salle B12.034, au 3e étage, poste 3210",
        "la salle en 123 au fond",
        "le local BE12 est vide hier",
        "RH12 POUR TOUS",
        "version 10.2.345.6789",
        "192.168.100.200",
        "Windows 11, ISO 27001, TVA 20 %",
        "le code 4711-0815",
        "Alice a oublié son badge, Martin aussi",
        "Inès est en congé",
        "Alice et Martin",
        "prenez Alice. – Martin aussi",
        "A B C D E F G",
        "a@b, @alice ou 3 @ 5",
        "facture FA-2026-00123",
        "",
    ],
)
def test_what_is_not_personal_stays(said: str) -> None:
    assert masked(said, NAMES) == said


def test_without_names_nobody_is_named() -> None:
    assert masked("Alice Martin", NO_NAMES) == "Alice Martin"
    assert names_of(["Inès", "", "7"]) == NO_NAMES


def test_a_mask_is_said_in_the_readers_language() -> None:
    every = "⟨email⟩ ⟨phone⟩ ⟨iban⟩ ⟨social⟩ ⟨card⟩ ⟨plate⟩ ⟨number⟩ ⟨name⟩ ⟨other⟩"
    assert shown(texts("en"), every) == (
        "⟨e-mail⟩ ⟨telephone⟩ ⟨account number⟩ ⟨social security number⟩ ⟨card number⟩ ⟨licence plate⟩ ⟨number⟩ ⟨name⟩ ⟨other⟩"
    )


@pytest.mark.parametrize(
    ("masked_text", "expected"),
    [("le badge de ⟨name⟩ est perdu", "le badge de est perdu"), ("⟨name⟩ ⟨phone⟩", ""), ("rien à masquer", "rien à masquer")],
)
def test_a_way_to_ask_has_no_masks(masked_text: str, expected: str) -> None:
    assert bare(masked_text) == expected


PERSONAL = st.sampled_from(
    [
        "alice.martin@solane.example",
        "06 12 34 56 78",
        "+33612345678",
        "FR7630006000011234567890189",
        "184127645108946",
        "4539148803436467",
        "Martin Alice",
    ]
)


@given(st.text())
def test_masking_twice_is_masking_once(said: str) -> None:
    once = masked(said, NAMES)
    assert masked(once, NAMES) == once


@given(st.lists(st.text(alphabet="abcdefghij éàù", max_size=12), max_size=4), PERSONAL, st.sampled_from(["", ".", ",", " !", " ?"]))
def test_no_personal_text_survives_among_words(words: list[str], personal: str, end: str) -> None:
    said = " ".join((*words, personal)) + end
    assert personal not in masked(said, NAMES)


@given(st.text(alphabet="abcdefghij éàù'-.,?!ABC 0123 "))
def test_words_and_short_numbers_stay(said: str) -> None:
    short = " x ".join(part[:8] for part in said.split())
    if sum(letter.isdigit() for letter in short) < 8:
        assert masked(short) == short


@given(st.integers(min_value=0, max_value=99_999_999))
def test_no_number_of_eight_digits_is_masked(number: int) -> None:
    for said in (f"{number} €", f"{number:,} €".replace(",", " "), f"{number:,} €"):
        assert masked(said) == said
