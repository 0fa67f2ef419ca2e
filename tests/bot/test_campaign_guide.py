"""The guide's example is a campaign without a mistake."""

import re
from pathlib import Path

from tests.bot.campaign_folders import png, read

GUIDE = Path(__file__).parents[2] / "docs" / "campaign-files.md"


def test_the_guide_s_example_can_be_loaded_and_scheduled(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(name: passphrases\n.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    file = tmp_path / "passphrases.yaml"
    file.write_text(example[1], encoding="utf-8")
    (tmp_path / "depot.png").write_bytes(png())
    reading = read(file)
    assert ([str(mistake) for mistake in reading.mistakes], reading.obstacles) == ([], ())
