"""Settings: the only reader of the environment (and of `.env`)."""

import os
import re
import sys
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources import EnvSettingsSource

from dialogs import attention, ladder
from dialogs.attention import Budget
from dialogs.catalog import Language

# One thread for the index's matrices: they're small, and threads that wait for each other cost several times what they save.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_CLOCK_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_PUBLISHED_DAYS = 120  # a quarter, the week in which a response may still change, and some to spare
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
SECRET_NAMES = (
    "POURQUI_SECRET_KEY",
    "POURQUI_DATABASE_URL",
    "POURQUI_ENCODER_KEY",
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_APP_TOKEN",
    "TEAMS_APP_PASSWORD",
)


def t(text: str, /, **values: object) -> str:
    """Say a text in the terminal's language."""
    from bot.po import texts  # only where something is wrong: every import of this package comes by here

    return texts(terminal_language())(text, **values)


class SettingsError(Exception):
    """Settings that can't be used; the message says which, why, and what to do."""


class _SecretFiles(EnvSettingsSource):
    """Reads `NAME_FILE` where `NAME` isn't set: how containers hand secrets over."""

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in SECRET_NAMES:
            if (path := os.environ.get(f"{name}_FILE")) and not os.environ.get(name):
                try:
                    secret = Path(path).read_text(encoding="utf-8").strip()
                except (OSError, UnicodeDecodeError) as error:
                    raise SettingsError(t("{name}_FILE points to {path}, which can't be read: {error}", name=name, path=path, error=error)) from error
                if secret:  # an empty one isn't set, like an empty variable
                    found[name] = secret
        return found


def _named(name: str) -> Any:
    return Field(default=None, validation_alias=name)


def _days(name: str, default: int) -> Any:
    return Field(default=default, ge=0, le=36_500, validation_alias=name)


class Settings(BaseSettings):
    """Everything that can be set; the names and defaults are those of the documentation's table."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True, populate_by_name=True)

    host: str = Field(default="127.0.0.1", validation_alias="POURQUI_HOST")
    port: int = Field(default=3978, ge=0, le=65535, validation_alias="POURQUI_PORT")
    data_folder: Path = Field(default=Path("data"), validation_alias="POURQUI_DATA")
    database_url: SecretStr | None = _named("POURQUI_DATABASE_URL")
    database_connections: int = Field(default=10, ge=2, le=200, validation_alias="POURQUI_DATABASE_CONNECTIONS")
    runner: Literal["embedded", "procrastinate"] = Field(default="embedded", validation_alias="POURQUI_RUNNER")
    jobs_at_once: int = Field(default=4, ge=1, le=64, validation_alias="POURQUI_JOBS_AT_ONCE")
    secret_key: SecretStr | None = _named("POURQUI_SECRET_KEY")
    language: Language = Field(default="fr", validation_alias="POURQUI_LANGUAGE")
    timezone: str = Field(default="Europe/Paris", validation_alias="POURQUI_TIMEZONE")
    country: str = Field(default="FR", pattern="^[A-Z]{2}(-[A-Z0-9]{1,3})?$", validation_alias="POURQUI_COUNTRY")
    working_hours: Annotated[tuple[time, time], NoDecode] = Field(default=(time(9), time(18)), validation_alias="POURQUI_WORKING_HOURS")
    quiet_hours: Annotated[tuple[time, time], NoDecode] = Field(default=(time(19), time(8)), validation_alias="POURQUI_QUIET_HOURS")
    digest_at: time = Field(default=time(9), validation_alias="POURQUI_DIGEST_AT")
    ask_days: int = Field(default=attention.ASK_DAYS, ge=1, le=365, validation_alias="POURQUI_ASK_DAYS")
    ask_function_days: int = Field(default=attention.ASK_FUNCTION_DAYS, ge=1, le=365, validation_alias="POURQUI_ASK_FUNCTION_DAYS")
    messages_day: int = Field(default=attention.MESSAGES_DAY, ge=1, le=20, validation_alias="POURQUI_MESSAGES_DAY")
    messages_week: int = Field(default=attention.MESSAGES_WEEK, ge=1, le=100, validation_alias="POURQUI_MESSAGES_WEEK")
    messages_function_month: int = Field(default=attention.MESSAGES_FUNCTION_MONTH, ge=1, le=100, validation_alias="POURQUI_MESSAGES_FUNCTION_MONTH")
    messages_kept: int = Field(default=attention.MESSAGES_KEPT, ge=0, le=100, validation_alias="POURQUI_MESSAGES_KEPT")
    stage_days: int = Field(default=ladder.LASTS.days, ge=7, le=3650, validation_alias="POURQUI_STAGE_DAYS")
    pace_share: int = Field(default=80, ge=1, le=100, validation_alias="POURQUI_PACE_SHARE")
    prompt_minutes: int = Field(default=15, ge=1, le=1440, validation_alias="POURQUI_PROMPT_MINUTES")
    company: Path | None = _named("POURQUI_COMPANY")
    admins: Annotated[tuple[str, ...], NoDecode] = Field(default=(), validation_alias="POURQUI_ADMINS")
    log: Literal["json", "console"] = Field(default="json", validation_alias="POURQUI_LOG")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", validation_alias="POURQUI_LOG_LEVEL")

    keep_questions: int = _days("POURQUI_KEEP_QUESTIONS", 180)
    keep_events: int = _days("POURQUI_KEEP_EVENTS", 30)
    keep_deliveries: int = _days("POURQUI_KEEP_DELIVERIES", 180)
    keep_comments: int = _days("POURQUI_KEEP_COMMENTS", 730)
    keep_words: int = _days("POURQUI_KEEP_WORDS", 365)
    keep_files: int = _days("POURQUI_KEEP_FILES", 30)
    keep_campaigns: int = _days("POURQUI_KEEP_CAMPAIGNS", 365)
    keep_evidence: int = _days("POURQUI_KEEP_EVIDENCE", 730)

    encoder_url: str | None = _named("POURQUI_ENCODER_URL")
    encoder_model: str | None = _named("POURQUI_ENCODER_MODEL")
    encoder_key: SecretStr | None = _named("POURQUI_ENCODER_KEY")
    encoder_dimensions: int | None = Field(default=None, ge=1, le=8192, validation_alias="POURQUI_ENCODER_DIMENSIONS")

    slack_bot_token: SecretStr | None = _named("SLACK_BOT_TOKEN")
    slack_signing_secret: SecretStr | None = _named("SLACK_SIGNING_SECRET")
    slack_app_token: SecretStr | None = _named("SLACK_APP_TOKEN")
    slack_api_url: str = Field(default="https://slack.com/api/", validation_alias="SLACK_API_URL")

    teams_app_id: str | None = _named("TEAMS_APP_ID")
    teams_app_password: SecretStr | None = _named("TEAMS_APP_PASSWORD")
    teams_tenant_id: str | None = _named("TEAMS_TENANT_ID")
    teams_app_type: Literal["SingleTenant", "MultiTenant"] = Field(default="SingleTenant", validation_alias="TEAMS_APP_TYPE")
    teams_service_urls: Annotated[tuple[str, ...], NoDecode] = Field(default=(), validation_alias="TEAMS_SERVICE_URLS")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Look into the arguments, the environment, the secret files, then `.env`."""
        return init_settings, env_settings, _SecretFiles(settings_cls), dotenv_settings

    @field_validator("admins", "teams_service_urls", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones, such as Europe, is an OSError
            raise ValueError(t("{value!r} isn't an IANA time zone, such as Europe/Paris", value=value)) from error
        return value

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        import holidays  # 0.2 s that a start without this setting spares

        country, _, subdivision = value.partition("-")
        known = holidays.list_supported_countries()
        if country not in known:
            raise ValueError(t("the public holidays of {country!r} aren't known; use an ISO 3166 code of two letters, such as FR", country=country))
        if subdivision and subdivision not in known[country]:
            told = t("{country} has no part {part!r} with public holidays of its own; write {country} alone", country=country, part=subdivision)
            raise ValueError(told)
        return value

    @field_validator("working_hours", "quiet_hours", mode="before")
    @classmethod
    def _two_times(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        begins, _, ends = (part.strip() for part in value.partition("-"))
        if not (_CLOCK_TIME.fullmatch(begins) and _CLOCK_TIME.fullmatch(ends)):
            raise ValueError(t("{value!r} isn't from one time to another, such as 09:00-18:00", value=value))
        return _time_of_day(begins), _time_of_day(ends)

    @field_validator("working_hours", "quiet_hours")
    @classmethod
    def _that_differ(cls, value: tuple[time, time]) -> tuple[time, time]:
        if value[0] == value[1]:
            raise ValueError(t("it begins when it ends, at {at:%H:%M}; write two times that differ, such as 09:00-18:00", at=value[0]))
        return value

    @field_validator("digest_at", mode="before")
    @classmethod
    def _one_time(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if not _CLOCK_TIME.fullmatch(value.strip()):
            raise ValueError(t("{value!r} isn't a time of day, such as 09:00", value=value))
        return _time_of_day(value)

    @field_validator("keep_comments")
    @classmethod
    def _until_published(cls, value: int) -> int:
        if 0 < value < _PUBLISHED_DAYS:
            told = t(
                "comments are published up to {days} days after they were made; write at least that many, or 0 to keep them", days=_PUBLISHED_DAYS
            )
            raise ValueError(told)
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)  # raises ValueError for half an IPv6 address
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError(t("{value!r} isn't a web address, such as https://slack.com/api/", value=value))
        return value

    @field_validator("encoder_url")
    @classmethod
    def _endpoint(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError(t("this isn't the address of an endpoint, such as https://api.example/v1 (a key belongs in POURQUI_ENCODER_KEY)"))
        return value.rstrip("/").removesuffix("/embeddings")

    @property
    def url(self) -> str:
        """The database's URL: the one given, or SQLite in the data folder."""
        return self.database_url.get_secret_value() if self.database_url else f"sqlite:///{(self.data_folder / 'pourqui.sqlite3').absolute()}"

    @property
    def budget(self) -> Budget:
        """What may be taken of one person's attention."""
        return attention.budget(
            ask_days=self.ask_days,
            ask_function_days=self.ask_function_days,
            messages_day=self.messages_day,
            messages_week=self.messages_week,
            messages_function_month=self.messages_function_month,
            messages_kept=self.messages_kept,
        )

    @property
    def slack_on(self) -> bool:
        """Slack is on when its credentials are there: the bot token, and the signing secret (HTTP) or the app token (Socket Mode)."""
        return self.slack_bot_token is not None and (self.slack_signing_secret is not None or self.slack_app_token is not None)

    @property
    def slack_missing(self) -> tuple[str, ...]:
        """What Slack still needs where some of its credentials are there; nothing where it's on, or isn't wanted."""
        if self.slack_on:
            return ()
        if self.slack_bot_token is not None:
            return ("SLACK_SIGNING_SECRET / SLACK_APP_TOKEN",)
        return ("SLACK_BOT_TOKEN",) if self.slack_signing_secret is not None or self.slack_app_token is not None else ()

    @property
    def teams_on(self) -> bool:
        """Teams is on when its credentials are there; a single-tenant app also needs its tenant."""
        credentials = self.teams_app_id is not None and self.teams_app_password is not None
        return credentials and (self.teams_app_type == "MultiTenant" or self.teams_tenant_id is not None)

    @property
    def teams_missing(self) -> tuple[str, ...]:
        """What Teams still needs where some of its credentials are there; nothing where it's on, or isn't wanted."""
        needed = {"TEAMS_APP_ID": self.teams_app_id, "TEAMS_APP_PASSWORD": self.teams_app_password, "TEAMS_TENANT_ID": self.teams_tenant_id}
        if self.teams_on or not any(needed.values()):
            return ()
        return tuple(name for name, value in needed.items() if value is None and (name != "TEAMS_TENANT_ID" or self.teams_app_type == "SingleTenant"))

    @property
    def slack_api_is_loopback(self) -> bool:
        """Tell whether the Slack Web API is an emulator on this machine."""
        return urlsplit(self.slack_api_url).hostname in LOOPBACK


def _time_of_day(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))


def read_settings(**given: Any) -> Settings:
    """Read the settings; `given` (by field name) wins over the environment. Raises SettingsError with every mistake at once."""
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        from bot.refused import why

        lines = [f"{_name(mistake['loc'])}: {why(t, mistake['msg'])}" for mistake in error.errors()]
        raise SettingsError("\n".join(lines)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(t(".env can't be read: {error}", error=error)) from error
    _refuse_a_queue_without_a_server(settings)
    _refuse_half_an_endpoint(settings)
    _refuse_a_budget_that_contradicts_itself(settings)
    return settings


def _refuse_a_queue_without_a_server(settings: Settings) -> None:
    if settings.runner != "procrastinate":
        return
    if settings.url.startswith("sqlite"):
        told = t(
            "POURQUI_RUNNER=procrastinate needs PostgreSQL, since its workers share the database: set POURQUI_DATABASE_URL=postgresql://… (what the "
            "embedded database holds comes along with: pourqui move --to postgresql://…), or leave POURQUI_RUNNER out"
        )
        raise SettingsError(told)
    if settings.secret_key is None:
        told = t(
            "POURQUI_RUNNER=procrastinate needs POURQUI_SECRET_KEY, the same for every process: what one of them seals, another one opens. An "
            "installation that was moved has its key in POURQUI_DATA/secret.key"
        )
        raise SettingsError(told)


def _refuse_half_an_endpoint(settings: Settings) -> None:
    if settings.encoder_url and not settings.encoder_model:
        raise SettingsError(t("POURQUI_ENCODER_URL needs POURQUI_ENCODER_MODEL, the name of the endpoint's model"))
    if not settings.encoder_url and (settings.encoder_model or settings.encoder_dimensions):
        given = "POURQUI_ENCODER_MODEL" if settings.encoder_model else "POURQUI_ENCODER_DIMENSIONS"
        raise SettingsError(t("{given} needs POURQUI_ENCODER_URL, such as https://api.example/v1", given=given))


def _refuse_a_budget_that_contradicts_itself(settings: Settings) -> None:
    if settings.ask_function_days < settings.ask_days:
        told = t(
            "POURQUI_ASK_FUNCTION_DAYS ({function_days}) is less than POURQUI_ASK_DAYS ({days}), which holds for all functions together: no function "
            "asks sooner; write at least as many days",
            function_days=settings.ask_function_days,
            days=settings.ask_days,
        )
        raise SettingsError(told)
    if settings.messages_week < settings.messages_day:
        told = t(
            "POURQUI_MESSAGES_WEEK ({week}) is less than POURQUI_MESSAGES_DAY ({day}): nobody gets more in a day than in its week; write at least as "
            "many",
            week=settings.messages_week,
            day=settings.messages_day,
        )
        raise SettingsError(told)
    # only where it was written: a week of one message leaves nothing to keep, which is what a single one means
    if "messages_kept" in settings.model_fields_set and settings.messages_kept >= settings.messages_week:
        told = t(
            "POURQUI_MESSAGES_KEPT ({kept}) leaves nothing of POURQUI_MESSAGES_WEEK ({week}): a function that sends often would get none of a week's "
            "messages; write fewer",
            kept=settings.messages_kept,
            week=settings.messages_week,
        )
        raise SettingsError(told)


def _name(loc: tuple[int | str, ...]) -> str:
    field = Settings.model_fields.get(str(loc[0])) if loc else None
    return str(field.validation_alias) if field else ".".join(map(str, loc))


def terminal_language() -> Language:
    """Return the language of the terminal's locale, English where it's neither of ours."""
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "fr" if locale.lower().startswith("fr") else "en"


def has_display() -> bool:
    """Tell whether a browser could open a window here."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
