"""The settings: from the environment, from files, and what is said when they can't be used."""

import re
from datetime import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import SECRET_NAMES, Settings, SettingsError, has_display, read_settings, terminal_language
from dialogs.attention import BUDGET, budget

pytestmark = pytest.mark.usefixtures("alone")


def revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def test_nothing_has_to_be_set() -> None:
    settings = read_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 3978)
    assert settings.data_folder == Path("data")
    assert (settings.language, settings.timezone, settings.country) == ("fr", "Europe/Paris", "FR")
    assert (settings.working_hours, settings.quiet_hours, settings.digest_at) == ((time(9), time(18)), (time(19), time(8)), time(9))
    assert (settings.log, settings.log_level) == ("json", "info")
    assert (settings.company, settings.admins, settings.database_url, settings.secret_key) == (None, (), None, None)
    assert (settings.slack_bot_token, settings.slack_signing_secret, settings.slack_app_token) == (None, None, None)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert (settings.teams_app_id, settings.teams_app_password, settings.teams_tenant_id) == (None, None, None)
    assert (settings.teams_app_type, settings.teams_service_urls) == ("SingleTenant", ())
    assert (settings.slack_on, settings.teams_on) == (False, False)


def test_what_is_given_wins_over_the_environment_which_wins_over_secret_files_which_win_over_dotenv(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = alone / "token"
    (alone / ".env").write_text("POURQUI_PORT=1001\nPOURQUI_LANGUAGE=en\nPOURQUI_HOST=10.0.0.1\nSLACK_BOT_TOKEN=dotenv\n", encoding="utf-8")
    monkeypatch.setenv("POURQUI_PORT", "1002")
    monkeypatch.setenv("POURQUI_HOST", "10.0.0.2")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(token))
    token.write_text("file\n", encoding="utf-8")
    settings = read_settings(host="10.0.0.3", port=None)
    assert (settings.host, settings.port, settings.language) == ("10.0.0.3", 1002, "en")
    assert revealed(settings.slack_bot_token) == "file"
    monkeypatch.setenv("SLACK_BOT_TOKEN", "environment")
    assert revealed(read_settings().slack_bot_token) == "environment"


def test_names_of_others_in_dotenv_are_left_alone(alone: Path) -> None:
    (alone / ".env").write_text("COMPOSE_PROJECT_NAME=solane\nPOURQUI_COUNTRY=BE\n", encoding="utf-8")
    assert read_settings().country == "BE"


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POURQUI_PORT", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "POURQUI_DATABASE_URL", "POURQUI_COMPANY"):
        monkeypatch.setenv(name, "")
    settings = read_settings()
    assert (settings.port, settings.slack_on, settings.database_url, settings.company) == (3978, False, None, None)


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_each_secret_can_come_from_a_file(name: str, alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = alone / "secret"
    secret.write_text("  from the file \n", encoding="utf-8")
    monkeypatch.setenv(f"{name}_FILE", str(secret))
    monkeypatch.setenv(name, "")  # as a container's template may leave it
    field = next(field for field, described in Settings.model_fields.items() if described.validation_alias == name)
    assert revealed(getattr(read_settings(), field)) == "from the file"


def test_an_empty_secret_file_sets_nothing(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        (alone / name).write_text("\n", encoding="utf-8")
        monkeypatch.setenv(f"{name}_FILE", str(alone / name))
    assert not read_settings().slack_on


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"], ids=["missing", "not text"])
def test_a_secret_file_that_cannot_be_read_is_named_with_its_variable(content: bytes | None, alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = alone / "secret"
    if content is not None:
        secret.write_bytes(content)
    monkeypatch.setenv("SLACK_SIGNING_SECRET_FILE", str(secret))
    with pytest.raises(SettingsError, match=rf"^SLACK_SIGNING_SECRET_FILE points to {re.escape(str(secret))}, which can't be read: "):
        read_settings()


def test_a_dotenv_that_is_not_text_is_named(alone: Path) -> None:
    (alone / ".env").write_bytes("POURQUI_COMPANY=sociétés".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env"):
        read_settings()


def test_all_that_is_wrong_is_told_at_once_by_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "POURQUI_PORT": "many",
        "POURQUI_LANGUAGE": "de",
        "POURQUI_TIMEZONE": "Europe/Pariss",
        "POURQUI_COUNTRY": "France",
        "POURQUI_LOG": "xml",
        "POURQUI_LOG_LEVEL": "loud",
        "SLACK_API_URL": "slack.com/api",
        "TEAMS_APP_TYPE": "UserAssignedMSI",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    lines = str(caught.value).splitlines()
    assert sorted(line.split(":")[0] for line in lines) == sorted(wrong)
    (zone,) = (line for line in lines if line.startswith("POURQUI_TIMEZONE"))
    assert "'Europe/Pariss' isn't an IANA time zone, such as Europe/Paris" in zone
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    french = dict(line.split(": ", 1) for line in str(caught.value).splitlines())
    assert french.keys() == wrong.keys()
    assert french["POURQUI_TIMEZONE"] == "'Europe/Pariss' n’est pas un fuseau horaire IANA, comme Europe/Paris"
    assert french["POURQUI_LOG_LEVEL"].startswith("il faut 'debug', ")
    assert [told for told in french.values() if re.search(r"Input|Value error|isn't|should|wanted", told)] == []


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, r"needs PostgreSQL.*pourqui move --to"),
        ({"POURQUI_DATABASE_URL": "sqlite:///elsewhere.db"}, r"needs PostgreSQL.*pourqui move --to"),
        ({"POURQUI_DATABASE_URL": "postgresql://pourqui@db/pourqui"}, r"needs POURQUI_SECRET_KEY, the same for every process"),
    ],
)
def test_a_queue_needs_a_database_and_a_key_that_its_workers_share(given: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    read_settings()
    monkeypatch.setenv("POURQUI_RUNNER", "procrastinate")
    with pytest.raises(SettingsError, match=reason):
        read_settings()


@pytest.mark.parametrize("zone", ["", "../../etc/passwd", "/etc/localtime", "Europe"])
def test_a_time_zone_is_one_of_the_known(zone: str) -> None:
    with pytest.raises(SettingsError, match="POURQUI_TIMEZONE"):
        read_settings(timezone=zone)


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_cannot_be_is_refused_however_it_was_given(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"^POURQUI_PORT: "):
        read_settings(port=int(port))
    monkeypatch.setenv("POURQUI_PORT", port)
    with pytest.raises(SettingsError, match=r"^POURQUI_PORT: "):
        read_settings()


def test_a_mistake_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-very-secret")
    monkeypatch.setenv("POURQUI_DATABASE_URL", "postgresql://pourqui:hunter2@db/pourqui")
    monkeypatch.setenv("POURQUI_LANGUAGE", "de")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert "secret" not in str(caught.value)
    monkeypatch.setenv("POURQUI_LANGUAGE", "en")
    settings = read_settings()
    assert "very-secret" not in repr(settings)
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("slack_bot_token", False),
        ("slack_signing_secret", False),
        ("slack_signing_secret slack_app_token", False),
        ("slack_bot_token slack_signing_secret", True),
        ("slack_bot_token slack_app_token", True),
        ("slack_bot_token slack_signing_secret slack_app_token", True),
    ],
)
def test_slack_is_on_with_its_token_and_a_way_in(given: str, expected: bool) -> None:
    assert read_settings(**dict.fromkeys(given.split(), "x")).slack_on is expected


@pytest.mark.parametrize(
    ("given", "app_type", "expected"),
    [
        ("teams_app_id", "MultiTenant", False),
        ("teams_app_password", "MultiTenant", False),
        ("teams_app_id teams_app_password", "MultiTenant", True),
        ("teams_app_id teams_app_password", "SingleTenant", False),
        ("teams_app_id teams_app_password teams_tenant_id", "SingleTenant", True),
        ("teams_app_id teams_tenant_id", "SingleTenant", False),
    ],
)
def test_teams_is_on_with_its_credentials_and_for_one_tenant_with_that_tenant(given: str, app_type: str, expected: bool) -> None:
    assert read_settings(teams_app_type=app_type, **dict.fromkeys(given.split(), "x")).teams_on is expected


ENDPOINT = {"encoder_url": "https://api.example/v1", "encoder_model": "text-embedding-3-small"}


def test_no_encoder_but_the_bundled_one_is_set_until_an_endpoint_is() -> None:
    settings = read_settings()
    assert (settings.encoder_url, settings.encoder_model, settings.encoder_key, settings.encoder_dimensions) == (None, None, None, None)
    settings = read_settings(**ENDPOINT, encoder_dimensions=256)
    assert (settings.encoder_url, settings.encoder_model, settings.encoder_dimensions) == (*ENDPOINT.values(), 256)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"encoder_url": "https://api.example/v1"}, "POURQUI_ENCODER_URL needs POURQUI_ENCODER_MODEL"),
        ({"encoder_model": "text-embedding-3-small"}, "POURQUI_ENCODER_MODEL needs POURQUI_ENCODER_URL"),
        ({"encoder_dimensions": 256}, "POURQUI_ENCODER_DIMENSIONS needs POURQUI_ENCODER_URL"),
    ],
)
def test_half_an_endpoint_says_what_is_missing(given: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{said}, .*"):
        read_settings(**given)


@pytest.mark.parametrize("url", ["https://api.example/v1/", "https://api.example/v1/embeddings", "https://api.example/v1/embeddings/"])
def test_an_endpoint_may_be_written_with_its_last_part(url: str) -> None:
    assert read_settings(**{**ENDPOINT, "encoder_url": url}).encoder_url == "https://api.example/v1"


@pytest.mark.parametrize(
    "url", ["api.example/v1", "ftp://api.example", "https:///v1", "https://x:sk-12@api.example", "https://api.example?key=sk-12", "https://[::1"]
)
def test_an_endpoint_is_a_web_address_that_holds_no_key(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^POURQUI_ENCODER_URL: ") as caught:
        read_settings(**{**ENDPOINT, "encoder_url": url})
    assert "sk-12" not in str(caught.value)


@pytest.mark.parametrize("dimensions", [0, -1, 8193])
def test_dimensions_are_those_that_a_model_may_have(dimensions: int) -> None:
    with pytest.raises(SettingsError, match=r"^POURQUI_ENCODER_DIMENSIONS: "):
        read_settings(**ENDPOINT, encoder_dimensions=dimensions)


def test_the_database_is_a_file_in_the_data_folder_until_a_url_says_otherwise(alone: Path) -> None:
    assert read_settings().url == f"sqlite:///{alone}/data/pourqui.sqlite3"
    assert read_settings(data_folder=Path("/srv/pourqui")).url == "sqlite:////srv/pourqui/pourqui.sqlite3"
    assert read_settings(database_url="postgresql://db/pourqui").url == "postgresql://db/pourqui"


def test_lists_have_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_ADMINS", " carol@solane.example, ,bob@solane.example,")
    monkeypatch.setenv("TEAMS_SERVICE_URLS", "https://smba.trafficmanager.net/emea/")
    settings = read_settings()
    assert settings.admins == ("carol@solane.example", "bob@solane.example")
    assert settings.teams_service_urls == ("https://smba.trafficmanager.net/emea/",)
    assert read_settings(admins=("alice@solane.example",)).admins == ("alice@solane.example",)


def test_a_log_level_may_be_written_in_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_LOG_LEVEL", "WARNING")
    assert read_settings().log_level == "warning"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000/api/", True),
        ("http://localhost/api/", True),
        ("http://[::1]:8000/api/", True),
        ("https://slack.com/api/", False),
        ("http://127.0.0.1.evil.example/api/", False),
        ("http://127.0.0.1@evil.example/api/", False),
    ],
)
def test_an_emulator_is_one_on_this_machine(url: str, expected: bool) -> None:
    assert read_settings(slack_api_url=url).slack_api_is_loopback is expected


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "slack.com/api", "http://[::1/api/", "https://", "ftp://slack.com/"])
def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^SLACK_API_URL: "):
        read_settings(slack_api_url=url)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "FR"}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": ""}, "fr"),
    ],
)
def test_the_terminal_speaks_french_where_its_locale_does(locale: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in locale.items():
        monkeypatch.setenv(name, value)
    assert terminal_language() == expected


@pytest.mark.parametrize(("platform", "display", "expected"), [("linux", "", False), ("linux", ":0", True), ("darwin", "", True)])
def test_a_browser_needs_somewhere_to_show(platform: str, display: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", display)
    assert has_display() is expected


def test_hours_are_written_by_the_clock(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_WORKING_HOURS", "8:30 - 17:05")
    monkeypatch.setenv("POURQUI_QUIET_HOURS", "22:00-06:30")
    monkeypatch.setenv("POURQUI_DIGEST_AT", " 7:45 ")
    settings = read_settings()
    assert settings.working_hours == (time(8, 30), time(17, 5))
    assert settings.quiet_hours == (time(22), time(6, 30))
    assert settings.digest_at == time(7, 45)
    assert read_settings(working_hours=(time(1), time(2)), digest_at=time(3)).digest_at == time(3)


@pytest.mark.parametrize("name", ["POURQUI_WORKING_HOURS", "POURQUI_QUIET_HOURS"])
@pytest.mark.parametrize("written", ["9-18", "09:00", "09:00-24:00", "09:00-18:60", "from 09:00 to 18:00", "09:00-12:00-14:00"])
def test_hours_that_cannot_be_read_are_shown_with_an_example(name: str, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, written)
    with pytest.raises(SettingsError, match=f"^{name}: .*{re.escape(repr(written))} isn't from one time to another, such as 09:00-18:00$"):
        read_settings()


def test_hours_that_end_when_they_begin_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_QUIET_HOURS", "8:00-08:00")
    with pytest.raises(SettingsError, match=r"POURQUI_QUIET_HOURS: .*it begins when it ends, at 08:00; write two times that differ"):
        read_settings()


@pytest.mark.parametrize("written", ["9", "25:00", "noon"])
def test_a_time_that_cannot_be_read_is_shown_with_an_example(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DIGEST_AT", written)
    with pytest.raises(SettingsError, match=rf"POURQUI_DIGEST_AT: .*'{written}' isn't a time of day, such as 09:00"):
        read_settings()


def test_the_attention_budget_has_its_defaults_and_can_be_set(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (read_settings().budget, read_settings().prompt_minutes) == (BUDGET, 15)
    monkeypatch.setenv("POURQUI_ASK_DAYS", "7")
    monkeypatch.setenv("POURQUI_MESSAGES_FUNCTION_MONTH", "2")
    assert read_settings().budget == budget(ask_days=7, messages_function_month=2)


@pytest.mark.parametrize(
    ("name", "written", "told"),
    [
        ("POURQUI_ASK_DAYS", "0", "POURQUI_ASK_DAYS: at least 1 is wanted$"),
        ("POURQUI_ASK_FUNCTION_DAYS", "400", "POURQUI_ASK_FUNCTION_DAYS: at most 365 is wanted$"),
        ("POURQUI_PROMPT_MINUTES", "soon", "POURQUI_PROMPT_MINUTES: a whole number is wanted$"),
        ("POURQUI_ASK_FUNCTION_DAYS", "13", r"POURQUI_ASK_FUNCTION_DAYS \(13\) is less than POURQUI_ASK_DAYS \(14\).*at least as many days"),
        ("POURQUI_MESSAGES_KEPT", "2", r"POURQUI_MESSAGES_KEPT \(2\) leaves nothing of POURQUI_MESSAGES_WEEK \(2\).*write fewer"),
        ("POURQUI_MESSAGES_DAY", "3", r"POURQUI_MESSAGES_WEEK \(2\) is less than POURQUI_MESSAGES_DAY \(3\).*at least as many"),
    ],
)
def test_a_budget_that_cannot_be_says_why(alone: Path, name: str, written: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, written)
    with pytest.raises(SettingsError, match=told):
        read_settings()
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    with pytest.raises(SettingsError, match=r"écrivez|il faut"):
        read_settings()


@pytest.mark.parametrize("country", ["FR", "FR-57", "MA", "US-NY", "AU-NSW"])
def test_a_country_or_a_part_of_it_has_public_holidays(country: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_COUNTRY", country)
    assert read_settings().country == country


@pytest.mark.parametrize(
    ("country", "told"),
    [
        ("XX", "the public holidays of 'XX' aren't known; use an ISO 3166 code of two letters, such as FR"),
        ("FR-99", "FR has no part '99' with public holidays of its own; write FR alone"),
        ("MA-01", "MA has no part '01' with public holidays of its own; write MA alone"),
    ],
)
def test_a_country_without_known_holidays_is_named(country: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_COUNTRY", country)
    with pytest.raises(SettingsError, match=f"^POURQUI_COUNTRY: .*{re.escape(told)}$"):
        read_settings()
