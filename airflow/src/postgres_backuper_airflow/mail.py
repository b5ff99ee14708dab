"""Mail by Airflow's own SmtpNotifier, where an SMTP Connection exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import BaseNotifier

from postgres_backuper_airflow.lookup import connection, variable
from postgres_backuper_airflow.told import REPORT

if TYPE_CHECKING:
    from airflow.sdk import Context

CONNECTION = "smtp_default"

_TEXT = """<p>DAG <b>{{ dag.dag_id }}</b> {{ outcome }}: {{ run_id }}</p>
<pre>{{ (report or exception or "see the log") | e }}</pre>
<p><a href="{{ ti.log_url }}">log</a></p>
"""


class MailNotifier(BaseNotifier):
    """Mail to the addresses of the Variable BACKUP_MAIL_TO; without it, or without ``smtp_default``, do nothing."""

    def __init__(self, outcome: str) -> None:
        super().__init__()
        self.outcome = outcome

    def notify(self, context: Context) -> None:
        """Send it."""
        to = variable("BACKUP_MAIL_TO")
        if not to or connection(CONNECTION) is None:
            self.log.info("no mail: set the Variable BACKUP_MAIL_TO and the Connection %s", CONNECTION)
            return
        from airflow.providers.smtp.notifications.smtp import SmtpNotifier

        dag_id = context["dag"].dag_id
        ti = context["ti"]
        more = {"outcome": self.outcome, "report": ti.xcom_pull(task_ids=ti.task_id, key=REPORT) or ""}
        SmtpNotifier(
            to=[address.strip() for address in to.split(",")],
            subject=f"{dag_id} {self.outcome}",
            html_content=_TEXT,
            smtp_conn_id=CONNECTION,
        )({**context, **more})
