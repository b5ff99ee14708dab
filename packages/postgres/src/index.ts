export {
  backupRole,
  passRowPolicies,
  pauseReplay,
  readEverything,
  readLargeObjects,
  runCheckpoint,
  runCheckpointWhereUsed,
  storePassword,
} from './database/backup-role.ts';
export { createRoles, dropRoles, type NewRole, type NewRoles } from './database/create-roles.ts';
export { applyNamed, applyProperties, type PropertyLack } from './database/database-properties.ts';
export {
  type ExistingColumn,
  type ExistingKey,
  type ExistingSequence,
  type ExistingTable,
  type ExistingTables,
  type ExistingTrigger,
  type QualifiedRelation,
  readExistingTables,
} from './database/existing-tables.ts';
export { type GivenDatabase, readGivenDatabase } from './database/given-database.ts';
export { type GlobalRole, readGlobalRoles } from './database/globals-roles.ts';
export { estimatedTextBytes, type Inventory, readInventory } from './database/inventory.ts';
export { parseNamePattern } from './database/name-pattern.ts';
export { resetProperties } from './database/reset-properties.ts';
export { createPatternReader, type PatternReader } from './database/selected.ts';
export { readServerConfiguration, type ServerConfiguration } from './database/server-settings.ts';
export { type MissingRelation, readStandsOn } from './database/stands-on.ts';
export { exactPatterns, isPortable, type QualifiedName } from './database/table-pattern.ts';
export { type DumpOptions, listArchive, type Selection } from './dump/archive.ts';
export { type ArchiveStream, openArchiveStream } from './dump/archive-stream.ts';
export { dumpDirectory } from './dump/dump.ts';
export { causeOf } from './dump/dump-cause.ts';
export { openSplitDump, type SplitDump } from './dump/dump-split.ts';
export { type BlocksOf, readBlocks } from './dump/dump-table.ts';
export { startDumpToc } from './dump/dump-toc.ts';
export { type FileSink, send } from './dump/file-sink.ts';
export { dumpGlobals, type Globals } from './dump/globals.ts';
export { dumpLargeObjects, LARGE_OBJECTS_FILE } from './dump/large-objects.ts';
export { watchLocks } from './dump/lock-watch.ts';
export { whileReplayPaused } from './dump/paused-replay.ts';
export { PAUSED_BY_BACKUP } from './dump/replay-pause.ts';
export { openSnapshot, readIdentity, readRewrittenTables, type Snapshot } from './dump/snapshot.ts';
export { chooseSplitTables, type SplitTable } from './dump/split-tables.ts';
export { CLEAR_FUNCTION, clearTable } from './restore/clear-table.ts';
export {
  allowConnections,
  type ConnectGrant,
  closeDatabase,
  openDatabase,
  readConnectGrants,
} from './restore/close-database.ts';
export { type CopyStatement, parseCopyStatement } from './restore/copy-statement.ts';
export {
  createDatabase,
  createEmptyDatabase,
  databaseExists,
  dropCreated,
  giveDatabase,
  markUnfinished,
  removeSubscriptions,
  unfinishedText,
} from './restore/create-database.ts';
export { databaseInUse } from './restore/database-sessions.ts';
export { type EntryOptions, entryText } from './restore/entry-text.ts';
export {
  keyStatement,
  LOCK_MODES,
  type LockMode,
  lockStatement,
  type SequenceValue,
  sequenceStatements,
  setvalStatement,
  triggerStatement,
  truncateStatement,
} from './restore/existing-statements.ts';
export {
  createJournal,
  dropJournal,
  type Journal,
  noteStatement,
  readJournal,
} from './restore/journal.ts';
export { type ReplacedDatabase, readDatabaseNames, readReplacedDatabase } from './restore/replaced-database.ts';
export { prepareAssertions, runAssertion, statementsOf } from './restore/run-assertion.ts';
export { restoringPrograms, runPgRestore } from './restore/run-restore.ts';
export { type Refusal, readAnswer, runText, type TextToRun, textFunction } from './restore/run-text.ts';
export {
  beginSharing,
  claimQuery,
  endSharing,
  endWorkers,
  GIVE_BACK,
  noteRefused,
  othersClaim,
  readDoneBy,
  readRefused,
  readShared,
  readSharedJobs,
  readSharedState,
  readWorkers,
  type SharedRestore,
  settledQuery,
  shareJobs,
  WAITING_NAME,
  WORKER_NAME,
} from './restore/shared-restore.ts';
export { forgetSlices, parseSliceId, sliceId, slicesQuery } from './restore/slice-notes.ts';
export { type Swap, swapDatabases, swapStatements } from './restore/swap-databases.ts';
export { isRefusedStatement } from './session/answers.ts';
export type { Programs } from './session/client-programs.ts';
export { type Cluster, openCluster } from './session/cluster.ts';
export { connectError, serverErrorOf, statementErrorOf } from './session/connect-error.ts';
export { connectionEnvironment } from './session/connection-environment.ts';
export { FREE_CONNECTIONS } from './session/free-connections.ts';
export { knownRoles } from './session/known-roles.ts';
export {
  dumpingPrograms,
  type FoundPrograms,
  findPrograms,
  fittingPrograms,
  KNOWN_MAJORS,
  newestPrograms,
} from './session/programs.ts';
export {
  applySessionSettings,
  openBareSession,
  openMaintenanceSession,
  openSession,
  type Session,
  withSession,
} from './session/psql.ts';
export { quotedName } from './session/quoted-name.ts';
export { outdatedPrograms } from './session/restricted-psql.ts';
export {
  areOfOneSession,
  isRunLockTaken,
  KEEPALIVES,
  releaseRunLock,
  runLockKey,
  tryRunLock,
} from './session/run-lock.ts';
export { runQuery } from './session/run-query.ts';
export { loadScript } from './session/run-script.ts';
export { runTransform, type SqlFile } from './session/run-transform.ts';
export { failedStatement, WITH_SQLSTATE } from './session/said.ts';
export { addressOf, type Client, namedSessions, onDatabase, type Server, type TunnelPlace } from './session/server.ts';
export { watchedByServer } from './session/server-watch.ts';
export { bytesOf, identifier, joined, literal, type Sql, sql, textOf, wholeNumber } from './session/sql.ts';
export { startPsql } from './session/start-psql.ts';
export { type AddedEntries, addEntries } from './toc/added-entries.ts';
export { type ArchiveToc, customToc, directoryToc, madeToc } from './toc/archive-toc.ts';
export { acceptPublic } from './toc/existing-schema.ts';
export { mapEntryRoles, type RoleMap, rolesNamedBy } from './toc/map-roles.ts';
export { type MappedDefinition, mapSchema, type SchemaMove } from './toc/map-schema.ts';
export { mapArchiveRoles } from './toc/mapped-archive.ts';
export { entryKey, neededEntries } from './toc/needed-entries.ts';
export { type SqlToken, tokensOf } from './toc/sql-tokens.ts';
export { dataFileOf, readToc, type Toc, type TocEntry } from './toc/toc.ts';
export { type ChangeMark, makeChangeMark, unreadProblem } from './unchanged/change-mark.ts';
export { readUnchangedTables } from './unchanged/unchanged-tables.ts';
