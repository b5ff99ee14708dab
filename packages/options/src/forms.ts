import {
  COMPRESSION_LEVELS,
  nearTimeZones,
  noteProblem,
  parseCompression,
  parseTimeZone,
} from '@postgres-backuper/base';
import type { Option } from './option.ts';
import type { Parsed } from './parsed.ts';

type Form = NonNullable<Option['form']>;

/** Reads a text of each form. */
export const FORMS: { readonly [Name in Form]: (text: string) => Parsed<string> } = {
  note: (text) => {
    const problem = noteProblem(text);
    return problem === undefined ? { value: text } : { problem };
  },
  'time zone': (text) => {
    const zone = parseTimeZone(text);
    return zone === undefined ? { problem: unknownZone(text) } : { value: zone };
  },
  compression: (text) => (parseCompression(text) === undefined ? { problem: noCompression() } : { value: text }),
};

function noCompression(): string {
  const [least, most] = COMPRESSION_LEVELS;
  return `is neither zstd:N with a level N from ${least} to ${most}, e.g. zstd:9, nor auto`;
}

/** A text that is near no name may be a secret in the wrong place, and is not shown. */
function unknownZone(text: string): string {
  const near = nearTimeZones(text);
  const what = "is the name of no time zone, e.g. 'Europe/Berlin' or 'UTC'";
  return near.length === 0 ? what : `${what}; did you mean ${near.map((name) => `'${name}'`).join(' or ')}?`;
}
