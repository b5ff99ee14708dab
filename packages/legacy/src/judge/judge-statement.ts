import type { Statement, Token } from '../lexer/script-part.ts';
import { textOf } from '../lexer/setting.ts';
import { isInside, judgeHidden } from './judge-hidden.ts';
import { judgeCopy, judgeWrite } from './judge-write.ts';
import { type Judgement, RUN, refusal } from './judgement.ts';

/** The head ends at the parenthesis. */
const SET_CONFIG = /^select pg_catalog \. set_config \($/;
const ROLE = new Set(['role', 'user', 'group']);
/** Words that mean existing roles; dumps name them. */
const SELF = new Set(['all', 'current_role', 'current_user', 'session_user', 'user']);

/**
 * Judges a statement by its first words. SQL inside of functions and DO blocks is not checked: it runs with the rights
 * of the role. (There the server itself refuses to create or drop databases and tablespaces.)
 */
export function judgeStatement({ heads }: Pick<Statement, 'heads'>): Judgement {
  const found = heads
    .map((head, index) => judgeHidden(head, isInside(heads, index)) ?? judgeHead(head))
    .find(({ kind }) => kind !== 'run');
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

function judgeObject(verb: 'create' | 'alter' | 'drop', head: readonly Token[]): Judgement {
  const [, type = ''] = head;
  const name = nameAfter(head, 1);
  const what = `${verb.toUpperCase()} ${type.toUpperCase()} '${name}'`;
  if (type === 'database') return { kind: 'database', what, name, action: verb };
  if (type === 'tablespace') return { kind: 'global', of: 'tablespace', what, name, action: verb };
  if (ROLE.has(type) && SELF.has(head[2] ?? '')) return refusal(`${verb.toUpperCase()} ROLE ${name.toUpperCase()}`);
  if (ROLE.has(type) && head[2] !== 'mapping') return { kind: 'global', of: 'role', what, name, action: verb };
  if (type === 'system') return refusal('ALTER SYSTEM');
  if (verb === 'drop' && type === 'owned') return refusal('DROP OWNED');
  // CREATE SCHEMA may include GRANT; pg_dump grants privileges in separate statements
  if (verb === 'create' && isTableOfQuery(head)) return refusal('CREATE TABLE AS with another query than SELECT');
  if (type === 'schema' && head.includes('grant')) return refusal('GRANT inside of CREATE SCHEMA');
  return RUN;
}

/** True for a query that does not begin with SELECT or VALUES: after WITH it might change other tables. */
function isTableOfQuery(head: readonly Token[]): boolean {
  const words = head.slice(1).filter((word) => !TABLE_KINDS.has(word));
  const query = words[words.indexOf('as') + 1] ?? '';
  return words[0] === 'table' && words.includes('as') && !['select', 'values', 'table'].includes(query);
}

const TABLE_KINDS = new Set(['global', 'local', 'temp', 'temporary', 'unlogged']);

/** The name after the type's word and IF EXISTS or IF NOT EXISTS. */
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
  const to = head.findIndex((token) => token === 'to' || token === 'from') + 1;
  const grantee = textOf(head[to] ?? '');
  if (on < 0 && (SELF.has(head[to] ?? '') || head[to + 1] === ',')) return refusal(`${verb} of a role to others`);
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
