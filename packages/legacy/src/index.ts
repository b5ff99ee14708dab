export type { Decrypt } from './files/unpack.ts';
export { type LegacyGlobalsResult, restoreLegacyGlobals } from './legacy-globals.ts';
export { type LegacySource, openLegacySource } from './legacy-import.ts';
export { type LegacyRestoreResult, restoreLegacy } from './legacy-restore.ts';
export { type LegacyBackup, listLegacy, type OldPlace } from './list-legacy.ts';
