export { parseCatalog, writeCatalog } from './catalog.ts';
export type {
  Catalog,
  CatalogFile,
  CatalogOrigin,
  CatalogRole,
  CatalogTable,
  DatabaseProperties,
  Extent,
  HbaRule,
  RoleUse,
  RowsSlice,
  ServerSetting,
  SlicedRows,
  StoredFile,
  WholeRows,
} from './catalog-document.ts';
export {
  CHUNK_ENTRY_BYTES,
  CHUNKS_MAX,
  INDEX_MAX_BYTES,
  type IndexedFile,
  type IndexHead,
  writeIndex,
} from './chunks/chunk-index.ts';
export {
  CHUNK_ID_BYTES,
  type ChunkKeys,
  chunkId,
  createChunkHash,
  DEDUP_SECRET_BYTES,
  deriveChunkKeys,
} from './chunks/chunk-keys.ts';
export { type Chunker, createChunker } from './chunks/chunker.ts';
export {
  type FullMark,
  type HistoryMark,
  type MarkedTable,
  readMark,
  type ServerState,
  type TableState,
  writeMark,
} from './chunks/full-mark.ts';
export { indexProblem, type KnownChunks, readIndex } from './chunks/read-index.ts';
export {
  type BackupFacts,
  COMMIT_MAX_BYTES,
  type Commit,
  type DatabaseIdentity,
  parseCommit,
  requireWholeCommit,
  type SaidOfBackup,
  SEGMENT_RANGES,
  SLICES,
  type Totals,
  writeCommit,
} from './commit.ts';
export {
  COPY_TERMINATOR,
  type CopyDigest,
  createCopyDigest,
  createRowsDigest,
  type FileDigest,
} from './copy-digest.ts';
export { countNewlines } from './count-newlines.ts';
export { COPY_NAMES, COPY_STATEMENT, isDatabaseEncoding } from './database-texts.ts';
export { createExtents, type Extents, type PackedExtents } from './extents.ts';
export {
  GATHERED_MAX_BYTES,
  type GatheredObject,
  gatheredKey,
  parseGatheredKey,
  readGatheredCommits,
  writeGatheredCommits,
} from './gathered-commits.ts';
export { canonicalJson, invalid, parseJson } from './json.ts';
export {
  type BackupId,
  catalogName,
  chunksName,
  claimName,
  commitKey,
  commitPrefix,
  dataKey,
  dataPrefix,
  dataRootPrefix,
  INDEX_NAME,
  isCatalogName,
  isForDifferentials,
  isForParts,
  logPrefix,
  MARK_NAME,
  OBJECTS_NAME,
  PLAN_NAME,
  parseKey,
  partName,
  partRange,
  probeKey,
  RANGE_SEGMENTS,
  RANGES_MAX,
  REKEYED_INDEX,
  recordPrefix,
  recordRootPrefix,
  segmentName,
  segmentNumber,
  signatureKey,
} from './keys.ts';
export { createLabel, labelTime, matchesLabel, parseLabel } from './label.ts';
export {
  createLogKey,
  LOG_ITEMS_MAX,
  type LogKind,
  parseLogKey,
  SAID_SHAPE,
  type Said,
} from './log-entries.ts';
export { decodeName } from './name.ts';
export { bytesOfText, holdsBytes, textOfBytes } from './name-bytes.ts';
export { createObjectList, type ObjectList } from './object-list.ts';
export { OBJECTS_MAX_BYTES, type ObjectEntry, readObjects, SEGMENTS_MAX, writeObjects } from './objects.ts';
export type { Standing } from './parent.ts';
export {
  type DonePart,
  type DoneTable,
  filesOfPart,
  rawBytesOf,
  readDonePart,
  storedBytesOf,
  writeDonePart,
} from './parts/done-part.ts';
export { partChunksBytes, readPartChunks, writePartChunks } from './parts/part-chunks.ts';
export { derivePartsKey } from './parts/parts-key.ts';
export {
  type PartsPlan,
  type PlanBinding,
  type PlannedSet,
  type PlannedTable,
  readPlan,
  writePlan,
} from './parts/parts-plan.ts';
export {
  createRecordKey,
  type DrillVerdict,
  parseRecordKey,
  parseVerificationEnd,
  type RecordEntry,
  type RecordKind,
  type VerificationEnd,
} from './records.ts';
export { type Piece, parseSegment, readSegment, SEGMENT_MAX_BYTES } from './segment.ts';
export { count, fields, flag, integer, listOf, oneOf, type Shape, ShapeError, text, time, wrong } from './shape.ts';
export {
  extentsOf,
  firstSegmentOf,
  inOrderOfSegments,
  isSliced,
  joinSlices,
  rowSlicesOf,
  sliceName,
  slicesOfFiles,
  storedFilesOf,
  wholeFileOf,
} from './slices.ts';
export { createSlicesDigest, identityOfRows } from './slices-digest.ts';
export { pieceName, TAR_BLOCK_BYTES, TAR_END_BYTES, writeTarEnd, writeTarHeader } from './tar.ts';
export { factsOf, totalsOf } from './totals.ts';
export { decompress } from './zstd.ts';
