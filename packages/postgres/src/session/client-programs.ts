/** PostgreSQL client programs of one version, in one folder. */
export interface Programs {
  readonly binDir: string;
  /** e.g. 18 */
  readonly major: number;
  /** e.g. `18.6` */
  readonly version: string;
  readonly psql: string;
  readonly pgDump: string;
  readonly pgDumpall: string;
  readonly pgRestore: string;
}
