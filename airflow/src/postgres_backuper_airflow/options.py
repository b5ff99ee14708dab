"""Generated from the table in packages/options/src; do not edit."""

# ruff: noqa: E501

from __future__ import annotations

from typing import NamedTuple, TypedDict


class Option(NamedTuple):
    """How the program takes an option."""

    variable: str
    is_secret: bool
    is_list: bool
    commands: tuple[str, ...]


class Options(TypedDict, total=False):
    """What the operators take in ``options``; each may also be text with Jinja in it. Of secrets: paths of files."""

    database_url: str | None
    """postgres://user:password@host:port/database. A database or user that is given separately replaces its own."""
    host: str | None
    """The server's name, or the folder of its socket, as psql takes it."""
    port: str | None
    """The server's port. Default: 5432."""
    dbname: str | list[str] | None
    """The database. For backup, verify, prune, list and status also several: each has its own backups."""
    user: str | None
    """The role to connect as."""
    password: str | None
    """The role's password. ~/.pgpass, client certificates and PGSERVICE work too."""
    password_command: str | None
    """A shell command that prints the password; asked again for new connections, for passwords that expire (IAM, Vault). See docs/password-command.md."""
    ssh_tunnel: str | None
    """Reach the server through this SSH server, user@host[:port] or a host of ~/.ssh/config, with the system's ssh. The server's host and port are those that the SSH server sees. See docs/ssh-tunnel.md."""
    ssh_key: str | None
    """With --ssh-tunnel: the SSH private key to log in with, without a passphrase. Default: ssh's own keys and the ssh-agent."""
    ssh_known_hosts: str | None
    """With --ssh-tunnel: a file with the key of the SSH server as known_hosts has it, or in a variable its lines. Default: known_hosts of the user and the system. An unknown key is always refused."""
    all_databases: bool | str | None
    """Every database of the server except template0 and template1. Exit 4 when one allows no connections."""
    exclude_database: str | list[str] | None
    """With --all-databases: all except this one. For status and report: a name that is not looked at."""
    maintenance_db: str | list[str] | None
    """The database to connect to while another one is created or listed, or roles are read; the first that answers. Default: postgres, template1."""
    pg_bin_dir: str | list[str] | None
    """The folder of pg_dump, psql and pg_restore. Default: PATH and the usual folders; a backup takes the newest version, a restore that of the server."""
    install_client: bool | str | None
    """First install client programs that fit the server from the system's packages, where there are none. As root, or by sudo without a password."""
    client_version: int | str | None
    """The major version of the client programs that --install-client and setup-client find or install. Default: that of the server."""
    repository: str | list[str] | None
    """A directory, file:///directory, s3://bucket/prefix or sftp://user@host/path. Two: each backup is written to both. Default: s3://$MINIO_BUCKET/$MINIO_BACKUP_PATH."""
    name: str | None
    """What the backups of this database are called in the repository. Default: the database's name."""
    s3_bucket: str | None
    """The bucket, where no repository is given."""
    s3_path: str | None
    """The prefix in that bucket. Default: backups/postgres."""
    s3_endpoint: str | None
    """The S3 server, with or without https://. Default: Amazon."""
    s3_access_key: str | None
    """The access key's id. Default: AWS_ACCESS_KEY_ID, profiles, web identity, instance roles, as in the AWS tools."""
    s3_secret_key: str | None
    """The access key's secret."""
    s3_region: str | None
    """The region. Default: us-east-1."""
    s3_addressing: str | None
    """Where the bucket's name stands: path (https://host/bucket) or virtual (https://bucket.host). Default: virtual at Amazon, else path."""
    s3_ca: str | None
    """Certificates (PEM) to trust besides the system's, for a server with an authority of its own: a file, or in a variable the text itself."""
    s3_sse: str | None
    """Encryption by the S3 server, in addition to ours: AES256 or aws:kms."""
    s3_sse_kms_key_id: str | None
    """The key for aws:kms."""
    s3_storage_class: str | None
    """The storage class of new objects, e.g. STANDARD_IA."""
    s3_tag: str | list[str] | None
    """A tag of new objects."""
    s3_metrics_url: str | None
    """MinIO's cluster metrics, which tell the free space, e.g. https://minio:9000/minio/v2/metrics/cluster."""
    s3_metrics_token: str | None
    """A token of 'mc admin prometheus generate' for these metrics."""
    sftp_host_key: str | list[str] | None
    """The key of the SFTP server: SHA256:…, a public key or a line of known_hosts. Without it the server is refused, and its key shown."""
    sftp_key: str | None
    """The SSH private key to log in with. Default: the ssh-agent of SSH_AUTH_SOCK."""
    sftp_key_passphrase: str | None
    """The passphrase of the SSH key."""
    sftp_password: str | None
    """The password of the SFTP account; a key is safer."""
    repair_modes: bool | str | None
    """Take the rights of other users from the files of a repository in a directory."""
    limit_rate: str | None
    """Bytes per second, e.g. 10MiB, that go to all repositories together, and as many that come from them. Default: no limit."""
    retry_for: str | None
    """How long one call to the repository is tried again after a temporary failure, then exit 75. Default: 5min."""
    encryption: str | None
    """openpgp or none. Without a key nothing is written unless this is none. Default: openpgp."""
    openpgp_profile: str | None
    """gnupg: only keys and messages that GnuPG 2.2 and later reads. rfc9580: also newer ones, which no GnuPG reads; keygen then makes a version 6 key. Default: gnupg."""
    public_key: str | list[str] | None
    """Public keys (recipients) that backups are encrypted for. All that a backup job needs. For status: it warns before one expires. For rekey: all who can read the backups afterwards."""
    private_key: str | list[str] | None
    """The private key that reads backups: for restore, export, and verify --level content or restore."""
    private_key_passphrase: str | None
    """The passphrase of the private key."""
    passphrase: str | None
    """Instead of keys: one passphrase that encrypts and decrypts."""
    dedup_secret: str | None
    """For --incremental with keys: 32 random bytes, in base64 or hexadecimal digits. It decrypts no backup; with another one, or none, the next backup is a full."""
    signing_key: str | None
    """A private key that signs each backup, and what is recorded beside it: verdicts, pins."""
    signing_key_passphrase: str | None
    """The passphrase of the signing key."""
    signer_key: str | None
    """The public key of the signer. With it only backups that it signed count, and of failed verifications, unpins and accepted servers only those that it signed."""
    schema: str | list[str] | None
    """Only these schemas, and the extensions, types and functions that they stand on: patterns as in pg_dump for a backup, exact names for a restore."""
    exclude_schema: str | list[str] | None
    """All schemas except these. A backup keeps definitions that the others stand on; a restore leaves out what depends on these, too."""
    table: str | list[str] | None
    """Only these tables, with what they need: patterns as in pg_dump for a backup, where a partitioned table brings its partitions, and for show; exact names (schema.table) for a restore."""
    exclude_table: str | list[str] | None
    """All tables except these. A backup leaves out their partitions, too; a restore what depends on them."""
    exclude_table_data: str | list[str] | None
    """Tables whose rows are left out; of a backup also those of their partitions."""
    allow_missing_data: str | list[str] | None
    """A backup exits 4 when the server cannot give rows, such as those of unlogged tables on a standby; not for this table (schema.table), or for any: *."""
    no_globals: bool | str | None
    """Leave out roles and tablespaces."""
    no_large_objects: bool | str | None
    """Leave out large objects."""
    jobs: int | str | None
    """Parallel connections. Default: 4."""
    split_tables: str | None
    """Read a table of at least this size with all connections at once, each a part of its rows; off: never. Default: 2GiB."""
    lock_timeout: str | None
    """How long to wait for another session's lock, then exit 75; in a restore, that of rows into tables that exist. Default: 5min."""
    yield_after: str | None
    """End with 75 when another session, e.g. a migration, has waited this long for our locks."""
    pause_replay: bool | str | None
    """On a standby: pause the replay while the database is read, so that it cancels no query, and resume it afterwards, whatever happens. --lock-timeout bounds the wait for the pause. Needs PostgreSQL 14 and a right that setup-role grants."""
    segment_size: str | None
    """Size of one stored object before compression, 8MiB to 64MiB. Costs about eleven times as much memory. Default: 8MiB."""
    compression: str | None
    """zstd:N: a level from 1, the fastest, to 19, the smallest; auto: a higher level while the storage, not the processor, holds the backup up. See docs/compression.md. Default: zstd:1."""
    incremental: bool | str | None
    """Store only what the last full backup has not. A full is made where anything is in doubt, and says why."""
    full_every: str | None
    """With --incremental: make a full backup when the last one is older. Default: 7d."""
    last_full_backup: str | None
    """With --incremental: make a full backup when the last one began before this time or label, e.g. 2024-03-15 02:15. Not needed: --full-every does this by itself."""
    skip_unchanged: bool | str | None
    """With --incremental: do not read tables that the server has not changed since the full backup. Needs PostgreSQL 17, summarize_wal = on and the role pg_checkpoint; runs a checkpoint. Tables are read where anything is in doubt."""
    verify_skipped: int | str | None
    """With --skip-unchanged: read this many percent of the unchanged tables, chosen at random, all the same, at least one, and compare. A difference ends the backup with an error; 0: none. Default: 0."""
    parts: int | str | None
    """Share the large tables of one database out to N parts, which other jobs read, or load, with --part; this job does what they do not. A backup so made is one like any other, and needs BACKUP_DEDUP_SECRET or a passphrase in every job; a restore needs nothing more."""
    part: str | None
    """Read part I of the N parts of the backup of another job (--parts N) and end; next/N: parts that nobody reads, until none is left. Needs --label. Of a restore, which needs the label as well: load tables into the database that the other job makes, those of part I first, until none is left."""
    label: str | None
    """With --parts and --part: the label of the backup, the same in all jobs, e.g. of backup_$(date -u +%Y%m%d_%H%M%S)_$(openssl rand -hex 3). Never used twice."""
    part_timeout: str | None
    """With --part: how long to wait for the plan, or for the definitions of a restore. With --parts and --no-holder-works: how long to wait for jobs where none works. Then exit 75. Default: 15min."""
    no_holder_works: bool | str | None
    """With --parts: read, or load, none of the large tables in this job."""
    skip_if_newer_than: str | None
    """Do nothing and exit 99 when the newest backup is younger than this, e.g. 20h."""
    note: str | None
    """Words about this backup, e.g. "before the upgrade to 2.0", shown wherever it is listed. One line of at most 200 characters; not encrypted."""
    expire_after: str | None
    """Keep this backup this long, e.g. 14d, whatever the rules say, and let prune delete it then. It counts for no rule."""
    before: str | None
    """A shell command to run after the checks and before each backup reads its database. If it fails, nothing is stored and the exit status is 5. See docs/hooks.md."""
    after: str | None
    """A shell command to run after each backup whose checks passed, also a failed or cancelled one; HOOK_OUTCOME and other variables say how it ended. If it fails, the exit status is 4."""
    hook_timeout: str | None
    """How long the commands of --before and --after may take each. Default: 10min."""
    no_prune: bool | str | None
    """Do not delete expired backups afterwards."""
    verify: str | None
    """How the new backup is proven: stored, content or restore. The last two need the private key. Default: stored."""
    into: str | None
    """The new database. Default: the original's name. A database that exists is refused, but for a restore of rows, which needs one."""
    into_empty: str | None
    """A database that exists and holds no objects, instead of a new one: for roles that may not create databases. If the restore fails, what it made there is dropped again."""
    into_schema: str | None
    """A new schema in a database that exists, which gets tables of one schema with their rows, keys and indexes: old rows beside the living ones. If the restore fails, it is gone."""
    replace: str | None
    """Restore into a new database, and give it the name of this one once everything is there. The old one is kept as NAME_before_LABEL_…."""
    disconnect: bool | str | None
    """End the sessions on a database that another one takes the name of, at the moment of the exchange. Default: a database in use keeps its name."""
    drop_old: bool | str | None
    """Drop the database that was replaced, once the new one has its name and answers. Default: it is kept. Refused where the new database may lack anything that the old one has."""
    plan: bool | str | None
    """Show what would stop the restore, what the new database would lack, and what to do about it. Changes nothing; exit status 0 if nothing stops it."""
    transform: str | list[str] | None
    """SQL that changes the restored rows, e.g. masks them, in one transaction for each file. Until all are done, nobody else may connect to the database; if one fails, nothing is left."""
    assert_: str | list[str] | None
    """Queries about the restored rows, also in a drill. Each returns name (text), ok (boolean) and detail (text); each row is a test, and one that is not ok ends with status 1."""
    compare_live: int | str | None
    """Count the rows of each restored table in the living source, too, also in a drill. Each table is a test; one whose numbers are more than this apart ends with status 1."""
    live_url: str | None
    """The living source as postgres://user:password@host:port/database. Default: the database that was backed up, on the given server."""
    file_database: str | None
    """Of a file of pg_dumpall: the database in it that is restored or imported."""
    file_globals: bool | str | None
    """Of a file of pg_dumpall: make its roles and tablespaces that the server lacks, and restore no database."""
    at: str | None
    """The newest backup made at or before this time, e.g. 2024-03-15 or 2024-03-15T12:00Z; UTC unless it names a zone."""
    no_owner: bool | str | None
    """Do not set owners: everything belongs to the role that restores."""
    no_privileges: bool | str | None
    """Do not restore grants."""
    no_tablespaces: bool | str | None
    """Put everything into the server's default tablespace. A drill does so by itself where the server lacks a tablespace."""
    schema_only: bool | str | None
    """Definitions alone: no rows, no values of sequences, no large objects."""
    section: str | list[str] | None
    """Only these sections, as pg_restore has them: tables, types, functions; rows; indexes, keys, triggers. Rows alone go into tables that exist."""
    data_only: bool | str | None
    """Only rows, into tables of a database that exists: all in one transaction, added to the rows that are there. No definition is made."""
    truncate: bool | str | None
    """Of a restore of rows: empty these tables first, in the same transaction. Refused where another table refers to one of them."""
    to_older: bool | str | None
    """Restore to a server of an older major version than that of the backup: all rows, and the objects that it knows; the plan lists what is lost."""
    no_analyze: bool | str | None
    """Do not make statistics of the new tables (ANALYZE): the first queries may be slow."""
    strict: bool | str | None
    """End a restore at the first object or table that the server refuses, and undo it; default: keep what can be kept, status 4 if objects are missing. A drill that ends degraded fails; default: a warning."""
    resume: bool | str | None
    """Continue an interrupted restore of the same backup: what is complete is not done again."""
    not_restored_file: str | None
    """Written where objects could not be restored: each with its reason, and the SQL to run when it is gone. Default: not-restored.sql."""
    no_policies: bool | str | None
    """Leave out policies and user mappings, which cannot be created without their roles. Row level security stays on: without its policies, only owners and superusers see rows."""
    no_event_triggers: bool | str | None
    """Leave out event triggers, which only superusers create."""
    no_publications: bool | str | None
    """Leave out publications."""
    no_subscriptions: bool | str | None
    """Leave out subscriptions."""
    no_comments: bool | str | None
    """Leave out comments."""
    no_security_labels: bool | str | None
    """Leave out security labels."""
    exclude_extension: str | list[str] | None
    """Leave out this extension and the rows of its tables. Objects that need it cannot be restored, and are listed."""
    create_roles: bool | str | None
    """Create the roles that the backup names and the server lacks, without password and the right to log in; no role becomes a superuser."""
    with_passwords: bool | str | None
    """Created roles get the password and the right to log in that they had."""
    role_map: str | list[str] | None
    """Another role in the place of one of the backup: as owner, in grants, policies and user mappings."""
    locale: str | None
    """Locale of the new database, e.g. C.UTF-8. Default: that of the original."""
    locale_provider: str | None
    """Locale provider of the new database. Default: that of the original."""
    level: str | None
    """stored: every object is there. content: every object is read and every hash compared. restore: a drill into a scratch database. Default: content."""
    sample: str | None
    """For the level content: read only this share of the segments, e.g. 5%, another part each day. It never counts as a verification of the content."""
    all: bool | str | None
    """Every backup of this name."""
    drill_on: str | None
    """Where a drill restores. throw-away: on a server started for it (needs the server programs). server: into a scratch database of the given server. Default: throw-away."""
    fail_on_anomaly: bool | str | None
    """Exit 3 after the backup is stored, when it differs a lot from the last ones. Without it that is a warning."""
    history_file: str | None
    """Rows, size and hash of each table, kept here between runs: then a table that is gone, empty or half as large is unusual as well. It names tables: keep it private."""
    anomaly_shrink: int | str | None
    """Unusual: less than this part of the usual bytes, rows or tables, in percent; 0: never. Default: 50."""
    anomaly_slower: int | str | None
    """Unusual: more than N times the usual duration; 0: never. Default: 3."""
    anomaly_unchanged: int | str | None
    """Unusual: nothing changed in the last N backups; 0: never. Default: 7."""
    keep_days: int | str | None
    """Keep every backup that is younger; 0: no such rule. Default: 30."""
    keep_last: int | str | None
    """Keep the newest N."""
    keep_daily: int | str | None
    """Keep the newest of each of the last N days that have one."""
    keep_weekly: int | str | None
    """The same for weeks."""
    keep_monthly: int | str | None
    """The same for months."""
    keep_yearly: int | str | None
    """The same for years."""
    keep_size: str | None
    """Keep the newest that have at most this size together, e.g. 500GiB, each differential with its full. Other rules keep more: give --keep-days 0 where the size alone decides. off: no such rule."""
    keep_minimum: int | str | None
    """Never keep fewer, whatever the other rules say. Default: 3."""
    time_zone: str | None
    """Where the days, weeks, months and years of these rules begin at midnight, e.g. Europe/Berlin, and in which list, status and report show times. Labels stay in UTC. Default: UTC."""
    accept_new_server: bool | str | None
    """Say once after a failover or an upgrade that the new server continues the same backups."""
    dry_run: bool | str | None
    """Show what would be deleted and why; delete nothing."""
    force: bool | str | None
    """Allow deleting more than half of the backups at once."""
    max_age: str | None
    """status: exit 1 when the newest good backup is older, or there is none. report: mark it. Where no name is given: of any name in the repository. Default: 26h."""
    ignore_damaged: bool | str | None
    """Do not exit 1 because a newer backup is damaged or failed a verification, while a good one is young enough."""
    stall_timeout: str | None
    """End with 75 after this long without progress, and name what was waited for; off: never. A backup or restore opens one more connection for it. Default: 15min."""
    max_duration: str | None
    """End with 75 when the command takes longer than this."""
    notify: str | list[str] | None
    """URLs of services that get a message: mail, Slack, Teams, Discord, Telegram, ntfy, a webhook, a heartbeat (docs/notifications.md). Several are separated by line ends or spaces."""
    notify_on: str | list[str] | None
    """When a message is sent, as a list with commas: also after each success, or after failures alone; digest: all names, by report. A heartbeat is sent always. Default: failure, recovery, missing, anomaly."""
    junit_file: str | None
    """Write a JUnit report: each verified table is a test."""
    dotenv_file: str | None
    """Write BACKUP_LABEL (of several databases BACKUP_LABEL_<NAME>) and other figures as NAME=value lines for later jobs."""
    metrics_file: str | None
    """Write figures as OpenMetrics text, e.g. for GitLab or a node exporter."""
    metrics_push: str | None
    """URL of a Prometheus Pushgateway that gets the same figures (docs/monitoring.md)."""
    summary_file: str | None
    """Write a summary for people, in Markdown."""
    report_url: str | None
    """Where the page of the command report is published: summaries of other commands link to it."""
    verbose: bool | str | None
    """Log more."""
    config: str | None
    """A postgres-backuper.json with options; needed for two repositories with endpoints and keys of their own."""
    cache_dir: str | None
    """Where the small records of backups are cached. Default: ~/.cache/postgres-backuper."""

OPTIONS: dict[str, Option] = {
    "database_url": Option("BACKUP_DATABASE_URL", True, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "host": Option("BACKUP_HOST", False, False, ("backup", "restore", "verify", "check")),
    "port": Option("BACKUP_PORT", False, False, ("backup", "restore", "verify", "check")),
    "dbname": Option("BACKUP_DBNAME", False, True, ("backup", "restore", "verify", "prune", "check", "status")),
    "user": Option("BACKUP_USER", False, False, ("backup", "restore", "verify", "check")),
    "password": Option("BACKUP_PASSWORD", True, False, ("backup", "restore", "verify", "check")),
    "password_command": Option("BACKUP_PASSWORD_COMMAND", False, False, ("backup", "restore", "verify", "check")),
    "ssh_tunnel": Option("BACKUP_SSH_TUNNEL", False, False, ("backup", "restore", "verify", "check")),
    "ssh_key": Option("BACKUP_SSH_KEY", True, False, ("backup", "restore", "verify", "check")),
    "ssh_known_hosts": Option("BACKUP_SSH_KNOWN_HOSTS", False, False, ("backup", "restore", "verify", "check")),
    "all_databases": Option("BACKUP_ALL_DATABASES", False, False, ("backup", "check")),
    "exclude_database": Option("BACKUP_EXCLUDE_DATABASE", False, True, ("backup", "check", "status")),
    "maintenance_db": Option("BACKUP_MAINTENANCE_DB", False, True, ("backup", "restore", "verify", "check")),
    "pg_bin_dir": Option("BACKUP_PG_BIN_DIR", False, True, ("backup", "restore", "verify", "check")),
    "install_client": Option("BACKUP_INSTALL_CLIENT", False, False, ("backup", "restore", "verify", "check")),
    "client_version": Option("BACKUP_CLIENT_VERSION", False, False, ("backup", "restore", "verify", "check")),
    "repository": Option("BACKUP_REPOSITORY", False, True, ("backup", "restore", "verify", "prune", "check", "status")),
    "name": Option("BACKUP_NAME", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "s3_bucket": Option("BACKUP_S3_BUCKET", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "s3_path": Option("BACKUP_S3_PATH", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "s3_endpoint": Option("BACKUP_S3_ENDPOINT", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "s3_access_key": Option("BACKUP_S3_ACCESS_KEY", True, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "s3_secret_key": Option("BACKUP_S3_SECRET_KEY", True, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "s3_region": Option("BACKUP_S3_REGION", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "s3_addressing": Option("BACKUP_S3_ADDRESSING", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "s3_ca": Option("BACKUP_S3_CA", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "s3_sse": Option("BACKUP_S3_SSE", False, False, ("backup", "verify", "check")),
    "s3_sse_kms_key_id": Option("BACKUP_S3_SSE_KMS_KEY_ID", False, False, ("backup", "verify", "check")),
    "s3_storage_class": Option("BACKUP_S3_STORAGE_CLASS", False, False, ("backup", "verify", "check")),
    "s3_tag": Option("BACKUP_S3_TAG", False, True, ("backup", "verify", "check")),
    "s3_metrics_url": Option("BACKUP_S3_METRICS_URL", False, False, ("backup", "check", "status")),
    "s3_metrics_token": Option("BACKUP_S3_METRICS_TOKEN", True, False, ("backup", "check", "status")),
    "sftp_host_key": Option("BACKUP_SFTP_HOST_KEY", False, True, ("backup", "restore", "verify", "prune", "check", "status")),
    "sftp_key": Option("BACKUP_SFTP_KEY", True, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "sftp_key_passphrase": Option("BACKUP_SFTP_KEY_PASSPHRASE", True, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "sftp_password": Option("BACKUP_SFTP_PASSWORD", True, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "repair_modes": Option("BACKUP_REPAIR_MODES", False, False, ("check",)),
    "limit_rate": Option("BACKUP_LIMIT_RATE", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "retry_for": Option("BACKUP_RETRY_FOR", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "encryption": Option("BACKUP_ENCRYPTION", False, False, ("backup", "restore", "verify", "check")),
    "openpgp_profile": Option("BACKUP_OPENPGP_PROFILE", False, False, ("backup", "restore", "verify", "check")),
    "public_key": Option("BACKUP_PUBLIC_KEY", True, True, ("backup", "verify", "check", "status")),
    "private_key": Option("BACKUP_PRIVATE_KEY", True, True, ("backup", "restore", "verify", "check")),
    "private_key_passphrase": Option("BACKUP_PRIVATE_KEY_PASSPHRASE", True, False, ("backup", "restore", "verify", "check")),
    "passphrase": Option("BACKUP_PASSPHRASE", True, False, ("backup", "restore", "verify", "check")),
    "dedup_secret": Option("BACKUP_DEDUP_SECRET", True, False, ("backup", "check")),
    "signing_key": Option("BACKUP_SIGNING_KEY", True, False, ("backup", "verify", "prune", "check")),
    "signing_key_passphrase": Option("BACKUP_SIGNING_KEY_PASSPHRASE", True, False, ("backup", "verify", "prune", "check")),
    "signer_key": Option("BACKUP_SIGNER_KEY", True, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "schema": Option("BACKUP_SCHEMA", False, True, ("backup", "restore", "check")),
    "exclude_schema": Option("BACKUP_EXCLUDE_SCHEMA", False, True, ("backup", "restore", "check")),
    "table": Option("BACKUP_TABLE", False, True, ("backup", "restore", "check")),
    "exclude_table": Option("BACKUP_EXCLUDE_TABLE", False, True, ("backup", "restore", "check")),
    "exclude_table_data": Option("BACKUP_EXCLUDE_TABLE_DATA", False, True, ("backup", "restore", "check")),
    "allow_missing_data": Option("BACKUP_ALLOW_MISSING_DATA", False, True, ("backup",)),
    "no_globals": Option("BACKUP_NO_GLOBALS", False, False, ("backup",)),
    "no_large_objects": Option("BACKUP_NO_LARGE_OBJECTS", False, False, ("backup", "check")),
    "jobs": Option("BACKUP_JOBS", False, False, ("backup", "restore", "verify", "check")),
    "split_tables": Option("BACKUP_SPLIT_TABLES", False, False, ("backup", "check")),
    "lock_timeout": Option("BACKUP_LOCK_TIMEOUT", False, False, ("backup", "restore")),
    "yield_after": Option("BACKUP_YIELD_AFTER", False, False, ("backup",)),
    "pause_replay": Option("BACKUP_PAUSE_REPLAY", False, False, ("backup", "check")),
    "segment_size": Option("BACKUP_SEGMENT_SIZE", False, False, ("backup", "check")),
    "compression": Option("BACKUP_COMPRESSION", False, False, ("backup",)),
    "incremental": Option("BACKUP_INCREMENTAL", False, False, ("backup", "check")),
    "full_every": Option("BACKUP_FULL_EVERY", False, False, ("backup",)),
    "last_full_backup": Option("BACKUP_LAST_FULL_BACKUP", False, False, ("backup",)),
    "skip_unchanged": Option("BACKUP_SKIP_UNCHANGED", False, False, ("backup", "check")),
    "verify_skipped": Option("BACKUP_VERIFY_SKIPPED", False, False, ("backup",)),
    "parts": Option("BACKUP_PARTS", False, False, ("backup", "restore")),
    "part": Option("BACKUP_PART", False, False, ("backup", "restore")),
    "label": Option("BACKUP_LABEL", False, False, ("backup",)),
    "part_timeout": Option("BACKUP_PART_TIMEOUT", False, False, ("backup", "restore")),
    "no_holder_works": Option("BACKUP_NO_HOLDER_WORKS", False, False, ("backup", "restore")),
    "skip_if_newer_than": Option("BACKUP_SKIP_IF_NEWER_THAN", False, False, ("backup",)),
    "note": Option("BACKUP_NOTE", False, False, ("backup",)),
    "expire_after": Option("BACKUP_EXPIRE_AFTER", False, False, ("backup",)),
    "before": Option("BACKUP_BEFORE", False, False, ("backup",)),
    "after": Option("BACKUP_AFTER", False, False, ("backup",)),
    "hook_timeout": Option("BACKUP_HOOK_TIMEOUT", False, False, ("backup",)),
    "no_prune": Option("BACKUP_NO_PRUNE", False, False, ("backup",)),
    "verify": Option("BACKUP_VERIFY", False, False, ("backup",)),
    "into": Option("BACKUP_INTO", False, False, ("restore",)),
    "into_empty": Option("BACKUP_INTO_EMPTY", False, False, ("restore",)),
    "into_schema": Option("BACKUP_INTO_SCHEMA", False, False, ("restore",)),
    "replace": Option("BACKUP_REPLACE", False, False, ("restore",)),
    "disconnect": Option("BACKUP_DISCONNECT", False, False, ("restore",)),
    "drop_old": Option("BACKUP_DROP_OLD", False, False, ("restore",)),
    "plan": Option("BACKUP_PLAN", False, False, ("restore",)),
    "transform": Option("BACKUP_TRANSFORM", False, True, ("restore",)),
    "assert_": Option("BACKUP_ASSERT", False, True, ("backup", "restore", "verify")),
    "compare_live": Option("BACKUP_COMPARE_LIVE", False, False, ("restore", "verify")),
    "live_url": Option("BACKUP_LIVE_URL", True, False, ("restore", "verify")),
    "file_database": Option("BACKUP_FILE_DATABASE", False, False, ("restore",)),
    "file_globals": Option("BACKUP_FILE_GLOBALS", False, False, ("restore",)),
    "at": Option("BACKUP_AT", False, False, ("restore", "verify")),
    "no_owner": Option("BACKUP_NO_OWNER", False, False, ("restore",)),
    "no_privileges": Option("BACKUP_NO_PRIVILEGES", False, False, ("restore",)),
    "no_tablespaces": Option("BACKUP_NO_TABLESPACES", False, False, ("restore", "verify")),
    "schema_only": Option("BACKUP_SCHEMA_ONLY", False, False, ("restore",)),
    "section": Option("BACKUP_SECTION", False, True, ("restore",)),
    "data_only": Option("BACKUP_DATA_ONLY", False, False, ("restore",)),
    "truncate": Option("BACKUP_TRUNCATE", False, False, ("restore",)),
    "to_older": Option("BACKUP_TO_OLDER", False, False, ("restore",)),
    "no_analyze": Option("BACKUP_NO_ANALYZE", False, False, ("restore",)),
    "strict": Option("BACKUP_STRICT", False, False, ("restore", "verify")),
    "resume": Option("BACKUP_RESUME", False, False, ("restore",)),
    "not_restored_file": Option("BACKUP_NOT_RESTORED_FILE", False, False, ("restore",)),
    "no_policies": Option("BACKUP_NO_POLICIES", False, False, ("restore",)),
    "no_event_triggers": Option("BACKUP_NO_EVENT_TRIGGERS", False, False, ("restore",)),
    "no_publications": Option("BACKUP_NO_PUBLICATIONS", False, False, ("restore",)),
    "no_subscriptions": Option("BACKUP_NO_SUBSCRIPTIONS", False, False, ("restore",)),
    "no_comments": Option("BACKUP_NO_COMMENTS", False, False, ("restore",)),
    "no_security_labels": Option("BACKUP_NO_SECURITY_LABELS", False, False, ("restore",)),
    "exclude_extension": Option("BACKUP_EXCLUDE_EXTENSION", False, True, ("restore",)),
    "create_roles": Option("BACKUP_CREATE_ROLES", False, False, ("restore",)),
    "with_passwords": Option("BACKUP_WITH_PASSWORDS", False, False, ("restore",)),
    "role_map": Option("BACKUP_ROLE_MAP", False, True, ("restore",)),
    "locale": Option("BACKUP_LOCALE", False, False, ("restore",)),
    "locale_provider": Option("BACKUP_LOCALE_PROVIDER", False, False, ("restore",)),
    "level": Option("BACKUP_LEVEL", False, False, ("verify",)),
    "sample": Option("BACKUP_SAMPLE", False, False, ("verify",)),
    "all": Option("BACKUP_ALL", False, False, ("verify",)),
    "drill_on": Option("BACKUP_DRILL_ON", False, False, ("backup", "verify")),
    "fail_on_anomaly": Option("BACKUP_FAIL_ON_ANOMALY", False, False, ("backup",)),
    "history_file": Option("BACKUP_HISTORY_FILE", False, False, ("backup",)),
    "anomaly_shrink": Option("BACKUP_ANOMALY_SHRINK", False, False, ("backup",)),
    "anomaly_slower": Option("BACKUP_ANOMALY_SLOWER", False, False, ("backup",)),
    "anomaly_unchanged": Option("BACKUP_ANOMALY_UNCHANGED", False, False, ("backup",)),
    "keep_days": Option("BACKUP_KEEP_DAYS", False, False, ("backup", "prune", "status")),
    "keep_last": Option("BACKUP_KEEP_LAST", False, False, ("backup", "prune", "status")),
    "keep_daily": Option("BACKUP_KEEP_DAILY", False, False, ("backup", "prune", "status")),
    "keep_weekly": Option("BACKUP_KEEP_WEEKLY", False, False, ("backup", "prune", "status")),
    "keep_monthly": Option("BACKUP_KEEP_MONTHLY", False, False, ("backup", "prune", "status")),
    "keep_yearly": Option("BACKUP_KEEP_YEARLY", False, False, ("backup", "prune", "status")),
    "keep_size": Option("BACKUP_KEEP_SIZE", False, False, ("backup", "prune", "status")),
    "keep_minimum": Option("BACKUP_KEEP_MINIMUM", False, False, ("backup", "prune", "status")),
    "time_zone": Option("BACKUP_TIME_ZONE", False, False, ("backup", "prune", "status")),
    "accept_new_server": Option("BACKUP_ACCEPT_NEW_SERVER", False, False, ("backup", "prune")),
    "dry_run": Option("BACKUP_DRY_RUN", False, False, ("prune",)),
    "force": Option("BACKUP_FORCE", False, False, ("prune",)),
    "max_age": Option("BACKUP_MAX_AGE", False, False, ("status",)),
    "ignore_damaged": Option("BACKUP_IGNORE_DAMAGED", False, False, ("status",)),
    "stall_timeout": Option("BACKUP_STALL_TIMEOUT", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "max_duration": Option("BACKUP_MAX_DURATION", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "notify": Option("BACKUP_NOTIFY", True, True, ("backup", "restore", "verify", "prune", "check", "status")),
    "notify_on": Option("BACKUP_NOTIFY_ON", False, True, ("backup", "restore", "verify", "prune", "check", "status")),
    "junit_file": Option("BACKUP_JUNIT_FILE", False, False, ("backup", "restore", "verify", "check", "status")),
    "dotenv_file": Option("BACKUP_DOTENV_FILE", False, False, ("backup", "restore", "verify", "status")),
    "metrics_file": Option("BACKUP_METRICS_FILE", False, False, ("backup", "restore", "verify", "prune", "status")),
    "metrics_push": Option("BACKUP_METRICS_PUSH", True, False, ("backup", "restore", "verify", "prune", "status")),
    "summary_file": Option("BACKUP_SUMMARY_FILE", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "report_url": Option("BACKUP_REPORT_URL", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "verbose": Option("BACKUP_VERBOSE", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "config": Option("BACKUP_CONFIG", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
    "cache_dir": Option("BACKUP_CACHE_DIR", False, False, ("backup", "restore", "verify", "prune", "check", "status")),
}
