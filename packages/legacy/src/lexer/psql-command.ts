/** The meaning of a line with a psql command. */
export type PsqlCommand = { readonly kind: 'connect'; readonly database: string } | { readonly kind: 'none' };

/** `\restrict` of pg_dump since 2025; the whole file is loaded under another restriction. */
const RESTRICT = /^\\(?:un)?restrict [A-Za-z0-9]+$/;
/** Written before a `\connect` whose name is not plain. */
const ENCODING = '\\encoding SQL_ASCII';
const CONNECT = /^\\connect (?:-reuse-previous=on )?(?:([A-Za-z0-9_.]+)|"((?:[^"]|"")*)")$/;

/** Reads a line as pg_dump and pg_dumpall write it; undefined for every other command of psql. */
export function parsePsqlCommand(line: string): PsqlCommand | undefined {
  const text = line.trimEnd();
  if (RESTRICT.test(text) || text === ENCODING) return { kind: 'none' };
  const [, plain, quoted] = CONNECT.exec(text) ?? [];
  if (plain !== undefined) return { kind: 'connect', database: plain };
  if (quoted === undefined) return undefined;
  const name = quoted.replaceAll('""', '"');
  if (!text.includes(' -reuse-previous=on ')) return { kind: 'connect', database: name };
  const value = /^dbname='((?:[^'\\]|\\[\s\S])*)'$/.exec(name)?.[1];
  return value === undefined ? undefined : { kind: 'connect', database: value.replace(/\\([\s\S])/g, '$1') };
}

/** The command's name for people: `\!`, `\connect`. */
export function psqlCommandName(line: string): string {
  return /^\\(?:[A-Za-z]+|.)?/.exec(line)?.[0] ?? '\\';
}
