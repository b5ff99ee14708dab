import { BackuperError, ERRORS, type ErrorCode } from '@postgres-backuper/base';
import { fields, oneOf, type Shape, text } from '@postgres-backuper/format';
import type { Refusal } from '@postgres-backuper/postgres';
import { asciiJson } from './shared-jobs.ts';

/** Longest text in a note, characters. */
const MOST = 8192;

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** Why a table has no rows, for the holder. */
export function writeFailure({ code, message, hint = '' }: BackuperError): string {
  return asciiJson({ code, message: message.slice(0, MOST), hint: hint.slice(0, MOST) });
}

/** Errors: ShapeError. */
export function readFailure(written: string): BackuperError {
  const { code, message, hint } = FAILURE(JSON.parse(written), '');
  return new BackuperError(code, message, hint === '' ? {} : { hint });
}

/** What the server said about an entry, for the holder. */
export function writeRefusal({ part, sqlState, message, detail, hint }: Refusal): string {
  return asciiJson({ part, sqlState, message, detail: detail ?? '', hint: hint ?? '' });
}

/** Errors: ShapeError. */
export function readRefusal(written: string): Refusal {
  return REFUSAL(JSON.parse(written), '');
}

const FAILURE: Shape<Failure> = fields<Failure>({
  code: oneOf(...(Object.keys(ERRORS) as ErrorCode[])),
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
