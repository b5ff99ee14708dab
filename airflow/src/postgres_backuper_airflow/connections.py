"""Turns Airflow's Connections into the variables of the program. Read while a task runs, never before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from postgres_backuper_airflow.lookup import extra as extra_of
from postgres_backuper_airflow.lookup import required_connection

if TYPE_CHECKING:
    from airflow.sdk import Connection

# Parameters that libpq takes from variables; by their names in psycopg, to which Airflow's own hook passes them.
_LIBPQ = {
    "sslmode": "PGSSLMODE",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcrl": "PGSSLCRL",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
    "channel_binding": "PGCHANNELBINDING",
    "require_auth": "PGREQUIREAUTH",
    "gssencmode": "PGGSSENCMODE",
    "krbsrvname": "PGKRBSRVNAME",
    "hostaddr": "PGHOSTADDR",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "options": "PGOPTIONS",
}
# They make the password by other means; without them the connection would fail for no visible reason.
_TOKENS = ("iam", "azure_conn_id")


def postgres_variables(conn_id: str) -> dict[str, str]:
    """Return the variables of a Connection of type ``postgres``."""
    connection = _connection(conn_id, ("postgres", "postgresql", "generic"))
    extra = extra_of(connection)
    for name in _TOKENS:
        if extra.get(name) not in (None, False, "", "false", "False"):
            raise AirflowFailException(
                f"connection '{conn_id}': '{name}' in its extra is not supported: give a password"
            )
    variables = {
        "BACKUP_HOST": connection.host,
        "BACKUP_PORT": connection.port,
        "BACKUP_USER": connection.login,
        "BACKUP_PASSWORD": connection.password,
        "BACKUP_DBNAME": connection.schema,
        **{variable: extra.get(name) for name, variable in _LIBPQ.items()},
    }
    return _given(variables)


def s3_variables(conn_id: str) -> dict[str, str]:
    """Return the variables of a Connection of type ``aws``, or of the older ``s3`` whose host is the endpoint."""
    connection = _connection(conn_id, ("aws", "s3", "generic"))
    extra = extra_of(connection)
    if extra.get("role_arn"):
        raise AirflowFailException(
            f"connection '{conn_id}': 'role_arn' is not supported: let the worker have the role, or use 'profile_name'"
        )
    if extra.get("verify") in (False, "false", "False"):
        raise AirflowFailException(
            f"connection '{conn_id}': 'verify' is false, which would send backups to anyone: "
            "give the path of the certificate authority"
        )
    certificates = extra.get("verify")
    return _given(
        {
            **_keys(connection, extra),
            "BACKUP_S3_ENDPOINT": _endpoint(connection, extra),
            "BACKUP_S3_REGION": extra.get("region_name"),
            "AWS_PROFILE": extra.get("profile_name"),
            "NODE_EXTRA_CA_CERTS": certificates if isinstance(certificates, str) else None,
        }
    )


def _endpoint(connection: Connection, extra: dict[str, Any]) -> str | None:
    service = (extra.get("service_config") or {}).get("s3") or {}
    for found in (service.get("endpoint_url"), extra.get("endpoint_url"), extra.get("host")):
        if found:
            return str(found)
    if not connection.host:
        return None
    host = f"{connection.host}:{connection.port}" if connection.port else connection.host
    return f"{connection.schema}://{host}" if connection.schema in ("http", "https") else host


def _keys(connection: Connection, extra: dict[str, Any]) -> dict[str, Any]:
    access = connection.login or extra.get("aws_access_key_id")
    secret = connection.password or extra.get("aws_secret_access_key")
    token = extra.get("aws_session_token")
    if token:
        return {"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}
    return {"BACKUP_S3_ACCESS_KEY": access, "BACKUP_S3_SECRET_KEY": secret}


def _connection(conn_id: str, types: tuple[str, ...]) -> Connection:
    connection = required_connection(conn_id)
    # 'S3' is how older pages of Airflow write it
    if (connection.conn_type or "").lower() not in types:
        raise AirflowFailException(
            f"connection '{conn_id}' is of type '{connection.conn_type}': make it one of type '{types[0]}'"
        )
    return connection


def _given(variables: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in variables.items() if value not in (None, "")}
