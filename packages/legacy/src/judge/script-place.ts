import type { ScriptPart } from '../lexer/script-part.ts';

/** The place of a part in a file of pg_dumpall. */
export interface Place {
  /** Undefined before the first database, between two, or where one is created and dropped. */
  readonly database: string | undefined;
}

/**
 * Follows the parts of a script. A database's own part is between `PostgreSQL database dump` and its end, from the
 * `\connect` on, which comes before or after the first of these comments.
 */
export function createPlaceTracker(): (part: ScriptPart) => Place {
  let connected: string | undefined;
  let isInDump = false;
  return (part) => {
    if (part.kind === 'connect') connected = part.database;
    if (part.kind === 'mark' && part.mark === 'dump') isInDump = true;
    const place = { database: isInDump ? connected : undefined };
    if (part.kind === 'mark' && part.mark === 'dump-complete') [connected, isInDump] = [undefined, false];
    return place;
  };
}
