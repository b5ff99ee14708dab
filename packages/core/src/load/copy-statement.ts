import { BackuperError } from '../errors.ts';

/** The parts of `COPY s.t (a, b) FROM stdin;`, each quoted as it stands there, in the dump's encoding. */
export interface CopyStatement {
  /** Whole, without the semicolon. */
  readonly from: Buffer;
  /** `s.t` */
  readonly target: Buffer;
  /** `(a, b)`, empty where the statement has none. */
  readonly columns: Buffer;
  /** The columns one by one. */
  readonly names: readonly Buffer[];
}

const NAME = '(?:[a-z_][a-z0-9_]*|"(?:[^"]|"")+")';
const STATEMENT = new RegExp(`^COPY (${NAME}\\.${NAME}) +(\\(${NAME}(?:, ${NAME})*\\))? *FROM stdin;\\n?$`);

/**
 * Takes a copy statement apart. It goes to psql together with data, so nothing but what pg_dump writes is let through.
 * Errors: catalog-invalid.
 */
export function parseCopyStatement(bytes: Buffer): CopyStatement {
  const text = bytes.toString('latin1'); // every encoding of a server leaves ASCII alone
  const match = STATEMENT.exec(text);
  if (match === null) {
    throw new BackuperError('catalog-invalid', `the backup holds a copy statement that pg_dump never writes`, {
      hint: 'do not use this backup: somebody else made it',
    });
  }
  const [, target = '', columns = ''] = match;
  return {
    target: Buffer.from(target, 'latin1'),
    columns: Buffer.from(columns, 'latin1'),
    names: (columns.match(new RegExp(NAME, 'g')) ?? []).map((name) => Buffer.from(name, 'latin1')),
    from: Buffer.from(text.replace(/;\n?$/, ''), 'latin1'),
  };
}
