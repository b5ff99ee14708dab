export { type Anomaly, anomaliesOf } from './anomalies/anomalies.ts';
export type { Limits } from './anomalies/limits.ts';
export { type ForecastRequest, forecastOf, HORIZON_DAYS } from './forecast.ts';
export { type NameHistory, nameHistory } from './name-history.ts';
export { type ReportResult, type RepositoryHistory, reportedNames } from './report.ts';
export {
  parseTableHistory,
  type RecordedBackup,
  type TableHistory,
  tableHistoryText,
  withRecorded,
  withTables,
} from './table-history.ts';
export { COMPARED, type TablesOverTime } from './tables.ts';
