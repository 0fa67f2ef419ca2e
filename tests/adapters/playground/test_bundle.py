"""What the page takes from others is committed with its licences, and says nothing of where it was fetched."""

import json
import re
from pathlib import Path

PLAYGROUND = Path(__file__).parents[3] / "adapters" / "playground"


def test_every_bundled_package_has_its_licence_beside_it() -> None:
    licences = (PLAYGROUND / "static" / "vendor" / "LICENSES.txt").read_text(encoding="utf-8")
    for name in ("adaptivecards 3.", "slack-blocks-to-jsx 1.", "preact ", "markdown-it "):
        assert f"\n{name}" in f"\n{licences}"
    assert "holds no licence file" not in licences


def test_the_lock_names_hashes_and_no_address() -> None:
    lock = json.loads((PLAYGROUND / "web" / "package-lock.json").read_text(encoding="utf-8"))
    fetched = [package for path, package in lock["packages"].items() if path]
    assert all("resolved" not in package and package["integrity"].startswith("sha512-") for package in fetched)


def test_what_the_page_is_made_of_loads_nothing_from_elsewhere() -> None:
    own = [file for file in (PLAYGROUND / "static").glob("*.*") if file.suffix in {".html", ".css", ".js"}]
    assert len(own) >= 10
    for file in own:
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", file.read_text(encoding="utf-8")), file.name


def test_both_languages_of_the_page_have_the_same_words() -> None:
    source = (PLAYGROUND / "static" / "texts.js").read_text(encoding="utf-8")
    french, english = (re.findall(r'^    (?:  )?"?([\w/]+)"?:', part, flags=re.MULTILINE) for part in source.split("\n  en: {"))
    assert [key for key in french if key != "fr"] == english
    assert len(english) > 50
