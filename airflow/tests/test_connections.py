"""Connections as users write them, read by Airflow's own hook from its variables."""

from __future__ import annotations

import json
import os
import unittest
from typing import Any
from unittest.mock import patch

from airflow.sdk.exceptions import AirflowFailException

from postgres_backuper_airflow.connections import postgres_variables, s3_variables


def connection(**fields: Any) -> Any:
    """Let Airflow find this Connection as ``one``."""
    return patch.dict(os.environ, {"AIRFLOW_CONN_ONE": json.dumps(fields)})


class Postgres(unittest.TestCase):
    """The type ``postgres``."""

    def test_every_field_becomes_a_variable(self) -> None:
        """Extra goes by the names of libpq, and nothing is decoded twice."""
        extra = {"sslmode": "verify-full", "sslrootcert": "/ca.pem", "connect_timeout": 5, "cursor": "dict"}
        fields = {"host": "h", "port": 6432, "login": "u", "password": "p%20@:/", "schema": "d"}
        with connection(conn_type="postgres", **fields, extra=extra):
            self.assertEqual(
                postgres_variables("one"),
                {
                    "BACKUP_HOST": "h",
                    "BACKUP_PORT": "6432",
                    "BACKUP_USER": "u",
                    "BACKUP_PASSWORD": "p%20@:/",
                    "BACKUP_DBNAME": "d",
                    "PGSSLMODE": "verify-full",
                    "PGSSLROOTCERT": "/ca.pem",
                    "PGCONNECT_TIMEOUT": "5",
                },
            )

    def test_what_would_fail_later_is_refused(self) -> None:
        """Tokens instead of a password, another type."""
        for fields in ({"conn_type": "postgres", "extra": {"iam": True}}, {"conn_type": "mysql"}):
            with self.subTest(fields), connection(**fields), self.assertRaises(AirflowFailException):
                postgres_variables("one")


class S3(unittest.TestCase):
    """The types ``aws`` and ``s3``."""

    def test_the_endpoint_of_the_service_wins(self) -> None:
        """As in the provider ``amazon``."""
        extra = {
            "endpoint_url": "http://all",
            "region_name": "eu-1",
            "service_config": {"s3": {"endpoint_url": "http://s3"}},
        }
        with connection(conn_type="aws", login="a", password="s", extra=extra):
            expected = {"BACKUP_S3_ACCESS_KEY": "a", "BACKUP_S3_SECRET_KEY": "s", "BACKUP_S3_REGION": "eu-1"}
            self.assertEqual(s3_variables("one"), {**expected, "BACKUP_S3_ENDPOINT": "http://s3"})

    def test_a_session_token_goes_with_its_keys(self) -> None:
        """The program takes it from the variables of the AWS tools only."""
        with connection(conn_type="aws", login="a", password="s", extra={"aws_session_token": "t"}):
            keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
            self.assertEqual(s3_variables("one"), keys)

    def test_the_older_type_has_the_endpoint_as_its_host(self) -> None:
        """As in the original's README, and keys in its extra."""
        extra = {"aws_access_key_id": "a", "aws_secret_access_key": "s"}
        for conn_type in ("s3", "S3"):  # the second in the original's README
            with connection(conn_type=conn_type, host="minio", port=9000, schema="http", extra=extra):
                variables = s3_variables("one")
            self.assertEqual(variables["BACKUP_S3_ENDPOINT"], "http://minio:9000")
            self.assertEqual(variables["BACKUP_S3_ACCESS_KEY"], "a")

    def test_what_cannot_be_honoured_is_refused(self) -> None:
        """A role to assume; certificates that nobody checks."""
        for extra in ({"role_arn": "arn:x"}, {"verify": False}, {"verify": "false"}):
            with self.subTest(extra), connection(conn_type="aws", extra=extra):
                self.assertRaises(AirflowFailException, s3_variables, "one")


if __name__ == "__main__":
    unittest.main()
