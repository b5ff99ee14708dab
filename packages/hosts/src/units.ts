export { formatBytes, formatCount, formatDuration, numberOf as formatNumberOf } from '@postgres-backuper/base';
