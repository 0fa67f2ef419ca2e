"""Packs in folders, as their tests read and compare them."""

import difflib
from datetime import date
from pathlib import Path

from bot.packs import read_pack
from dialogs.catalog import Catalogue, Entry, Localized, Sheet

PACKS = Path(__file__).parent / "packs"
FINANCE = "functions/finance.yaml"
NEW = Entry(id="fin_vat", question=Localized(fr="Quelle TVA ?", en="Which VAT?"), reply=Localized(en="20% mostly."), checked=date(2026, 11, 20))
BY_HAND = """\
# Finance, kept by Claire
slug: finance
names: {fr: "Finances", en: 'Finance'}   # both short
also: [DAF,
       compta]
contacts:
- {name: Claire Morel, email: claire.morel@nord.example, mandate: false}
services:

  # The one that everybody asks for
  - link: https://nord.example
    id: fin_expenses
    title:
      fr: Notes de frais
      en: 'Expense''s claims'
    body:
      fr: |
        Photographiez le ticket.

        Puis attendez.

      en: >-
        Take a photo,
        then wait.
    audience: [all]
    tarif: {kind: money, amount: 12.50, currency: EUR}   # since 2024

  # Only in winter
  - id: fin_heating
    title: {en: Heating}
    body: {en: Ask.}
    phrasings:
      en:
        - heat
        # said on the phone
        - it is cold
entries:
  - id: fin_vat
    question: {en: VAT?}
    reply: {en: Yes.}
    phrasings:
     en:
      - vat
proof: []
"""
HAND_COMPANY = "name: Nord\nsegments: {sales: {fr: Ventes, en: Sales}}\n"


def read(folder: Path) -> Catalogue:
    reading = read_pack(folder)
    assert reading.mistakes == ()
    assert reading.catalogue is not None
    return reading.catalogue


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def find(catalogue: Catalogue, id_: str) -> Sheet:
    found = catalogue.sheet(id_)
    assert found is not None
    return found[1]


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]
