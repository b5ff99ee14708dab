import { type Shape, text, wrong } from './shape.ts';

/*
 * Allowed texts of a database. PostgreSQL stores no character 0; a name may contain every other one, a version or a
 * locale only printable ones.
 */

/** Encodings that a database can have: in each, bytes below 0x80 are ASCII and never a part of another character. */
const ENCODINGS = new Set(
  `SQL_ASCII UTF8 MULE_INTERNAL EUC_JP EUC_CN EUC_KR EUC_TW EUC_JIS_2004 KOI8R KOI8U
   LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6 LATIN7 LATIN8 LATIN9 LATIN10 ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8
   WIN866 WIN874 WIN1250 WIN1251 WIN1252 WIN1253 WIN1254 WIN1255 WIN1256 WIN1257 WIN1258`.split(/\s+/),
);

/** Whether a database can have this encoding, by PostgreSQL's own name for it. */
export function isDatabaseEncoding(name: string): boolean {
  return ENCODINGS.has(name);
}

export const encoding: Shape<string> = (value, at) => {
  if (typeof value !== 'string' || !isDatabaseEncoding(value))
    throw wrong(at, 'is not an encoding of a PostgreSQL database');
  return value;
};

/** Of a role, database, schema, table, extension, tablespace: 63 bytes, unless the server was built otherwise. */
export const name = text({ pattern: /^[^\0]+$/ });

/** `18.6`, `15.18 (Debian 15.18-0+deb12u1)`, `19beta1` */
export const version = text({ pattern: /^\d[^\0-\x1f\x7f]*$/, max: 200 });

/** One printable line. */
export const line = text({ pattern: /^[^\0-\x1f\x7f]*$/ });

/** Free text, lists or collation rules: limited only by the bounds of the document. */
export const prose = text({ pattern: /^[^\0]*$/, max: Number.POSITIVE_INFINITY });

/** `name=value` as pg_db_role_setting holds it. */
export const setting = text({ pattern: /^[^\0-\x1f\x7f=]+=[^\0]*$/, max: Number.POSITIVE_INFINITY });

/** An aclitem: `grantee=CTc/grantor`, with `*` after a privilege with grant option. */
export const aclItem = text({ pattern: /^[^\0]*=[A-Za-z*]*\/[^\0]+$/, max: 4096 });

const COPY_NAME = '(?:[a-z_][a-z0-9_]*|"(?:[^"\\0]|"")+")';

/** One name in a copy statement, with its quotes where it has them. */
export const COPY_NAMES = new RegExp(COPY_NAME, 'g');

/** `COPY s.t (a, b) FROM stdin;` as pg_dump writes it: groups are the target and the list of columns. */
export const COPY_STATEMENT = new RegExp(
  `^COPY (${COPY_NAME}\\.${COPY_NAME}) +(\\(${COPY_NAME}(?:, ${COPY_NAME})*\\))? *FROM stdin;\\n?$`,
);

export const copyStatement = text({ pattern: COPY_STATEMENT, max: 1024 ** 2 });
