export { abortable } from './abortable.ts';
export type { Activity } from './activity.ts';
export type { Clock } from './clock.ts';
export { COMPRESSION_LEVELS, type Compression, compressionName, FASTEST, parseCompression } from './compression.ts';
export { eachConcurrently, mapConcurrently } from './concurrent.ts';
export type { Author, Context } from './context.ts';
export { decodeText } from './decode-text.ts';
export { formatDuration } from './duration.ts';
export { editDistance } from './edit-distance.ts';
export {
  BackuperError,
  ERRORS,
  type ErrorCode,
  type ErrorKind,
  EXIT_STATUSES,
  isBackuperError,
  isOfKind,
  lastingFirst,
  toBackuperError,
} from './errors.ts';
export { escapeText } from './escape-text.ts';
export type { Emit, Event, Progress } from './events.ts';
export { formatBytes } from './format-bytes.ts';
export { formatPercent } from './format-percent.ts';
export { createGate } from './gate.ts';
export { keepLooking } from './keep-looking.ts';
export { limitedTo } from './limited-to.ts';
export { nearest } from './nearest.ts';
export { noteProblem } from './note.ts';
export { formatCount, numberOf } from './number-of.ts';
export { noting, paged, pagesOf } from './pages.ts';
export { locationOf, placeOf } from './place.ts';
export { planParts, slicesFor, tablesForWorkers } from './plan-parts.ts';
export {
  locateProgram,
  type Program,
  type ProgramEnd,
  type ProgramRequest,
  type ProgramServices,
  type RunProgram,
  runProgram,
  startProgram,
} from './process.ts';
export { programError } from './program-error.ts';
export { isCancelledExit, SIGNAL_EXITS } from './signal-exits.ts';
export { formatDay, formatTime, localTime, nearTimeZones, parseTimeZone, type TimeZone, UTC } from './time-zone.ts';
export { startWatchdog, type Watchdog } from './watchdog.ts';
export { type CommandKey, createSay, type Names, type OptionKey, say, spoken } from './wording.ts';
