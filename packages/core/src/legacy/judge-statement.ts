import { copySource } from './copy-source.ts';
import type { Statement, Token } from './script-part.ts';
import { textOf } from './setting.ts';

/** What a statement is about, as far as it reaches beyond the objects of one database. */
export type Judgement =
  | { readonly kind: 'run' }
  /** Of the session, as dumps write them at their beginning. */
  | { readonly kind: 'setting' }
  /** A database as such: it is created, dropped or altered, or its comment or privileges are. */
  | { readonly kind: 'database'; readonly what: string; readonly name: string; readonly action: Action }
  /** What a cluster has besides databases: roles, tablespaces, privileges on settings. */
  | {
      readonly kind: 'global';
      readonly of: 'role' | 'tablespace';
      readonly what: string;
      /** The role, or of a membership and a privilege on a setting the one that gets it. */
      readonly name: string;
      readonly action: Action;
    }
  | { readonly kind: 'refused'; readonly what: string };

export type Action = 'create' | 'alter' | 'drop' | 'comment' | 'grant';

/** What is in its parentheses is not part of the head. */
const SET_CONFIG = /^select pg_catalog \. set_config \($/;
const RUN: Judgement = { kind: 'run' };
const ROLE = new Set(['role', 'user', 'group']);

/**
 * Looks at the words that a statement begins with. SQL inside of functions and DO blocks is not looked at: it runs
 * with the rights of the role. (There the server itself refuses to create or drop databases and tablespaces.)
 */
export function judgeStatement({ heads }: Pick<Statement, 'heads'>): Judgement {
  const found = heads.map(judgeHead).find(({ kind }) => kind !== 'run');
  if (found === undefined) return RUN;
  if (!('what' in found)) return heads.length === 1 ? found : RUN;
  return heads.length === 1 ? found : { kind: 'refused', what: `${found.what} inside of another statement` };
}

function judgeHead(head: readonly Token[]): Judgement {
  const [verb = '', second = ''] = head;
  switch (verb) {
    case 'create':
    case 'alter':
    case 'drop':
      return judgeObject(verb, head);
    case 'grant':
    case 'revoke':
      return judgeGrant(head);
    case 'comment':
    case 'security':
      return judgeComment(head, head.indexOf('on'));
    case 'copy':
      return judgeCopy(head);
    case 'update':
    case 'insert':
    case 'delete':
    case 'merge':
    case 'truncate':
      return judgeWrite(head);
    case 'reassign':
      return refusal('REASSIGN OWNED');
    case 'set':
      return { kind: 'setting' };
    case 'select':
      return SET_CONFIG.test(head.join(' ')) ? { kind: 'setting' } : RUN;
    case 'prepare':
      return second === 'transaction' ? refusal('PREPARE TRANSACTION') : RUN;
    case 'commit':
    case 'rollback':
      return second === 'prepared' ? refusal(`${verb.toUpperCase()} PREPARED`) : RUN;
  }
  return RUN;
}

function refusal(what: string): Judgement {
  return { kind: 'refused', what };
}

function judgeObject(verb: 'create' | 'alter' | 'drop', head: readonly Token[]): Judgement {
  const [, type = ''] = head;
  const name = nameAfter(head, 1);
  const what = `${verb.toUpperCase()} ${type.toUpperCase()} '${name}'`;
  if (type === 'database') return { kind: 'database', what, name, action: verb };
  if (type === 'tablespace') return { kind: 'global', of: 'tablespace', what, name, action: verb };
  if (ROLE.has(type) && head[2] !== 'mapping') return { kind: 'global', of: 'role', what, name, action: verb };
  if (type === 'system') return refusal('ALTER SYSTEM');
  if (verb === 'drop' && type === 'owned') return refusal('DROP OWNED');
  // privileges may be granted inside of CREATE SCHEMA: pg_dump grants them by themselves
  if (type === 'schema' && head.includes('grant')) return refusal('GRANT inside of CREATE SCHEMA');
  return RUN;
}

/** The name behind the type's word and IF EXISTS or IF NOT EXISTS. */
function nameAfter(head: readonly Token[], at: number): string {
  let next = at + 1;
  while (['if', 'not', 'exists'].includes(head[next] ?? '')) next += 1;
  return textOf(head[next] ?? '');
}

/** `GRANT … ON DATABASE …`; without ON it makes a role a member of another. */
function judgeGrant(head: readonly Token[]): Judgement {
  const verb = (head[0] ?? '').toUpperCase();
  const on = head.indexOf('on');
  const type = head[on + 1] ?? '';
  const grantee = textOf(head[head.findIndex((token) => token === 'to' || token === 'from') + 1] ?? '');
  if (on < 0) return { kind: 'global', of: 'role', what: `${verb} of a role`, name: grantee, action: 'grant' };
  const name = textOf(head[on + 2] ?? '');
  if (type === 'database') return { kind: 'database', what: `${verb} ON DATABASE '${name}'`, name, action: 'grant' };
  const what = `${verb} ON ${type.toUpperCase()} '${name}'`;
  if (type === 'parameter') return { kind: 'global', of: 'role', what, name: grantee, action: 'grant' };
  return type === 'tablespace' ? { kind: 'global', of: type, what, name, action: 'grant' } : RUN;
}

/** COMMENT ON and SECURITY LABEL … ON. */
function judgeComment(head: readonly Token[], on: number): Judgement {
  const type = head[on + 1] ?? '';
  const name = textOf(head[on + 2] ?? '');
  const what = `${head[0] === 'comment' ? 'COMMENT' : 'SECURITY LABEL'} ON ${type.toUpperCase()} '${name}'`;
  if (type === 'database') return { kind: 'database', what, name, action: 'comment' };
  return type === 'role' || type === 'tablespace' ? { kind: 'global', of: type, what, name, action: 'comment' } : RUN;
}

function judgeCopy(head: readonly Token[]): Judgement {
  const source = copySource(head);
  if (source === 'program') return refusal('COPY with PROGRAM');
  if (source === 'file') return refusal('COPY with a file of the server');
  return source === 'data' ? judgeWrite(head) : RUN;
}

/** pg_dump writes to one system catalog only, that of databases, where a template is dropped first. */
function judgeWrite(head: readonly Token[]): Judgement {
  const at = head.findIndex((token) => !BEFORE_TABLE.has(token));
  const table = catalogAt(head, at);
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
/** Catalogs that all databases share; pg_catalog is searched without being named. */
const SHARED =
  /^pg_(database|authid|auth_members|tablespace|db_role_setting|shdescription|shseclabel|shdepend|parameter_acl|replication_origin|subscription)$/;

function catalogAt(head: readonly Token[], at: number): string | undefined {
  const [first = '', dot, second = ''] = head.slice(at).map(textOf);
  if (first === 'pg_catalog' && dot === '.') return second;
  return SHARED.test(first) ? first : undefined;
}
