"""Settings: every form that is understood, and refusals that tell no secret."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import URL

from core import config
from core.config import Listen, Settings, SettingsError, load_settings, parse_database_url
from core.database import create_engine
from core.fetching.hosts import AllowedHost

SECRET = "s3cr3t-w0rd"
NAMES = tuple(name.upper() for name in Settings.model_fields)


@pytest.fixture(autouse=True)
def only_what_the_test_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*NAMES, "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


def setting(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def refusal(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    """Return the sentence a wrong setting gets, having looked for the secret in all of it."""
    with pytest.raises(SettingsError) as caught:
        setting(monkeypatch, **values)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert SECRET not in repr(caught.value)
    return str(caught.value)


def test_without_anything_set() -> None:
    settings = load_settings()
    assert settings.discord_token is None
    assert settings.database_url == parse_database_url("sqlite:///data/orp.db")
    assert (settings.discord_api_url, settings.discord_gateway_url) == (None, None)
    assert (settings.shard_count, settings.shard_ids) == (None, ())
    assert [str(host) for host in settings.liverc_hosts] == ["*.liverc.com", "*.livefpv.com"]
    assert [str(host) for host in settings.myrcm_hosts] == ["www.myrcm.ch"]
    assert settings.loopback_every_s is None
    assert (settings.log_level, settings.log_format) == ("INFO", "text")


def test_where_laps_are_stored_when_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "_ROOT", tmp_path / "site-packages")
    monkeypatch.setenv("HOME", "/home/ann")
    assert load_settings().database_url.database == "/home/ann/.local/state/orp-bot/orp.db"
    # Two folders, as systemd writes them; the second is none of the bot's.
    state = setting(monkeypatch, STATE_DIRECTORY="/var/lib/orp-bot:/var/lib/other")
    assert state.database_url == parse_database_url("sqlite:////var/lib/orp-bot/orp.db")
    said = setting(monkeypatch, DATABASE_URL="sqlite:///mine.db")
    assert said.database_url.database == "mine.db"
    assert setting(monkeypatch, DATABASE_URL="").database_url == state.database_url


def test_everything_set(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = setting(
        monkeypatch,
        DISCORD_TOKEN=SECRET,
        DATABASE_URL=f"postgresql://orp:{SECRET}@db:5433/orp",
        DISCORD_API_URL="http://127.0.0.1:8080/api/",
        DISCORD_GATEWAY_URL="ws://127.0.0.1:8081",
        SHARD_COUNT="4",
        SHARD_IDS=" 0, 3,",
        LIVERC_HOSTS="*.LiveRC.com, track.example.org,[::1]:8080,",
        MYRCM_HOSTS="127.0.0.1:8081",
        LOOPBACK_EVERY_S="5",
        LOG_LEVEL="debug",
        LOG_FORMAT="json",
    )
    assert settings.discord_token == SecretStr(SECRET)
    assert settings.database_url.password == SECRET
    assert settings.discord_api_url == "http://127.0.0.1:8080/api"
    assert settings.discord_gateway_url == "ws://127.0.0.1:8081"
    assert (settings.shard_count, settings.shard_ids) == (4, (0, 3))
    assert settings.liverc_hosts == (
        AllowedHost("liverc.com", None, is_wildcard=True),
        AllowedHost("track.example.org", None, is_wildcard=False),
        AllowedHost("[::1]", 8080, is_wildcard=False),
    )
    assert settings.myrcm_hosts == (AllowedHost("127.0.0.1", 8081, is_wildcard=False),)
    assert settings.loopback_every_s == 5
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")
    for text in (repr(settings), str(settings), f"{settings.database_url!r}"):
        assert SECRET not in text
    assert SECRET not in f"{settings.database_url} {settings.discord_token}"


@pytest.mark.parametrize(
    ("said", "listen"),
    [
        ("9464", Listen("127.0.0.1", 9464)),
        ("192.168.1.20:9464", Listen("192.168.1.20", 9464)),
        ("[::]:9464", Listen("::", 9464)),
        ("", None),
    ],
)
def test_figures_are_for_this_machine_unless_said_otherwise(
    said: str, listen: Listen | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert setting(monkeypatch, METRICS_PORT=said).metrics_port == listen


def test_settings_come_from_the_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        f"DISCORD_TOKEN={SECRET}\nLOG_LEVEL=WARNING\nUNKNOWN=1\nSHARD_COUNT=\n", encoding="utf-8"
    )
    settings = setting(monkeypatch, LOG_LEVEL="ERROR")
    assert settings.discord_token == SecretStr(SECRET)
    assert (settings.log_level, settings.shard_count) == ("ERROR", None)


def test_blank_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = setting(monkeypatch, DISCORD_TOKEN=" ", DATABASE_URL="", SHARD_IDS="", LOG_LEVEL="")
    assert settings == Settings()
    assert settings.discord_token is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://orp@db/orp"),
        ("DATABASE_URL", "orp.db"),
        ("DATABASE_URL", f"postgresql://orp:{SECRET}@db:port/orp"),
        ("DATABASE_URL", f"postgresql://orp:{SECRET}@db"),
        ("DATABASE_URL", f"postgresql://orp:{SECRET}@db/orp?sslmode=maybe"),
        ("DATABASE_URL", f"postgresql://orp:{SECRET}@db/orp?pgbouncer=maybe"),
        ("DATABASE_URL", f"postgresql://orp:{SECRET}@db/orp?target_session_attrs=standby"),
        ("DATABASE_URL", f"postgresql://orp:{SECRET}@a,b/orp?port=1,2,3"),
        ("DATABASE_URL", f"postgresql://orp:{SECRET}@a,b:c/orp"),
        ("DATABASE_URL", f"postgresql://orp:{SECRET}@a,b/orp?port=x"),
        ("DATABASE_URL", f"postgresql://orp:{SECRET}@db/orp?sslmode=require&sslmode=disable"),
        ("DATABASE_URL", f"{SECRET}"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DISCORD_API_URL", "ftp://discord"),
        ("DISCORD_API_URL", "localhost:8080"),
        ("DISCORD_GATEWAY_URL", "http://127.0.0.1"),
        ("SHARD_COUNT", "0"),
        ("SHARD_COUNT", "-1"),
        ("SHARD_COUNT", "two"),
        ("SHARD_IDS", "0,1"),
        ("SHARD_IDS", "one"),
        ("LIVERC_HOSTS", " , "),
        ("LIVERC_HOSTS", "*"),
        ("LIVERC_HOSTS", "*.com"),
        ("LIVERC_HOSTS", "*.liverc.com:8080"),
        ("LIVERC_HOSTS", "a.*.liverc.com"),
        ("LIVERC_HOSTS", "*.127.0.0.1"),
        ("LIVERC_HOSTS", "https://www.liverc.com"),
        ("LIVERC_HOSTS", "www.liverc.com/results"),
        ("LIVERC_HOSTS", "orp@www.liverc.com"),
        ("LIVERC_HOSTS", "www..liverc.com"),
        ("LIVERC_HOSTS", "www.liverc.com, -"),
        ("LIVERC_HOSTS", f"{'a' * 64}.liverc.com"),
        ("LIVERC_HOSTS", "127.0.0.1"),
        ("LIVERC_HOSTS", "127.1:8080"),
        ("LIVERC_HOSTS", "2130706433:8080"),
        ("LIVERC_HOSTS", "0x7f.1:8080"),
        ("LIVERC_HOSTS", "127.0.0.1:0"),
        ("LIVERC_HOSTS", "127.0.0.1:65536"),
        ("MYRCM_HOSTS", "[::1]"),
        ("MYRCM_HOSTS", "[0::1]:80"),
        ("MYRCM_HOSTS", "[::1"),
        ("LOOPBACK_EVERY_S", "1"),
        ("LOOPBACK_EVERY_S", "61"),
        ("METRICS_PORT", "0"),
        ("METRICS_PORT", "65536"),
        ("METRICS_PORT", ":9464"),
        ("METRICS_PORT", "everywhere"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = refusal(monkeypatch, **{name: value})
    assert name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(("count", "ids"), [("2", "2"), ("2", "-1"), ("1", "0,1")])
def test_shards_lie_within_their_count(
    count: str, ids: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "SHARD_IDS" in refusal(monkeypatch, SHARD_COUNT=count, SHARD_IDS=ids)


@pytest.mark.parametrize(
    ("address", "understood"),
    [
        ("sqlite:///data/orp.db", "sqlite+aiosqlite:///data/orp.db"),
        ("sqlite:////var/orp.db", "sqlite+aiosqlite:////var/orp.db"),
        ("sqlite+aiosqlite:///orp.db", "sqlite+aiosqlite:///orp.db"),
        ("sqlite+pysqlite:///orp.db", "sqlite+aiosqlite:///orp.db"),
        ("postgres://orp@db/orp", "postgresql+asyncpg://orp@db/orp"),
        ("postgresql://orp@db:5433/orp", "postgresql+asyncpg://orp@db:5433/orp"),
        ("postgresql+asyncpg://orp@db/orp", "postgresql+asyncpg://orp@db/orp"),
        ("postgresql+psycopg2://orp@db/orp", "postgresql+asyncpg://orp@db/orp"),
        ("postgres://db/orp?sslmode=require", "postgresql+asyncpg://db/orp?ssl=require"),
        (
            "postgresql:///orp?host=/run/postgresql",
            "postgresql+asyncpg:///orp?host=%2Frun%2Fpostgresql",
        ),
        (
            "postgres://orp@/orp?host=/run/pg&sslmode=disable",
            "postgresql+asyncpg://orp@/orp?host=%2Frun%2Fpg&ssl=disable",
        ),
        (
            "postgresql://orp@pool:6543/orp?pgbouncer=true",
            "postgresql+asyncpg://orp@pool:6543/orp?pgbouncer=true",
        ),
        (
            "postgresql://orp@/orp?host=a:5432&host=b:5433&target_session_attrs=read-write",
            (
                "postgresql+asyncpg://orp@/orp"
                "?host=a%3A5432&host=b%3A5433&target_session_attrs=read-write"
            ),
        ),
        # Laps go to the primary also where that is not said, and libpq knows other ways to say it.
        (
            "postgresql:///orp?host=/run/a,/run/b&port=5432,5433",
            (
                "postgresql+asyncpg:///orp"
                "?host=%2Frun%2Fa%3A5432&host=%2Frun%2Fb%3A5433&target_session_attrs=primary"
            ),
        ),
        (
            "postgresql://orp@a,b/orp",
            (
                "postgresql+asyncpg://orp@/orp"
                "?host=a%3A5432&host=b%3A5432&target_session_attrs=primary"
            ),
        ),
    ],
)
def test_addresses_of_databases(address: str, understood: str) -> None:
    url = parse_database_url(address)
    assert url.render_as_string() == understood
    assert parse_database_url(url) == url
    # Read back from its own text it is the same.
    assert parse_database_url(url.render_as_string(hide_password=False)) == url


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://orp:p%40ss%2Fw%3Ard@db/orp",
        "postgresql://db/orp?user=orp&password=p%40ss%2Fw%3Ard",
        "postgresql:///orp?host=/run/pg&user=orp&password=p%40ss%2Fw%3Ard",
    ],
)
def test_a_password_is_read_and_never_shown(address: str) -> None:
    url = parse_database_url(address)
    assert (url.username, url.password) == ("orp", "p@ss/w:rd")
    for text in (repr(url), str(url), f"{url}"):
        assert "p@ss" not in text
        assert "p%40ss" not in text


async def test_ssl_and_socket_reach_the_driver(postgres_url: URL) -> None:
    """A real server, on a Unix socket, with libpq's words for it."""
    address = postgres_url.render_as_string(hide_password=False).replace("+asyncpg", "")
    assert "host=" in address
    engine = create_engine(parse_database_url(f"{address}&sslmode=prefer"))
    async with engine.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT 1")).scalar() == 1
    await engine.dispose()
