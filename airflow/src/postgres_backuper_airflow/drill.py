"""What the DAG ``postgres_restore_drill`` asks."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from postgres_backuper_airflow.lookup import number, read_json, variable
from postgres_backuper_airflow.plan import cloud_repository, plan
from postgres_backuper_airflow.scratch import ask, scratch_name
from postgres_backuper_airflow.settings import DRILLED
from postgres_backuper_airflow.told import REPORT

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)


def is_drill_due(context: Context) -> bool:
    """Say whether the last good drill is old enough; a run by hand is always due."""
    if context["dag_run"].run_type == "manual":
        return True
    days = number("DRILL_EVERY_DAYS", 7)
    events = context["inlet_events"][DRILLED]
    if len(events) == 0:
        return True
    # half a day less, because a backup does not end at the same minute each night
    age = datetime.now(timezone.utc) - events[-1].timestamp
    log.info("the last good drill was %.1f days ago", age / timedelta(days=1))
    return age >= timedelta(days=days - 0.5)


def drill_plan(run_id: str) -> list[dict[str, Any]]:
    """Return the arguments of the drill's tasks, database by database."""
    planned = plan(cloud_repository())
    queries = _queries({one["options"]["name"] for one in planned})
    conn_id = variable("DRILL_CONN_ID")
    return [
        {
            "postgres_conn_id": conn_id or one["postgres_conn_id"],
            "repository": one["repository"],
            "scratch": scratch_name(run_id, index),
            "options": {name: one["options"].get(name) for name in ("name", "jobs", "encryption")},
            "queries": queries.get(one["options"]["name"], []),
        }
        for index, one in enumerate(planned)
    ]


def _queries(names: set[str]) -> dict[str, list[str]]:
    """Refuse queries that would never run: a drill without queries succeeds."""
    queries: dict[str, list[str]] = read_json("DRILL_QUERIES", {}, dict)
    unknown = sorted(set(queries) - names)
    if unknown:
        raise AirflowFailException(
            f"the Variable DRILL_QUERIES names {', '.join(map(repr, unknown))}, of which there are no backups: "
            f"there are {', '.join(map(repr, sorted(names)))}"
        )
    for name, asked in queries.items():
        if not isinstance(asked, list) or not asked or not all(isinstance(query, str) for query in asked):
            raise AirflowFailException(f"the Variable DRILL_QUERIES: {name!r} has no list of queries")
    return queries


def run_queries(context: Context, conn_id: str, database: str, queries: list[str]) -> None:
    """Fail unless each query gives ``t``."""
    for query in queries:
        answer = ask(conn_id, database, query)
        if answer != "t":
            raise AirflowFailException(f"{query!r} gives {answer[:100]!r}, not 't'")
        log.info("t: %s", query)
    if not queries:
        log.info("no queries in DRILL_QUERIES; the restore compared the rows of each table")
    context["ti"].xcom_push(REPORT, f"{len(queries)} of {len(queries)} queries true" if queries else "no queries")
