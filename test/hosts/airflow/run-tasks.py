"""Runs operators as a task does, one after another, since Airflow takes seconds to start.

A line of JSON on standard input asks for one, or for the end of the one that runs; an answer is a line after ``ANSWER``.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import re
import sys
import threading
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.secrets.environment_variables import EnvironmentVariablesBackend

from postgres_backuper_airflow import operators

_BACKENDS = "airflow.sdk.execution_time.supervisor.ensure_secrets_backend_loaded"
# without the guard that warns of a call by anything but Airflow
_execute = operators.PostgresBackuperOperator.execute.__wrapped__
_OPERATORS = {"backup": operators.PostgresBackupOperator, "verify": operators.PostgresVerifyOperator}


class Lines(logging.Handler):
    """The log of one task."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(f"[{record.levelname.lower()}] {record.getMessage()}")


def operator(request: dict[str, Any], log: logging.Logger) -> Any:
    """Return the operator, with its log."""
    kind = type("Task", (_OPERATORS[request["command"]],), {"log": property(lambda _: log)})
    return kind(task_id="task", s3_conn_id=None, **request["arguments"])


def run(task: Any, lines: Lines) -> dict[str, Any]:
    """Run it to its end and say how it ended."""
    pushed: dict[str, Any] = {}
    ti = SimpleNamespace(dag_id="nightly", task_id="task", run_id="run", try_number=1, xcom_push=pushed.__setitem__)
    state, text = "success", ""
    try:
        pushed["return_value"] = _execute(task, {"ti": ti})
    except AirflowSkipException as error:
        state, text = "skipped", str(error)
    except AirflowFailException as error:
        state, text = "failed, not retried", str(error)
    except AirflowException as error:
        state, text = "failed, may be retried", str(error)
    found = re.search(r"exit status (-?\d+)", text)
    status = {"success": 0, "skipped": 99}.get(state, int(found[1]) if found else None)
    return {"state": state, "text": text, "status": status, "xcom": sorted(pushed), "log": "\n".join(lines.texts)}


def main() -> None:
    """Answer until standard input ends."""
    asked: queue.Queue[dict[str, Any] | None] = queue.Queue()
    running: list[Any] = []

    def read() -> None:
        for line in sys.stdin:
            request = json.loads(line)
            if request.get("cancel"):
                running[-1].on_kill()
            else:
                asked.put(request)
        asked.put(None)

    threading.Thread(target=read, daemon=True).start()
    log = logging.Logger("task", logging.DEBUG)
    # in this thread: the program ends with the thread that started it
    while (request := asked.get()) is not None:
        lines = Lines()
        log.handlers = [lines]
        running.append(operator(request, log))
        os.environ.update(request["environment"])
        with patch(_BACKENDS, lambda: [EnvironmentVariablesBackend()]):
            answer = run(running[-1], lines)
        sys.stdout.write(f"ANSWER {json.dumps(answer)}\n")
        sys.stdout.flush()


main()
