import { BackuperError } from '@postgres-backuper/base';
import type { Mark, ScriptPart } from '../lexer/script-part.ts';
import { judgeStatement } from './judge-statement.ts';
import type { Judgement } from './judgement.ts';
import { createPlaceTracker } from './script-place.ts';

/** A statement that reaches beyond the objects of one database, or a `\connect`. */
export interface Notable {
  readonly judgement:
    | Exclude<Judgement, { kind: 'run' | 'setting' }>
    | { readonly kind: 'connect'; readonly what: string };
  readonly line: number;
  /** The database of its part in a file of pg_dumpall. */
  readonly database: string | undefined;
}

/** The content of a whole script, known before any of it runs. */
export interface Survey {
  /** Made by pg_dumpall. */
  readonly isCluster: boolean;
  /** The last mark is the end of a dump. */
  readonly isComplete: boolean;
  /** Databases with a part of their own, in the order of the file. */
  readonly databases: readonly string[];
  /** Databases that the file creates. */
  readonly created: readonly string[];
  readonly notable: readonly Notable[];
}

/** No dump holds more statements such as `DROP ROLE`. */
const NOTABLE_MAX = 100_000;

export function createSurveyor() {
  const place = createPlaceTracker();
  const databases = new Set<string>();
  const created = new Set<string>();
  const notable: Notable[] = [];
  const marks = new Set<Mark>();
  let last: Mark | undefined;
  const note = (judgement: Notable['judgement'], line: number, database: string | undefined): void => {
    if (notable.length === NOTABLE_MAX) throw tooMany();
    notable.push({ judgement, line, database });
  };
  return {
    look(part: ScriptPart): void {
      const { database } = place(part);
      if (part.kind === 'mark') {
        marks.add(part.mark);
        last = part.mark;
      } else if (part.kind === 'connect') {
        if (database !== undefined) databases.add(database);
        note({ kind: 'connect', what: `\\connect '${part.database}'` }, part.line, part.database);
      } else if (part.kind === 'statement') {
        if (database !== undefined) databases.add(database);
        const judgement = judgeStatement(part);
        if (judgement.kind === 'run' || judgement.kind === 'setting') return;
        if (judgement.kind === 'database' && judgement.action === 'create') created.add(judgement.name);
        note(judgement, part.line, database);
      }
    },
    survey(): Survey {
      const isCluster = marks.has('cluster');
      const isComplete = last === (isCluster ? 'cluster-complete' : 'dump-complete');
      return { isCluster, isComplete, databases: [...databases], created: [...created], notable };
    },
  };
}

function tooMany(): BackuperError {
  return new BackuperError(
    'script-refused',
    `more than ${NOTABLE_MAX} statements of the file are about other things than one database`,
    {
      hint: 'load this file by hand',
    },
  );
}
