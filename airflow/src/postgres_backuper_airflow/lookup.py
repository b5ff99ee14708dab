"""Looks up Variables and Connections. A default counts only for what is known to be absent.

Airflow reports "not found" also when a secrets backend failed: it logs the error and asks the next backend. With a
default, one database instead of three would be backed up then. So each backend is asked once more before a default is
taken. A backend that itself answers "not found" while it is down is not noticed.
"""

from __future__ import annotations

import json
import logging
import math
from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook, Variable
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowNotFoundException,
    AirflowRuntimeError,
    ErrorType,
)
from airflow.sdk.log import mask_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.sdk import Connection

log = logging.getLogger(__name__)


def variable(name: str, default: str | None = None) -> str | None:
    """Return a Variable's text; the default when it is empty or known to be absent. A failed backend is retried."""
    text = _text(name)
    if not text and default is not None:
        _tell_default(name, default)
    return text or default


def number(name: str, default: float) -> float:
    """Return a Variable that is a number, 0 or more; fail without retry on other text."""
    text = variable(name, f"{default:g}")
    try:
        value = float(str(text))
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise AirflowFailException(f"the Variable {name} is {str(text)[:40]!r}, not a number")
    return value


def read_json(name: str, default: Any, kind: type) -> Any:
    """Return a Variable that holds JSON of this kind; fail without retry on anything else, also on empty text."""
    text = _text(name)
    if text is None:
        _tell_default(name, json.dumps(default))
        return default
    value = _parsed(f"the Variable {name}", text)
    if not isinstance(value, kind):
        raise AirflowFailException(f"the Variable {name} is not a JSON {'list' if kind is list else 'object'}")
    return value


def connection(conn_id: str) -> Connection | None:
    """Return a Connection; None when it is known to be absent. A failed backend is retried."""
    try:
        return BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        _require_absent(f"the Connection '{conn_id}'", lambda backend: _has_connection(backend, conn_id))
        return None


def required_connection(conn_id: str) -> Connection:
    """Return a Connection; fail without retry when it is known to be absent."""
    found = connection(conn_id)
    if found is None:
        raise AirflowFailException(f"there is no Connection '{conn_id}': add it, or name another one")
    return found


def extra(found: Connection) -> dict[str, Any]:
    """Return a Connection's extra; fail without retry unless it is a JSON object: Airflow would take it for {}."""
    if not (found.extra or "").strip():
        return {}
    fields = _parsed(f"the extra of the Connection '{found.conn_id}'", str(found.extra))
    if not isinstance(fields, dict):
        raise AirflowFailException(f"the extra of the Connection '{found.conn_id}' is not a JSON object")
    mask_secret(fields)
    return fields


@cache
def _tell_default(name: str, default: str) -> None:
    """Log the default that is used: a Variable with a misspelt name looks unset."""
    log.info("the Variable %s has no value: %s is taken", name, default)


def _text(name: str) -> str | None:
    try:
        return str(Variable.get(name))
    except AirflowRuntimeError as error:
        if error.error.error != ErrorType.VARIABLE_NOT_FOUND:
            raise AirflowException(f"the Variable {name} cannot be read: {error.error.error.value}") from error
    _require_absent(f"the Variable {name}", lambda backend: _has_variable(backend, name))
    return None


def _require_absent(what: str, has: Callable[[Any], bool]) -> None:
    for backend in _backends():
        of = type(backend).__name__
        try:
            found = has(backend)
        except Exception as error:
            # the error's text is not ours and may hold a secret: Airflow has logged it
            raise AirflowException(
                f"{what} cannot be read: the secrets backend {of} failed ({type(error).__name__}), see the log"
            ) from error
        if found:
            raise AirflowException(f"{what} was not found at first, and now is: {of}")


def _backends() -> list[Any]:
    try:
        from airflow.sdk.execution_time.supervisor import ensure_secrets_backend_loaded
    except ImportError:
        log.warning("this Airflow does not report its secrets backends: one that is down is taken for an empty one")
        return []
    return ensure_secrets_backend_loaded()


def _has_variable(backend: Any, name: str) -> bool:
    if _is_api(backend):
        from airflow.sdk.execution_time.comms import GetVariable

        return _api_has(GetVariable(key=name), ErrorType.VARIABLE_NOT_FOUND)
    return backend.get_variable(key=name) is not None


def _has_connection(backend: Any, conn_id: str) -> bool:
    if _is_api(backend):
        from airflow.sdk.execution_time.comms import GetConnection

        return _api_has(GetConnection(conn_id=conn_id), ErrorType.CONNECTION_NOT_FOUND)
    return bool(backend.get_connection(conn_id=conn_id))


def _is_api(backend: Any) -> bool:
    """Airflow's own backend returns None for every error of the API server: the server is asked directly."""
    return type(backend).__name__ == "ExecutionAPISecretsBackend"


def _api_has(question: Any, absent: ErrorType) -> bool:
    from airflow.sdk.execution_time.comms import ErrorResponse
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    answer = SUPERVISOR_COMMS.send(question)
    if not isinstance(answer, ErrorResponse):
        return True
    if answer.error != absent:
        raise AirflowRuntimeError(answer)
    return False


def _parsed(what: str, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_doubles)
    except ValueError as error:
        raise AirflowFailException(f"{what} is not JSON: {_where(error)}") from None


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(map(repr, twice))} is in it twice")
    return dict(pairs)


def _where(error: ValueError) -> str:
    """Return the place of the mistake without its text, which may be a secret."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, line {error.lineno}, column {error.colno}"
    return str(error)
