export { type DamagedBackup, listBackups, listNames } from './backups/commits.ts';
export { deletedMeanwhile, findBackup, nextUsable, selectBackup, type Target, TRIES } from './backups/find.ts';
export { isFutureDated } from './backups/future-dated.ts';
export { growthOf } from './backups/growth.ts';
export { type Health, healthOf } from './backups/health.ts';
export { startHeartbeat } from './backups/heartbeat.ts';
export { newestUsable, type PassedOver } from './backups/newest.ts';
export { noBackup, otherNamesHint } from './backups/no-backup.ts';
export { describeSource, isOtherDatabase, readPrevious } from './backups/previous.ts';
export { RECORD_MAX_BYTES } from './backups/proven-records.ts';
export { type CommitObjects, isGone, readCommitIfThere, readCommitObjects } from './backups/read-commit.ts';
export { readRecords, requireProof, type Verification, writeLastRecord, writeRecord } from './backups/records.ts';
export type { RetentionBackup } from './backups/retention-backup.ts';
export { readFull } from './backups/standing.ts';
export { askStorageClock } from './backups/storage-clock.ts';
export { isPinnedNow, type Survey, type SurveyedBackup, survey } from './backups/survey.ts';
export { tookMs } from './backups/took.ts';
export { condemnNamed, type RecordedEnd, writeVerdict } from './backups/verdict.ts';
export type { Cipher, Envelope, Opening, Signer } from './cipher.ts';
export { newestUnfinished, type UnfinishedRun } from './left-overs/crashed-run.ts';
export { hasIndex, holdFulls, standOnNow, type Unknown } from './left-overs/held-fulls.ts';
export {
  type PlannedLeftOver,
  type PrunedLeftOver,
  planLeftOvers,
  silentLeftOvers,
} from './left-overs/plan-left-overs.ts';
export { deleteBackups, sweepLeftOver, whyNotSwept } from './left-overs/sweep.ts';
export { noteRun } from './log/note-run.ts';
export { type Happened, readLog } from './log/read-log.ts';
export { createPipeline, type Pipeline } from './pipeline/pipeline.ts';
export { digestOf } from './pipeline/seal.ts';
export { createSealers } from './pipeline/sealers.ts';
export { createStore, type Destination, requireOne, type Store } from './pipeline/store.ts';
export type { Threads } from './pipeline/threads.ts';
export { compareListing } from './read/compare-listing.ts';
export { collecting, type Damage, saysDamaged } from './read/damage.ts';
export { type BackupDocuments, openObjects, readDocuments, readSegmentPieces } from './read/read.ts';
export { readStored } from './read/read-stored.ts';
export { createSegmentOpener, type SegmentOpener } from './read/segment-opener.ts';
export type { Repository } from './repository.ts';
export { withinText } from './retention/keep-size.ts';
export { planRetention, type RetentionDecision, type RetentionPlan } from './retention/retention.ts';
export { type Brake, serverChange } from './retention/retention-brakes.ts';
export { keptUntil } from './retention/retention-rules.ts';
export type { RetentionSettings } from './retention/retention-settings.ts';
export { differing } from './sets/differential-pipeline.ts';
export { indexing } from './sets/index-pipeline.ts';
export { readFullIndex } from './sets/read-full-index.ts';
export { readFullMark } from './sets/read-full-mark.ts';
export { type FullSegments, readSet, type SetDocuments } from './sets/read-set.ts';
export { setOf } from './sets/segments-digest.ts';
export { type CachedObject, type CommitCache, caching } from './storage/caching.ts';
export { isTemporary } from './storage/is-temporary.ts';
export { folderOf, isWanted } from './storage/listing.ts';
export { optionalMethods } from './storage/optional-methods.ts';
export { retrying } from './storage/retrying.ts';
export type { CallOptions, PutOptions, Remark, Storage, StoredObject } from './storage/storage.ts';
export { watched } from './storage/watched.ts';
