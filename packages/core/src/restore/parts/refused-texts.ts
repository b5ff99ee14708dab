import { BackuperError, ERRORS, type ErrorCode } from '@postgres-backuper/base';
import { fields, oneOf, type Shape, text } from '@postgres-backuper/format';
import type { Refusal } from '@postgres-backuper/postgres';
import { asciiJson } from './shared-jobs.ts';

/** Longest text in a note, characters. */
const MOST = 8192;

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Why a table has no rows, for the holder. */
export function writeFailure({ code, message, hint = '' }: BackuperError): string {
  return asciiJson({ code, message: short(message), hint: short(hint) });
}

/** The code of another version is restore-failed. Errors: ShapeError. */
export function readFailure(written: string): BackuperError {
  const { code, message, hint } = FAILURE(JSON.parse(written), '');
  return new BackuperError(isKnown(code) ? code : 'restore-failed', message, hint === '' ? {} : { hint });
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** A server may say a whole key in the detail of its error. */
function short(said: string): string {
  return said.length > MOST ? `${said.slice(0, MOST - 1)}…` : said;
}

/** What the server said about an entry, for the holder. */
export function writeRefusal({ part, sqlState, message, detail, hint }: Refusal): string {
  return asciiJson({ part, sqlState, message: short(message), detail: short(detail ?? ''), hint: short(hint ?? '') });
}

/** Errors: ShapeError. */
export function readRefusal(written: string): Refusal {
  return REFUSAL(JSON.parse(written), '');
}

const FAILURE: Shape<Failure> = fields<Failure>({
  code: text(),
  message: text({ max: MOST }),
  hint: text({ max: MOST }),
});

const REFUSAL: Shape<Refusal> = fields<Refusal>({
  part: oneOf('definition', 'owner'),
  sqlState: text(),
  message: text({ max: MOST }),
  detail: text({ max: MOST }),
  hint: text({ max: MOST }),
});
