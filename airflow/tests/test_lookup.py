"""Variables and Connections: a default counts only for what is known to be absent."""

from __future__ import annotations

import json
import os
import unittest
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from airflow.sdk.exceptions import AirflowException, AirflowFailException, ErrorType
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import ErrorResponse
from airflow.sdk.execution_time.secrets import ExecutionAPISecretsBackend
from airflow.secrets.environment_variables import EnvironmentVariablesBackend

from postgres_backuper_airflow.connections import postgres_variables
from postgres_backuper_airflow.drill import drill_plan
from postgres_backuper_airflow.keys import key_variables
from postgres_backuper_airflow.lookup import _tell_default, connection, number, read_json, variable
from postgres_backuper_airflow.plan import plan

_POSTGRES = json.dumps({"conn_type": "postgres", "host": "h", "schema": "shop"})


class Down(EnvironmentVariablesBackend):
    """A secrets backend whose server is away."""

    def get_variable(self, key: str, team_name: str | None = None) -> str | None:
        raise ConnectionError(f"canary {key} {team_name}")

    def get_conn_value(self, conn_id: str, team_name: str | None = None) -> str | None:
        raise ConnectionError(f"canary {conn_id} {team_name}")


def variables(**texts: str) -> Any:
    """Let Airflow find these Variables, and the Connection of the database."""
    given = {f"AIRFLOW_VAR_{name}": text for name, text in texts.items()}
    return patch.dict(os.environ, {"AIRFLOW_CONN_POSTGRES_DEFAULT": _POSTGRES, **given})


def backends(*those: Any) -> Any:
    """Let Airflow ask these secrets backends."""
    return patch("airflow.sdk.execution_time.supervisor.ensure_secrets_backend_loaded", lambda: list(those))


class Json(unittest.TestCase):
    """Variables that hold JSON."""

    def fails(self, sentence: str, **texts: str) -> None:
        """Expect that no plan is made, without retry."""
        with variables(**texts), self.assertRaisesRegex(AirflowFailException, sentence):
            drill_plan("run")

    def test_a_typing_error_is_no_default(self) -> None:
        """One database instead of three, 30 days instead of 365, a drill that asks nothing."""
        self.fails("BACKUP_DATABASES is not JSON: .*line 1", BACKUP_DATABASES='["shop", "crm", "billing",]')
        self.fails("BACKUP_DATABASES is not JSON", BACKUP_DATABASES="shop,crm")
        self.fails("BACKUP_DATABASES is not JSON", BACKUP_DATABASES="")
        self.fails("BACKUP_DATABASES is not a JSON list", BACKUP_DATABASES='"shop"')
        self.fails("BACKUP_OPTIONS is not JSON", BACKUP_OPTIONS='{"keep_days": 365,}')
        self.fails("BACKUP_OPTIONS is not a JSON object", BACKUP_OPTIONS="null")
        self.fails("'keep_days' is in it twice", BACKUP_OPTIONS='{"keep_days": 365, "keep_days": 30}')
        self.fails("DRILL_QUERIES is not JSON", DRILL_QUERIES='{"shop": ["SELECT false",]}')

    def test_what_nobody_would_take_is_refused(self) -> None:
        """Options, databases and queries that are misspelt or of another kind."""
        self.fails("BACKUP_OPTIONS: there is no option 'keep_day'", BACKUP_OPTIONS='{"keep_day": 365}')
        self.fails("BACKUP_DATABASES: there is no option 'job'", BACKUP_DATABASES='[{"options": {"job": 1}}]')
        self.fails("'options' is not a JSON object", BACKUP_DATABASES='[{"options": [1]}]')
        self.fails("an entry is a name", BACKUP_DATABASES='[{"database": ["a", "b"]}]')
        self.fails("with .*options, not 'databse'", BACKUP_DATABASES='[{"databse": "crm"}]')
        self.fails("names 'shopp'.*there are 'shop'", DRILL_QUERIES='{"shopp": ["SELECT false"]}')
        self.fails("'shop' has no list", DRILL_QUERIES='{"shop": "SELECT false"}')

    def test_what_is_empty_is_no_default(self) -> None:
        """The default would be another database or server, or a drill that asks nothing."""
        self.fails("an entry has an empty 'database'", BACKUP_DATABASES='[""]')
        self.fails("an entry has an empty 'database'", BACKUP_DATABASES='[{"database": " "}]')
        self.fails("an entry has an empty 'conn_id'", BACKUP_DATABASES='[{"conn_id": "", "database": "crm"}]')
        self.fails("an entry has an empty 'name'", BACKUP_DATABASES='[{"database": "crm", "name": ""}]')
        self.fails("'options' is not a JSON object", BACKUP_DATABASES='[{"options": []}]')
        self.fails("'shop' has no list", DRILL_QUERIES='{"shop": []}')

    def test_what_is_right_is_taken(self) -> None:
        """Also without any Variable."""
        with variables():
            self.assertEqual([one["database"] for one in plan("/r")], ["shop"])
        with variables(BACKUP_DATABASES='["shop", "crm"]', BACKUP_OPTIONS='{"keep_days": 365}'):
            self.assertEqual(
                [(one["database"], one["options"]["keep_days"]) for one in plan("/r")], [("shop", 365), ("crm", 365)]
            )

    def test_the_text_is_not_told(self) -> None:
        """It may be anything."""
        with variables(ANY='{"password": "canary"'), self.assertRaises(AirflowFailException) as caught:
            read_json("ANY", {}, dict)
        self.assertNotIn("canary", str(caught.exception))

    def test_what_is_taken_by_default_is_said(self) -> None:
        """A misspelt name of a Variable looks like one that nobody set."""
        texts = {"BACKUP_RETENTION_DAY": "365", "BACKUP_DATABASES": '["shop"]'}
        _tell_default.cache_clear()
        with variables(**texts), self.assertLogs("postgres_backuper_airflow.lookup", "INFO") as logs:
            plan("/var/backups")
        text = "\n".join(logs.output)
        self.assertIn("the Variable BACKUP_RETENTION_DAYS has no value: 30 is taken", text)
        self.assertIn("the Variable BACKUP_OPTIONS has no value: {} is taken", text)
        self.assertNotIn("BACKUP_DATABASES", text)


class Texts(unittest.TestCase):
    """Other Variables."""

    def test_empty_is_absent_and_numbers_are_numbers(self) -> None:
        """Empty text comes from templates of environments."""
        with variables(EMPTY="", DAYS="3.5", WORD="many", LESS="-1", NO="nan"):
            self.assertEqual(variable("EMPTY", "default"), "default")
            self.assertEqual(number("EMPTY", 7), 7)
            self.assertEqual(number("DAYS", 7), 3.5)
            for name in ("WORD", "LESS", "NO"):
                self.assertRaises(AirflowFailException, number, name, 7)


class Backends(unittest.TestCase):
    """A backend that is down knows nothing about what is absent."""

    def test_one_that_fails_is_not_taken_for_an_empty_one(self) -> None:
        """The task fails with the backend's name, and is tried again."""
        for look in (lambda: variable("ANY", "default"), lambda: connection("any")):
            with backends(Down(), EnvironmentVariablesBackend()), self.assertRaises(AirflowException) as caught:
                look()
            self.assertNotIsInstance(caught.exception, AirflowFailException)
            self.assertRegex(str(caught.exception), "secrets backend Down failed .ConnectionError.")
            self.assertNotIn("canary", str(caught.exception))

    def test_what_another_one_has_is_taken(self) -> None:
        """As Airflow does it; absent everywhere is absent."""
        with variables(ANY="text"), backends(Down(), EnvironmentVariablesBackend()):
            self.assertEqual(variable("ANY", "default"), "text")
        with variables(), backends(EnvironmentVariablesBackend()):
            self.assertEqual(variable("ANY", "default"), "default")
            self.assertIsNone(connection("any"))

    def test_an_error_of_the_api_server_is_not_taken_for_absent(self) -> None:
        """Airflow's own backend gives None for both."""
        for error, raised in ((ErrorType.VARIABLE_NOT_FOUND, None), (ErrorType.API_SERVER_ERROR, AirflowException)):
            comms = SimpleNamespace(send=lambda _, error=error: ErrorResponse(error=error))
            with (
                self.subTest(error),
                patch.object(task_runner, "SUPERVISOR_COMMS", comms, create=True),
                backends(ExecutionAPISecretsBackend()),
            ):
                if raised is None:
                    self.assertEqual(variable("ANY", "default"), "default")
                else:
                    self.assertRaisesRegex(raised, "ExecutionAPISecretsBackend failed", variable, "ANY", "default")


class Extra(unittest.TestCase):
    """Airflow takes an extra that is not JSON for an empty one: 'sslmode' and keys would be lost."""

    def test_a_typing_error_fails(self) -> None:
        """Of the server and of the keys; so does a key that is misspelt."""
        broken = {"AIRFLOW_CONN_ONE": json.dumps({"conn_type": "postgres", "extra": '{"sslmode": "verify-full",}'})}
        with patch.dict(os.environ, broken):
            self.assertRaisesRegex(AirflowFailException, "extra .* 'one' is not JSON", postgres_variables, "one")
            with self.assertRaisesRegex(AirflowFailException, "extra .* 'one' is not JSON"):
                key_variables("backup", "one", reads=False)
        with (
            patch.dict(
                os.environ, {"AIRFLOW_CONN_ONE": json.dumps({"conn_type": "generic", "extra": {"signer": "k"}})}
            ),
            self.assertRaisesRegex(AirflowFailException, "'signer', which is not one"),
        ):
            key_variables("backup", "one", reads=False)


if __name__ == "__main__":
    unittest.main()
