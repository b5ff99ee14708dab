import type { Token } from '../lexer/script-part.ts';
import { textOf } from '../lexer/setting.ts';

/** Words in the place of a role that name none, or one that every server has. */
const NO_ROLE = new Set(['public', 'current_role', 'current_user', 'session_user', 'group', 'default', 'none']);

/**
 * The roles that a statement needs: owners, those that get or lose a privilege, those of policies, user mappings,
 * default privileges and sessions. `head`: its first words. A name that is none may be among them.
 */
export function namedRoles(head: readonly Token[]): readonly string[] {
  return [...listsOf(head)].flatMap((at) => namesFrom(head, at)).filter((name) => name !== '');
}

/** Where lists of roles begin. */
function* listsOf(head: readonly Token[]): Generator<number> {
  const [verb, type, what] = head;
  const after = (...words: readonly Token[]): number | undefined => endOf(head, words);
  if (verb === 'grant' || verb === 'revoke')
    yield* [after('to'), after('from'), after('granted', 'by')].filter(isFound);
  if (verb === 'alter') yield* [after('owner', 'to')].filter(isFound);
  if (verb === 'alter' && type === 'default')
    yield* [after('for', 'role'), after('for', 'user'), after('to'), after('from')].filter(isFound);
  if (type === 'policy' && verb !== 'drop') yield* [after('to')].filter(isFound);
  if (type === 'user' && what === 'mapping') yield* [after('for')].filter(isFound);
  if (verb === 'create' && type === 'schema') yield* [after('authorization')].filter(isFound);
  if (verb === 'set') yield* [after('session', 'authorization'), after('set', 'role')].filter(isFound);
}

function isFound(at: number | undefined): at is number {
  return at !== undefined;
}

function endOf(head: readonly Token[], words: readonly Token[]): number | undefined {
  const at = head.findIndex((_, index) => words.every((word, offset) => head[index + offset] === word));
  return at < 0 ? undefined : at + words.length;
}

function namesFrom(head: readonly Token[], begin: number): readonly string[] {
  const names: string[] = [];
  for (let at = begin; at < head.length; at += 1) {
    const token = head[at] ?? '';
    if (token === 'group') continue; // GRANT … TO GROUP name, as old versions write it
    if (!NO_ROLE.has(token)) names.push(textOf(token));
    if (head[at + 1] !== ',') return names;
    at += 1;
  }
  return names;
}
