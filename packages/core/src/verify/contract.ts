import type { DrillVerdict } from '@postgres-backuper/format';
import type { Server, SqlFile } from '@postgres-backuper/postgres';
import type { Damage, Repository, Target, Threads } from '@postgres-backuper/repository';
import type { ComparedTable } from '../drill/compare-tables.ts';
import type { Assertion } from '../restore/assert-database.ts';
import type { LiveSource } from '../restore/compare-live.ts';
import type { NotRestored } from '../restore/not-restored.ts';
import type { SampledPart } from './choose-sample.ts';
import type { CheckedTable } from './file-check.ts';

/** `sample`: a part of the contents, which proves nothing about the rest. */
export type VerifyLevel = 'stored' | 'sample' | 'content' | 'restore';

export interface VerifyRequest {
  readonly name: string;
  readonly target: Target | { readonly all: true };
  readonly level: VerifyLevel;
  /** Level sample: which share of the segments, more than 0 and at most 1. */
  readonly share?: number;
  /** Level restore. Default: a throw-away server, 2 jobs. */
  readonly drill?: DrillPlace;
  /** A drill that ends degraded is an error. Default: false. */
  readonly strict?: boolean;
}

export interface DrillPlace {
  /** `given`: a scratch database on services.server; `throw-away`: a server made for the drill. */
  readonly where: 'given' | 'throw-away';
  readonly maintenanceDatabases: readonly string[];
  readonly jobs: number;
  /** False: everything is restored into the default tablespace. Default: true if the server has those of the backup. */
  readonly tablespaces?: boolean;
  /** Files of the user's assertions about the rows. Default: none. */
  readonly asserts?: readonly SqlFile[];
  /** Its rows are counted, too. Default: they are not. */
  readonly live?: LiveSource | undefined;
}

export interface VerifiedBackup {
  readonly label: string;
  readonly ok: boolean;
  readonly objects: number;
  /** All damage, not only the first. */
  readonly damage: readonly Damage[];
  /** Listed objects that are not part of the backup: harmless. */
  readonly extra: readonly string[];
  /** Level content: `ok` each; level restore: `proof` each. */
  readonly tables: readonly (CheckedTable | ComparedTable)[];
  /** Level sample: what was read; null at other levels, and where the documents of the backup cannot be read. */
  readonly sample: SampledPart | null;
  /** How a drill ended; null at other levels, and where there was nothing to drill. `ok` is false if it failed. */
  readonly verdict: DrillVerdict | null;
  /**
   * Level restore: parts of the backup that the drill omitted, because its server lacks what they need: `tablespaces`,
   * `owners and grants`, `policies and user mappings`, `collation`.
   */
  readonly notTested: readonly string[];
  /** Level restore: objects that the server of the drill refused. */
  readonly notRestored: readonly NotRestored[];
  /** Level restore: only what the server lacks made the drill fail. It says nothing about the backup, and is not recorded. */
  readonly inconclusive: boolean;
  /** Level restore: what the user asserts about the rows. It says nothing about the backup, and is not recorded. */
  readonly assertions: readonly Assertion[];
}

export interface VerifyResult {
  readonly level: VerifyLevel;
  readonly backups: readonly VerifiedBackup[];
  readonly durationMs: number;
  /** Whether the signatures of the commits were checked with a signer key. */
  readonly originChecked: boolean;
}

export interface VerifyServices {
  readonly repository: Repository;
  /** Level restore: where the drill runs; for a throw-away server only where its programs are. */
  readonly server?: Server;
  /** Level content: threads that run `serveOpens`. Unset: segments are opened in the thread pool of Node. */
  readonly openThreads?: Threads;
}
