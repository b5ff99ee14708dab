"""What people are told: in mails, callbacks and exceptions."""

from __future__ import annotations

import unittest
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from postgres_backuper_airflow.figures import age, percent, size
from postgres_backuper_airflow.operators import PostgresCheckOperator
from postgres_backuper_airflow.report import BACKUPS, report, report_parts
from postgres_backuper_airflow.told import done, kept, why


class TaskInstance:
    """One that knows states and XComs of its run."""

    dag_id, run_id, task_id = "dag", "run", "report"

    def __init__(self, states: dict[str, str | None], told: dict[str, str] | None = None) -> None:
        self.states = states
        self.told = told or {}
        self.pushed: dict[str, Any] = {}

    def get_task_states(self, **_: Any) -> dict[str, dict[str, str | None]]:
        return {"run": {**self.states, "report": "running"}}

    def xcom_pull(self, *, task_ids: str, key: str, map_indexes: int | None = None) -> str | None:
        del key
        return self.told.get(task_ids if map_indexes is None else f"{task_ids}_{map_indexes}")

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


def chain(index: int, *states: str | None) -> dict[str, str | None]:
    """Return the states of one database's tasks."""
    return {f"database.{task}_{index}": state for task, state in zip(BACKUPS.tasks, states, strict=True)}


def part(number: int, **more: Any) -> dict[str, Any]:
    """Return a part of a backup as a result has it."""
    return {"part": number, "tables": 1, "rawBytes": 2048, "isHolder": False, "machine": None, **more}


class InParts(unittest.TestCase):
    """A backup that several tasks read."""

    def test_the_whole_has_a_line_for_each_part(self) -> None:
        """With the machine where it is known."""
        totals = {"tables": 2, "rawBytes": 4096, "storedBytes": 1024}
        parts = [part(1, machine="worker-a", largeObjects=True), part(2, isHolder=True)]
        text = done("backup", {"backups": [{"label": "l", "totals": totals, "parts": parts}]})
        self.assertEqual(
            text.split("\n"),
            [
                "l, 2 tables, 4.0 KiB, 1.0 KiB stored",
                "  part 1: 1 table and the large objects, 2.0 KiB, read by another task on worker-a",
                "  part 2: 1 table, 2.0 KiB, read by the task with the snapshot",
            ],
        )

    def test_a_task_says_what_it_read(self) -> None:
        """Or that others did."""
        of: dict[str, Any] = {"backups": [], "part": {"label": "l", "count": 5, "parts": [part(3)]}}
        self.assertEqual(done("backup", of), "l, part 3: 1 table, 2.0 KiB")
        of["part"]["parts"] = []
        self.assertEqual(done("backup", of), "l: other tasks read what was asked for")

    def test_a_task_says_what_it_left_out(self) -> None:
        """No other task is said to have read that."""
        left = [{"part": 1, "why": "has the large objects, which this job leaves out"}]
        of: dict[str, Any] = {"backups": [], "part": {"label": "l", "count": 5, "parts": [], "leftOut": left}}
        why = "part 1 has the large objects, which this job leaves out"
        self.assertEqual(done("backup", of), f"l: {why}")
        of["part"]["parts"] = [part(3)]
        self.assertEqual(done("backup", of), f"l, part 3: 1 table, 2.0 KiB; not read: {why}")

    def test_a_restore_has_a_line_for_each_task(self) -> None:
        """The one that made the database, and those that loaded tables."""
        loaded = {"tableCount": 1, "rows": 2000, "bytes": 2048}
        restored: dict[str, Any] = {"label": "l", "database": "shop", "tables": []}
        restored["parts"] = [{"worker": None, **loaded}, {"worker": "2/5 worker-a", **loaded}]
        self.assertEqual(
            done("restore", restored).split("\n"),
            [
                "l restored into 'shop': 0 tables, 0 rows",
                "  the task that made the database: 1 table, 2,000 rows, 2.0 KiB",
                "  part 2/5 worker-a: 1 table, 2,000 rows, 2.0 KiB",
            ],
        )

    def test_a_task_says_what_it_loaded(self) -> None:
        """And what the server did not take."""
        loaded = {"label": "l", "into": "shop", "tables": 1, "rows": 2, "bytes": 3, "indexes": 4, "refused": 0}
        self.assertEqual(done("restore", loaded), "l into 'shop': 1 table, 2 rows, 3 B, 4 indexes and keys")
        self.assertRegex(done("restore", {**loaded, "refused": 1}), "; 1 refused by the server, which the other task")

    def test_a_lost_part_fails_no_run_whose_backup_is_whole(self) -> None:
        """The holder read it; a failed holder fails the run."""
        states = {"parts.backup": "success", "parts.part_0": "failed", "verify": "success"}
        ti: Any = TaskInstance(states, {"parts.backup": "whole", "verify": "verified"})
        context: Any = {"ti": ti}
        self.assertEqual(report_parts(context), ["whole", "verified", "parts.part_0 failed: another task did its work"])
        ti.states = {**states, "parts.backup": "failed", "verify": "upstream_failed"}
        ti.told = {"parts.backup": "no room"}
        with self.assertRaisesRegex(AirflowFailException, "parts.backup failed: no room"):
            report_parts(context)


GOOD = ("success",) * 4
FAILED = ("failed", *("upstream_failed",) * 3)


class Report(unittest.TestCase):
    """How a run ended."""

    def lines(self, ti: TaskInstance, *names: str) -> list[str]:
        """Return the lines of the mail; the exception says those of them that are bad."""
        databases = [{"options": {"name": name}} for name in names]
        context: Any = {"ti": ti}
        try:
            report(context, databases, BACKUPS)
        except AirflowFailException as error:
            self.assertIn(str(error), ti.pushed["report"])
        return str(ti.pushed["report"]).split("\n")

    def test_each_database_is_named_with_its_reason(self) -> None:
        """Not ``database.backup_2``; what failed comes first."""
        told = {
            "database.backup_0": "backup_1, 2 tables",
            "database.verify_0": "verified: stored",
            "database.check_1": "no such database",
        }
        ti = TaskInstance({"databases": "success", **chain(0, *GOOD), **chain(1, *FAILED)}, told)
        self.assertEqual(
            self.lines(ti, "shop", "nix\n"),
            [
                "'nix\\n': no new backup, check failed: no such database",
                "shop: backup_1, 2 tables, verified: stored",
            ],
        )

    def test_a_backup_that_was_made_is_told_though_a_later_task_failed(self) -> None:
        """Whoever reads it must know that there is one."""
        told = {"database.backup_0": "backup_1", "database.verify_0": "damaged"}
        ti = TaskInstance(chain(0, "success", "success", "failed", "upstream_failed"), told)
        self.assertEqual(self.lines(ti, "shop"), ["shop: backup_1, verify failed: damaged"])

    def test_tasks_of_no_database_are_named(self) -> None:
        """No database was planned then."""
        states = {"free_space": "failed", "databases": "upstream_failed", "database.check": "upstream_failed"}
        self.assertEqual(self.lines(TaskInstance(states, {"free_space": "no room"})), ["free_space failed: no room"])
        self.assertEqual(self.lines(TaskInstance({"databases": "upstream_failed"})), ["not done: databases"])

    def test_nothing_is_good_that_did_not_end_well(self) -> None:
        """A state that is unknown is no success."""
        for state in ("failed", "upstream_failed", "removed", "running", None):
            ti = TaskInstance({**chain(0, "success", "success", "success", state)})
            with self.subTest(state):
                self.assertRaises(AirflowFailException, report, {"ti": ti}, [{"options": {"name": "a"}}], BACKUPS)
        ti = TaskInstance(chain(0, "success", "skipped", "skipped", "skipped"))
        self.assertRaises(AirflowSkipException, report, {"ti": ti}, [{"options": {"name": "a"}}], BACKUPS)


class Reasons(unittest.TestCase):
    """Why a command failed."""

    def test_check_has_a_cause(self) -> None:
        """Its document has items instead of an error."""
        items = [
            {"state": "ok", "what": "keys", "text": "fine"},
            {"state": "problem", "what": "connection", "text": "wrong password", "hint": "check it"},
            {"state": "problem", "what": "repository", "text": "no bucket"},
        ]
        operator = PostgresCheckOperator(task_id="check", database="shop")
        with self.assertRaises(AirflowFailException) as caught:
            operator._raise_for(2, {"result": {"items": items}}, {})  # noqa: SLF001
        said = "connection: wrong password (check it); repository: no bucket"
        self.assertEqual(str(caught.exception), f"check of 'shop' ended with exit status 2: {said}")

    def test_an_error_and_a_missing_repository(self) -> None:
        """The first with its hint; the second as exit status 4 leaves it."""
        self.assertEqual(why({"error": {"message": "m", "hint": "h"}}), "m (h)")
        several = {"error": {"message": "2 of 3 names"}, "result": {"problems": ["a is old", "b has none"]}}
        self.assertEqual(why(several), "2 of 3 names; a is old; b has none")
        destinations = [{"location": "/a", "committed": True}, {"location": "s3://b", "committed": False}]
        self.assertEqual(
            why({"result": {"backups": [{"destinations": destinations}]}}), "not in s3://b: unknown reason"
        )

    def test_a_reason_is_kept_and_no_secret(self) -> None:
        """Texts of other programs are not ours."""
        for error, text in ((AirflowException("no room"), "no room"), (OSError("canary"), "OSError, see the log")):
            ti = TaskInstance({})
            context: Any = {"ti": ti}
            with self.subTest(text), self.assertRaises(type(error)), kept(context):
                raise error
            self.assertEqual(ti.pushed, {"reason": text})


class Done(unittest.TestCase):
    """What was done."""

    def test_each_command_has_its_line(self) -> None:
        """With units, and what is proven."""
        totals = {"tables": 1, "rawBytes": 5 * 1024**3, "storedBytes": 1000}
        self.assertEqual(
            done("backup", {"backups": [{"label": "l", "totals": totals}]}), "l, 1 table, 5.0 GiB, 1000 B stored"
        )
        made = {"label": "l", "totals": totals, "server": "h:5432", "database": "shop"}
        self.assertIn("stored, server h:5432, database 'shop'", done("backup", {"backups": [made]}))
        saved = {**made, "saving": {"fullStoredBytes": 4000}}
        self.assertIn("1000 B stored (differential: 25 % of its full), server", done("backup", {"backups": [saved]}))
        full = {**made, "saving": None, "whyFull": "there is no full yet"}
        self.assertIn("1000 B stored (full: there is no full yet), server", done("backup", {"backups": [full]}))
        failed = {"error": {"message": "no"}, "server": "h:5432", "databases": ["a", "b"]}
        self.assertEqual(why(failed), "no [server h:5432, databases 'a', 'b']")
        table = {"rows": 4000, "expectedRows": 4000, "proof": "counted"}
        restored = {"label": "l", "database": "new", "tables": [table, table]}
        self.assertEqual(done("restore", restored), "l restored into 'new': 2 tables, 8,000 rows, every row counted")
        self.assertEqual(done("verify", {"repositories": [{"level": "content"}]}), "verified: content")
        self.assertEqual(done("prune", {"deleted": ["a"], "freedBytes": 2048}), "1 backup deleted, 2.0 KiB freed")
        self.assertEqual(done("prune", {"repositories": [{"deleted": [], "freedBytes": 0}]}), "")
        self.assertEqual(done("check", {"items": []}), "")
        newest = {"label": "l", "ageMs": 110_000_000}
        watched = [{"name": name, "newest": newest} for name in ("a", "b")]
        text = "l of 'a' is 30.6 hours old; l of 'b' is 30.6 hours old"
        self.assertEqual(done("status", {"repositories": watched}), text)

    def test_what_is_missing_is_told(self) -> None:
        """Of a restore in its error, of a drill in its line."""
        objects = [{"object": f"VIEW public v{n}", "reason": "no t"} for n in range(11)]
        tables = [{"schema": "public", "table": "t", "expectedRows": 9, "reason": "refused"}]
        text = why({"error": {"message": "lacks"}, "result": {"objects": objects, "notLoaded": tables}})
        self.assertTrue(text.startswith("lacks; public.t lacks 9 rows: refused; VIEW public v0: no t; "), text)
        self.assertTrue(text.endswith("; and 2 more"), text)
        partly = {"label": "l", "database": "new", "tables": [], "objects": objects[:1], "notLoaded": []}
        self.assertTrue(done("restore", partly).endswith("0 rows, degraded: without VIEW public v0"), partly)
        degraded = {"verdict": "degraded", "notTested": ["tablespaces"], "notRestored": objects[:1]}
        verified = {"repositories": [{"level": "restore", "backups": [degraded, {"verdict": "same-rows"}]}]}
        expected = "drill degraded: every row is proven, but not tablespaces, VIEW public v0; drill same rows"
        self.assertEqual(done("verify", verified), f"verified: restore; {expected}")

    def test_ages(self) -> None:
        """In the unit that an age needs."""
        self.assertEqual(
            [age(60_000 * minutes) for minutes in (1, 35, 26 * 60, 6000)],
            ["1 minute", "35 minutes", "26.0 hours", "4 days"],
        )

    def test_sizes(self) -> None:
        """As the program writes them."""
        self.assertEqual([size(n) for n in (0, 1023, 1536, 1024**2 * 250)], ["0 B", "1023 B", "1.5 KiB", "250 MiB"])

    def test_shares(self) -> None:
        """As the program writes them."""
        shares = [percent(part, 1000) for part in (0, 0.1, 13, 434)]
        self.assertEqual(shares, ["0 %", "under 0.1 %", "1.3 %", "43 %"])


if __name__ == "__main__":
    unittest.main()
