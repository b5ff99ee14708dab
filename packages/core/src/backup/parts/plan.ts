import { BackuperError, numberOf, planParts } from '@postgres-backuper/base';
import type { DonePart, PlannedSet } from '@postgres-backuper/format';
import { type Inventory, LARGE_OBJECTS_FILE, type Session, type SplitTable } from '@postgres-backuper/postgres';
import type { HolderParts } from './holder-parts.ts';
import { fillRange } from './segment-ranges.ts';
import { countTables, cutTables, type Unit } from './units.ts';

/** What one job reads of a backup in parts. */
export interface PartOfPlan {
  readonly units: readonly Unit[];
  readonly largeObjects: boolean;
}

export type Plan = readonly PartOfPlan[];

/** Large objects below this size are read by the run with the snapshot, in about 0.1 s; older versions know no others. */
const LEAST_LARGE_OBJECTS_BYTES = 16 * 1024 ** 2;
/** What a job reads of a table at least while pg_dump opens one large object: docs/decisions/several-jobs.md. */
const BYTES_OF_OPENING = 8 * 1024;

/** The large objects as something to be shared out; undefined: none are read, or too little for a part. Pure. */
export function largeObjectsOf({
  largeObjects,
  inventory,
}: {
  readonly largeObjects: boolean;
  readonly inventory: Pick<Inventory, 'largeObjects' | 'largeObjectBytes'>;
}): LargeObjects | undefined {
  const bytes = inventory.largeObjectBytes + BYTES_OF_OPENING * inventory.largeObjects;
  return largeObjects && bytes >= LEAST_LARGE_OBJECTS_BYTES ? { bytes } : undefined;
}

interface LargeObjects {
  /** As many as take the same time in a table, estimated. */
  readonly bytes: number;
}

export interface ToShare {
  readonly tables: readonly SplitTable[];
  readonly bytesOf: (table: SplitTable) => number;
  readonly largeObjects: LargeObjects | undefined;
  readonly count: number;
}

/** Shares tables, slices and large objects out to parts of about equal bytes. `session` reads sizes of tables. */
export async function makePlan({ tables, bytesOf, largeObjects, count }: ToShare, session: Session): Promise<Plan> {
  const units = await cutTables(tables, { count, bytesOf }, session);
  const all: readonly (Unit | LargeObjects)[] = largeObjects === undefined ? units : [...units, largeObjects];
  return planParts(all, { count, bytesOf: ({ bytes }) => bytes }).map((part) => ({
    units: part.flatMap((one) => ('entry' in one ? [one] : [])),
    largeObjects: part.some((one) => one === largeObjects),
  }));
}

/** Names of the files that a part has, or slices of them. */
export function filesOf({ units, largeObjects }: PartOfPlan): readonly string[] {
  return [...units.map(({ file }) => file), ...(largeObjects ? [LARGE_OBJECTS_FILE] : [])];
}

export function planText(plan: Plan): string {
  const units = plan.flatMap((part) => part.units);
  const shared = countTables(units.map(({ file }) => file));
  const sliced = countTables(units.filter(({ blocks }) => blocks !== undefined).map(({ file }) => file));
  const cut = sliced === 0 ? '' : `, ${sliced} of them cut into slices`;
  const large = plan.findIndex(({ largeObjects }) => largeObjects) + 1;
  const objects = large === 0 ? '' : `, the large objects in part ${large}`;
  return `${numberOf(shared, 'large table')} in ${numberOf(plan.length, 'part')}${cut}${objects}; this run reads the others`;
}

/** Errors: configuration-invalid for a list that has not exactly what the plan says. */
export function requireFit(done: DonePart, plan: Plan, { set }: Pick<HolderParts, 'set'>): DonePart {
  const of = plan[done.part - 1];
  const asked = of === undefined ? [] : filesOf(of).toSorted();
  const listed = [...done.tables.map(({ file }) => file), ...(done.files ?? []).map(({ name }) => name)].sort();
  if (fitsSet(done, set?.planned) && asked.join('\n') === listed.join('\n') && fillRange(done.objects, done.range))
    return done;
  throw new BackuperError('configuration-invalid', `the list of part ${done.part} does not fit the plan`, {
    hint: 'give every job of the backup the same version of this program',
  });
}

function fitsSet({ set }: DonePart, planned: PlannedSet | undefined): boolean {
  if (planned === undefined) return set === undefined;
  return planned.type === 'full' ? set === 'chunks' || set === 'too-many-chunks' : set === 'references';
}
