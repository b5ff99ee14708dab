"""What the operators decide by themselves."""

from __future__ import annotations

import json
import os
import stat
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest.mock import patch

from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from postgres_backuper_airflow import program
from postgres_backuper_airflow.directory import require_directory, require_free_space
from postgres_backuper_airflow.keys import key_variables
from postgres_backuper_airflow.operators import (
    PostgresBackupOperator,
    PostgresBackupPartOperator,
    PostgresCheckOperator,
    PostgresPartitionedBackupOperator,
    PostgresPartitionedRestoreOperator,
    PostgresRestoreOperator,
    PostgresRestorePartOperator,
    PostgresStatusOperator,
)
from postgres_backuper_airflow.parts import new_label
from postgres_backuper_airflow.plan import only_database
from postgres_backuper_airflow.process import log_line
from postgres_backuper_airflow.restoring import FORM, restore_in_parts_request
from postgres_backuper_airflow.results import LIMIT, small
from postgres_backuper_airflow.variables import of_options, of_worker


def connections(**more: Any) -> Any:
    """Let Airflow find these Connections, and that of the database."""
    every = {"POSTGRES_DEFAULT": {"conn_type": "postgres", "host": "h", "schema": "d"}, **more}
    return patch.dict(os.environ, {f"AIRFLOW_CONN_{name}": json.dumps(one) for name, one in every.items()})


class Node(unittest.TestCase):
    """The versions that the program runs on."""

    def node(self, version: str) -> str:
        """Return a program that says this version."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        file = Path(folder) / "node"
        file.write_text(f"#!/bin/sh\necho {version}\n")
        file.chmod(stat.S_IRWXU)
        return str(file)

    def test_versions(self) -> None:
        """22.15, 23.8 and what came later."""
        for version in ("v22.15.0", "v23.8.0", "v24.0.0"):
            path = self.node(version)
            self.assertEqual(program.node(path), path)
        for version in ("v18.20.1", "v22.14.9", "v23.7.0", "words"):
            with self.assertRaisesRegex(AirflowFailException, "22.15 or newer"):
                program.node(self.node(version))


class Parts(unittest.TestCase):
    """The tasks of one backup."""

    def test_what_each_task_is_asked_for(self) -> None:
        """The same label, and the number of parts or one of them; a part needs no private key."""
        label = new_label()
        self.assertRegex(label, r"^backup_\d{8}_\d{6}_[0-9a-f]{6}$")
        with connections():
            holder = PostgresPartitionedBackupOperator(task_id="a", s3_conn_id=None, backup_label=label, parts=5)
            asked = holder.environment()
            self.assertEqual((asked["BACKUP_INPUT_LABEL"], asked["BACKUP_INPUT_PARTS"]), (label, "5"))
            options = {"verify": "content"}
            part = PostgresBackupPartOperator(
                task_id="a", s3_conn_id=None, backup_label=label, part="2/5", options=options
            )
            self.assertEqual(part.environment()["BACKUP_INPUT_PART"], "2/5")
            self.assertFalse(part.decrypts())

    def test_a_task_without_its_label_or_part_makes_no_backup_of_its_own(self) -> None:
        """Such as one whose XCom is gone."""
        with connections():
            for operator in (
                PostgresBackupPartOperator(task_id="a", backup_label="", part="1/5"),
                PostgresBackupPartOperator(task_id="a", backup_label=new_label(), part=""),
                PostgresPartitionedBackupOperator(task_id="a", backup_label="", parts=5),
            ):
                with self.assertRaisesRegex(AirflowFailException, "is empty"):
                    operator.environment()

    def test_a_restore_shares_its_label_and_new_database(self) -> None:
        """Each task reads the backup; one without its part would make a database of its own."""
        same: dict[str, Any] = {"task_id": "a", "s3_conn_id": None, "target": new_label(), "into": "shop"}
        private = {"AIRFLOW_VAR_BACKUP_PRIVATE_KEY": "private"}
        with connections(), patch.dict(os.environ, private):
            for operator, name, value in (
                (PostgresPartitionedRestoreOperator(parts=5, **same), "PARTS", "5"),
                (PostgresRestorePartOperator(part="2/5", **same), "PART", "2/5"),
            ):
                asked = operator.environment()
                self.assertEqual(operator.arguments(), [same["target"]])
                self.assertEqual((asked[f"BACKUP_INPUT_{name}"], asked["BACKUP_INPUT_INTO"]), (value, "shop"))
                self.assertEqual(asked["BACKUP_PRIVATE_KEY"], "private")
            with self.assertRaisesRegex(AirflowFailException, "'part' is empty"):
                PostgresRestorePartOperator(part="", **same).environment()

    def test_the_form_of_a_restore_asks_for_a_label(self) -> None:
        """The newest backup may be another one for each task."""
        params = {name: param.value for name, param in FORM.items()}
        params |= {"backup": "latest", "resume": True, "into": "shop", "confirm": "shop"}
        for backup in ("", "latest"):
            with self.assertRaisesRegex(AirflowFailException, "'backup' is no label"):
                restore_in_parts_request({**params, "backup": backup})
        with connections():
            label = new_label()
            request = restore_in_parts_request({**params, "backup": label})
            self.assertEqual((request["target"], request["options"]["resume"]), (label, True))
            with self.assertRaisesRegex(AirflowFailException, "'confirm' is not"):
                restore_in_parts_request({**params, "backup": label, "confirm": "other"})

    def test_one_database_also_of_differentials(self) -> None:
        """Several jobs make them as one does."""
        variables = {"AIRFLOW_VAR_INCREMENTAL_BACKUP": "True", "AIRFLOW_VAR_BACKUP_DATABASES": '["one"]'}
        with connections(), patch.dict(os.environ, variables):
            self.assertEqual(only_database("s3://b/p")["options"]["incremental"], "true")
        with (
            connections(),
            patch.dict(os.environ, {"AIRFLOW_VAR_BACKUP_DATABASES": '["one", "two"]'}),
            self.assertRaisesRegex(AirflowFailException, "2 databases"),
        ):
            only_database("s3://b/p")


class ExitStatus(unittest.TestCase):
    """Which exception each status becomes."""

    def raised(self, status: int) -> type[BaseException] | None:
        """Return the exception's class."""
        try:
            PostgresBackupOperator(task_id="a")._raise_for(status, {}, {})  # noqa: SLF001
        except AirflowException as error:
            return type(error)
        return None

    def test_all(self) -> None:
        """Retry only what may go well the next time."""
        self.assertIsNone(self.raised(0))
        self.assertIs(self.raised(99), AirflowSkipException)
        for status in (2, 3, 4):
            self.assertIs(self.raised(status), AirflowFailException)
        for status in (1, 75, 130, 143, -9):
            self.assertIs(self.raised(status), AirflowException)

    def test_a_restore_that_kept_other_tables_is_not_tried_again(self) -> None:
        """Its database exists now, and the second try would hide what is missing."""
        operator = PostgresRestoreOperator(task_id="a", into="new")
        table = {"schema": "public", "table": "t", "expectedRows": 9, "reason": "refused"}
        document = {"error": {"message": "lacks"}, "result": {"notLoaded": [table], "objects": []}}
        with self.assertRaisesRegex(AirflowFailException, "public.t lacks 9 rows: refused"):
            operator._raise_for(1, document, {})  # noqa: SLF001

    def test_a_drill_may_end_degraded(self) -> None:
        """Every row is there; a restore for use fails."""
        drill = PostgresRestoreOperator(task_id="a", into="new", degraded=True)
        document = {"error": {"message": "lacks"}, "result": {"notLoaded": [], "objects": []}}
        drill._raise_for(4, document, {})  # noqa: SLF001
        self.assertRaises(AirflowFailException, drill._raise_for, 3, document, {})  # noqa: SLF001
        restore = PostgresRestoreOperator(task_id="b", into="new")
        self.assertRaises(AirflowFailException, restore._raise_for, 4, document, {})  # noqa: SLF001

    def test_a_backup_that_did_not_come_does_not_come_by_trying_again(self) -> None:
        """An alarm is at once."""
        operator = PostgresStatusOperator(task_id="a")
        self.assertRaises(AirflowFailException, operator._raise_for, 1, {}, {})  # noqa: SLF001


class Variables(unittest.TestCase):
    """Options as variables."""

    def test_values(self) -> None:
        """The text 'false' is no yes, and a name that looks like a list is a name."""
        options = {"incremental": "false", "no_owner": False, "jobs": 4, "dbname": ['["a"]'], "schema": None}
        self.assertEqual(
            of_options(options),
            {
                "BACKUP_INCREMENTAL": "false",
                "BACKUP_NO_OWNER": "false",
                "BACKUP_JOBS": "4",
                "BACKUP_DBNAME": '["[\\"a\\"]"]',
            },
        )

    def test_secrets_are_paths(self) -> None:
        """Rendered fields are stored."""
        self.assertEqual(of_options({"private_key": "/k.asc"}), {"BACKUP_PRIVATE_KEY_FILE": "/k.asc"})
        with self.assertRaises(AirflowFailException) as caught:
            of_options({"passphrase": "hunter2"})
        self.assertNotIn("hunter2", str(caught.exception))

    def test_jinja_that_was_not_rendered(self) -> None:
        """It would become a name."""
        for value in ("{{ ds }}", ["a", "{% if x %}"]):
            self.assertRaises(AirflowFailException, of_options, {"schema": value})

    def test_secrets_of_airflow_stay_with_airflow(self) -> None:
        """The program gets what describes the worker."""
        given = {
            "AIRFLOW__CORE__FERNET_KEY": "k",
            "AIRFLOW_CONN_X": "c",
            "PGPASSWORD": "p",
            "LC_ALL": "C",
            "PATH": "/bin",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
        }
        with patch.dict(os.environ, given, clear=True):
            passed_on = ("LC_ALL", "PATH", "OTEL_EXPORTER_OTLP_ENDPOINT")
            self.assertEqual(of_worker(), {name: given[name] for name in passed_on})


class Origins(unittest.TestCase):
    """An argument is nearer than a Connection, and its name reaches the program."""

    def test_arguments_are_named(self) -> None:
        """Of two that name a database the program then knows which one counts."""
        connection = {"conn_type": "postgres", "host": "h", "schema": "shop", "login": "u"}
        given = {"AIRFLOW_CONN_POSTGRES_DEFAULT": json.dumps(connection)}
        operator = PostgresBackupOperator(
            task_id="origins", database="crm", s3_conn_id=None, keys_conn_id=None, options={"database_url": "/url"}
        )
        with patch.dict(os.environ, given):
            variables = operator.environment()
        self.assertEqual((variables["BACKUP_HOST"], variables["BACKUP_DBNAME"]), ("h", "shop"))
        self.assertEqual(variables["BACKUP_INPUT_DBNAME"], '["crm"]')
        self.assertEqual(variables["BACKUP_INPUT_DATABASE_URL_FILE"], "/url")

    def test_an_option_and_an_argument_do_not_differ(self) -> None:
        """One of them would be ignored."""
        for name, value in (("repository", "s3://b"), ("max_age", "2h")):
            operator = PostgresStatusOperator(
                task_id=name, repository="s3://a", postgres_conn_id=None, s3_conn_id=None, options={name: value}
            )
            self.assertRaisesRegex(AirflowFailException, name, operator.environment)


class Storage(unittest.TestCase):
    """Where the Connection of the storage is named."""

    def test_the_name_of_the_provider_amazon_is_taken_too(self) -> None:
        """``aws_conn_id``; None lets the worker's own keys count, and no server needs no Connection."""
        aws = {"conn_type": "aws", "login": "key", "password": "secret"}
        with connections(MY_AWS=aws):
            for given in ({"aws_conn_id": "my_aws"}, {"s3_conn_id": "my_aws"}):
                operator = PostgresStatusOperator(task_id="a", repository="s3://b", postgres_conn_id=None, **given)
                variables = operator.environment()
                self.assertEqual(variables["BACKUP_S3_ACCESS_KEY"], "key")
                self.assertNotIn("BACKUP_HOST", variables)
            operator = PostgresStatusOperator(task_id="b", repository="s3://b", s3_conn_id=None)
            self.assertNotIn("BACKUP_S3_ACCESS_KEY", operator.environment())


class Directories(unittest.TestCase):
    """A disk that is not mounted looks like a directory in which nothing was ever stored."""

    def test_one_that_is_missing_or_empty_needs_create(self) -> None:
        """With it the directory is made for its owner; later runs need no word."""
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "new" / "lost+found").mkdir(parents=True)
        for name in ("missing", "new"):
            directory = folder / name
            both: Any = ["s3://b", str(directory)]
            for operator, repository in (
                (PostgresBackupOperator, f"file://{directory}"),
                (PostgresCheckOperator, both),
            ):
                given = connections(MINIO_DEFAULT={"conn_type": "aws"})
                with self.subTest(name), given, self.assertRaisesRegex(AirflowFailException, "mount its disk"):
                    operator(task_id="a", repository=repository).environment()
        self.assertFalse((folder / "missing").exists())
        directory = folder / "missing"
        with connections():
            PostgresBackupOperator(task_id="b", repository=str(directory), create="True").environment()
            self.assertEqual(stat.S_IMODE(directory.stat().st_mode), 0o700)
            (directory / "app").mkdir()
            PostgresBackupOperator(task_id="c", repository=str(directory), create="False").environment()
        self.assertGreater(require_free_space(str(directory), 0), 0)
        self.assertRaises(AirflowException, require_free_space, str(directory), 1e12)

    def test_a_relative_one_is_refused(self) -> None:
        """It would lie where a task happens to run; perhaps 's3://' was forgotten."""
        with self.assertRaisesRegex(AirflowFailException, "'bucket/prefix' is not a path from '/': .* sftp://"):
            require_directory(Path("bucket/prefix"), create=True)

    def test_what_cannot_be_made_is_said(self) -> None:
        """Here a file is in the way."""
        file = Path(self.enterContext(tempfile.NamedTemporaryFile()).name)
        for directory in (file, file / "below"):
            with self.assertRaisesRegex(AirflowFailException, "cannot be made"):
                require_directory(directory, create=True)


class Keys(unittest.TestCase):
    """What a task does not get it cannot lose."""

    def test_a_backup_gets_no_private_key(self) -> None:
        """Only what reads does; a Connection wins over Variables."""
        given = {
            "AIRFLOW_VAR_BACKUP_PUBLIC_KEY": "of the variable",
            "AIRFLOW_VAR_BACKUP_PRIVATE_KEY": "private",
            "AIRFLOW_CONN_KEYS": json.dumps({"conn_type": "generic", "extra": {"public_key": "of the connection"}}),
        }
        public, private = {"BACKUP_PUBLIC_KEY": "of the connection"}, {"BACKUP_PRIVATE_KEY": "private"}
        with patch.dict(os.environ, given):
            self.assertEqual(key_variables("backup", "keys", reads=False), public)
            self.assertEqual(key_variables("backup", "keys", reads=True), {**public, **private})
            self.assertEqual(key_variables("restore", "keys", reads=True), private)
            self.assertEqual(key_variables("prune", "keys", reads=False), {})


class Results(unittest.TestCase):
    """What goes to XCom and to the log."""

    def test_long_lists_are_cut(self) -> None:
        """The metadata database is no place for them."""
        cut = small({"label": "l", "tables": [{"table": "t" * 100, "rows": n} for n in range(5000)]})
        self.assertEqual(cut["label"], "l")
        self.assertEqual(len(cut["tables"]), 21)
        self.assertIn("4980 more", cut["tables"][-1])
        self.assertLess(len(str(cut)), LIMIT)

    def test_lines_have_their_levels(self) -> None:
        """A line without one is the word of a crash."""
        said: list[Any] = []

        class Log:
            def log(self, level: int, _: str, /, *args: object) -> None:
                said.append((level, *args))

        for line in ("[error] a [info] b", "[info] %s", "Segmentation fault", ""):
            log_line(Log(), line)
        self.assertEqual(said, [(40, "a [info] b"), (20, "%s"), (30, "Segmentation fault")])

    def test_a_restore_says_what_and_where_to(self) -> None:
        """Nothing is guessed."""
        operator = PostgresRestoreOperator(task_id="a", into="", target="latest")
        self.assertRaises(AirflowFailException, operator.own_options)
        operator = PostgresRestoreOperator(task_id="b", into="x")
        self.assertRaises(AirflowFailException, operator.arguments)


if __name__ == "__main__":
    unittest.main()
