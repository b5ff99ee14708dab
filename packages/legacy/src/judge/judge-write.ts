import { copySource } from '../lexer/copy-source.ts';
import type { Token } from '../lexer/script-part.ts';
import { textOf } from '../lexer/setting.ts';
import { type Judgement, RUN, refusal } from './judgement.ts';

export function judgeCopy(head: readonly Token[]): Judgement {
  const source = copySource(head);
  if (source === 'program') return refusal('COPY with PROGRAM');
  if (source === 'file') return refusal('COPY with a file of the server');
  if (source === 'client' && head[1] === '(') return refusal('COPY of a query');
  return source === 'data' ? judgeWrite(head) : RUN;
}

/** pg_dump writes to only one system catalog: to pg_database, before it drops a template. */
export function judgeWrite(head: readonly Token[]): Judgement {
  const at = head.findIndex((token) => !BEFORE_TABLE.has(token));
  const starts = head.flatMap((token, comma) => (head[0] === 'truncate' && token === ',' ? [comma + 1] : []));
  const table = [at, ...starts].map((start) => catalogAt(head, start)).find((found) => found !== undefined);
  if (table === undefined) return RUN;
  const what = `${(head[0] ?? '').toUpperCase()} of the system catalog '${table}'`;
  const template = TEMPLATE.exec(head.slice(at).join(' '))?.[1];
  return template === undefined ? refusal(what) : { kind: 'database', what, name: template, action: 'alter' };
}

const BEFORE_TABLE = new Set([
  'update',
  'insert',
  'into',
  'delete',
  'from',
  'merge',
  'truncate',
  'table',
  'only',
  'copy',
]);
const TEMPLATE = /^pg_catalog \. pg_database set datistemplate = false where datname = '(.*)$/;
/** Catalogs that all databases share; pg_catalog is searched without its name. */
const SHARED =
  /^pg_(database|authid|auth_members|tablespace|db_role_setting|shdescription|shseclabel|shdepend|parameter_acl|replication_origin|subscription)$/;

/** `pg_catalog.t`, `database.pg_catalog.t`; text in parentheses could be any table. */
function catalogAt(head: readonly Token[], at: number): string | undefined {
  const [first = '', dot, second = '', nextDot, third = ''] = head.slice(head[at] === 'only' ? at + 1 : at).map(textOf);
  if (first === '(') return '(…)';
  if (second === 'pg_catalog' && dot === '.' && nextDot === '.') return third;
  if (first === 'pg_catalog' && dot === '.') return second;
  return SHARED.test(first) ? first : undefined;
}
