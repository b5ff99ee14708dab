"""Turns options into the variables of the program."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from postgres_backuper_airflow.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

# Variables that describe the worker. The program gets no others: they may be Airflow's own secrets.
_OF_WORKER = frozenset(
    "PATH HOME USER LOGNAME LANG LANGUAGE TZ TMPDIR XDG_CACHE_HOME "
    "HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy "
    "SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS NODE_OPTIONS KRB5CCNAME KRB5_CONFIG "
    "PGPASSFILE PGSERVICEFILE PGSYSCONFDIR PGSSLROOTCERT BACKUP_PG_BIN_DIR PG_BIN_DIR BACKUP_CACHE_DIR".split()
)
_PREFIXES = ("LC_", "AWS_", "OTEL_")


def of_worker() -> dict[str, str]:
    """Return the part of the worker's environment that the program gets."""
    return {name: value for name, value in os.environ.items() if name in _OF_WORKER or name.startswith(_PREFIXES)}


def of_options(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables of these options; fail without retry on one that is unknown, unrendered or a secret."""
    variables: dict[str, str] = {}
    for name, value in options.items():
        option = OPTIONS.get(name)
        if option is None:
            raise AirflowFailException(
                f"there is no option {name!r}: the names are in postgres_backuper_airflow.options"
            )
        if value is None or value in ("", []):
            continue
        refuse_jinja(f"options[{name!r}]", value)
        if option.is_secret:
            variables[f"{option.variable}_FILE"] = _path(name, value)
        else:
            variables[option.variable] = _text(value, is_list=option.is_list)
    return variables


def refuse_jinja(where: str, value: object) -> None:
    """Fail without retry on an unrendered template, as in a Variable: it would become a name."""
    texts = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(text, str) and ("{{" in text or "{%" in text) for text in texts):
        raise AirflowFailException(
            f"{where} still holds a template: Airflow renders arguments, not what Variables and 'params' give to them"
        )


def _path(name: str, value: object) -> str:
    """Airflow stores and shows rendered fields: they must not hold a secret."""
    if isinstance(value, str) and value.startswith("/") and "\n" not in value:
        return value
    raise AirflowFailException(
        f"options[{name!r}] takes the path of a file only: put the secret into the Connection of 'keys_conn_id' "
        f"or the Variable {OPTIONS[name].variable}"
    )


def _text(value: object, *, is_list: bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_list and not isinstance(value, str):
        return json.dumps([str(one) for one in value])  # type: ignore[attr-defined]
    return str(value)
