import type { Reading } from './read-free.ts';

/** A part that a job does not read, whoever else does. */
export interface LeftOutPart {
  /** From 1. */
  readonly part: number;
  /** What follows `part 2`, e.g. `has the large objects, which this job leaves out`. */
  readonly why: string;
}

type Asking = Pick<Reading, 'plan' | 'request' | 'client'>;

/** The part that was asked for, or all those with something to read. Pure. */
export function askedParts({ plan, request }: Pick<Asking, 'plan' | 'request'>): readonly number[] {
  if (request.part !== undefined) return [request.part];
  return plan.parts.map((_, index) => index + 1).filter((part) => !isEmpty(part, { plan }));
}

/** Those of them that this job does not read. Pure. */
export function leftOutParts(asking: Asking): readonly LeftOutPart[] {
  return askedParts(asking).flatMap((part) => {
    const why = whyLeftOut(part, asking);
    return why === undefined ? [] : [{ part, why }];
  });
}

/** Why this job reads no such part; undefined: it may. Pure. */
export function whyLeftOut(part: number, { plan, request, client }: Asking): string | undefined {
  const { largeObjects } = plan;
  if (largeObjects?.part !== part) return isEmpty(part, { plan }) ? 'has no table' : undefined;
  if (!request.largeObjects) return 'has the large objects, which this job leaves out';
  const { clientMajor } = largeObjects;
  if (client.programs.major <= clientMajor) return undefined;
  return `has the large objects, which a restore may not be able to read as pg_dump ${client.programs.major} writes them: it needs client programs of ${clientMajor}`;
}

function isEmpty(part: number, { plan: { parts, largeObjects } }: Pick<Asking, 'plan'>): boolean {
  return largeObjects?.part !== part && (parts[part - 1] ?? []).length === 0;
}
