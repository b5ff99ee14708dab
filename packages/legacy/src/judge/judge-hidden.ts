import type { Statement, Token } from '../lexer/script-part.ts';
import { textOf } from '../lexer/setting.ts';
import { type Judgement, refusal } from './judgement.ts';

/**
 * First words of statements in dumps, and of statements that people add and that cannot hide another one. All others
 * are refused: text after WITH, EXPLAIN, PREPARE or `(` is not checked.
 */
const KNOWN = new Set(
  `abort alter analyze begin call cluster comment commit copy create delete discard do drop end grant insert lock merge
  reassign refresh reindex release reset revoke rollback savepoint security select set show start truncate update vacuum
  values`.split(/\s+/),
);

/** Refuses a statement whose meaning cannot be known. */
export function judgeHidden(head: readonly Token[], inside: boolean): Judgement | undefined {
  const [verb = ''] = head;
  if (head.some((token, at) => token === 'u' && head[at + 1]?.startsWith('"')))
    return refusal('a name with Unicode escapes');
  if (verb === '' || inside || KNOWN.has(verb) || (verb === 'prepare' && head[1] === 'transaction')) return undefined;
  return refusal(`a statement that begins with ${textOf(verb).slice(0, 40).toUpperCase()}`);
}

/** Whether the server also reads it as a part of the first statement: psql counts the word `begin` anywhere. */
export function isInside([first = [], ...others]: Statement['heads'], index: number): boolean {
  if (index === 0) return false;
  if (!/^create (?:or replace )?(?:function|procedure) /.test(first.join(' '))) return true;
  const isBody = first.some((token, at) => token === 'begin' && first[at + 1] === 'atomic');
  return isBody && !others.slice(0, index - 1).some(([verb]) => verb === 'end');
}
