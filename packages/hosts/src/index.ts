export { compressionText } from './compression-text.ts';
export { documentJson } from './document-json.ts';
export type { Surface } from './fields/described.ts';
export { RESULT_FIELDS } from './fields/result-fields.ts';
export type { CommandDocument, Host, NewestBackupOf } from './host.ts';
export type { HostFiles } from './host-row.ts';
export {
  detectHost,
  HOST_NAMES,
  type HostName,
  jobLink,
  jobUser,
  lossOf,
  openHost,
  STARTING_HOSTS,
  startOn,
} from './hosts.ts';
export { createJsonLog, logJson } from './json-log.ts';
export { lackingIn, lackingObjects, lackingText, metText, unmetIn } from './lacking.ts';
export type { Measured, NameState, RepositoryState } from './metrics/measured.ts';
export { METRICS } from './metrics/metrics.ts';
export { metricsGroups } from './metrics/metrics-groups.ts';
export { metricsReport } from './metrics/metrics-text.ts';
export { paint, type Style } from './paint.ts';
export { leftOutText, loadedText, partText, restoredPartText, whatRead } from './part-texts.ts';
export { plannedText } from './planned-text.ts';
export { problemTexts, unsaidProblems } from './problems.ts';
export { dotenvReport } from './reports/dotenv.ts';
export { junitReport } from './reports/junit.ts';
export { summaryReport } from './reports/summary.ts';
export type {
  BackupsResult,
  InitResult,
  MadeBackup,
  ResultKind,
  ResultKinds,
  ResultOf,
  SetupBucketResult,
  WatchedName,
} from './results.ts';
export { newText, standingText, storedShare } from './saving-texts.ts';
export { YOUNG } from './skipped.ts';
export { sourceText } from './source-text.ts';
export { createSpeech, type Speech } from './speech.ts';
export type { Start, StartRequest } from './start.ts';
export { fullText, growthText } from './storage-texts.ts';
export { createTerminalReporter, type Reporter } from './terminal-reporter.ts';
export type { Wording } from './wording.ts';
