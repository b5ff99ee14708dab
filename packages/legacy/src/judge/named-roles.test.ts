import { expect, test } from 'vitest';
import { createScriptLexer } from '../lexer/script-lexer.ts';
import { namedRoles } from './named-roles.ts';

function roles(sql: string): readonly string[] {
  const lexer = createScriptLexer();
  const parts = [...lexer.push(Buffer.from(sql)), ...lexer.end().parts];
  return parts.flatMap((part) => (part.kind === 'statement' ? namedRoles(part.heads[0] ?? []) : []));
}

test.each<[string, readonly string[]]>([
  ['ALTER TABLE public.orders OWNER TO shop;', ['shop']],
  ['ALTER FUNCTION public.f(a integer, b text) OWNER TO "Shop Owner";', ['Shop Owner']],
  ['ALTER LARGE OBJECT 16400 OWNER TO shop;', ['shop']],
  ['GRANT SELECT(id),UPDATE(id) ON TABLE public.orders TO reader WITH GRANT OPTION;', ['reader']],
  ['GRANT ALL ON SCHEMA public TO GROUP readers;', ['readers']],
  ['GRANT ALL ON SCHEMA public TO PUBLIC;', []],
  ['REVOKE ALL ON TABLE "to" FROM shop;', ['shop']],
  ['GRANT SELECT ON TABLE t TO a, "b" GRANTED BY c;', ['a', 'b', 'c']],
  ['ALTER DEFAULT PRIVILEGES FOR ROLE shop IN SCHEMA public GRANT SELECT ON TABLES TO reader;', ['shop', 'reader']],
  ['ALTER DEFAULT PRIVILEGES FOR ROLE shop REVOKE ALL ON FUNCTIONS FROM PUBLIC;', ['shop']],
  ['CREATE POLICY own ON public.orders FOR SELECT TO a, b USING ((owner = CURRENT_USER));', ['a', 'b']],
  ['CREATE POLICY own ON public.orders USING (true);', []],
  ["CREATE USER MAPPING FOR shop SERVER other OPTIONS (password 'x');", ['shop']],
  ['CREATE USER MAPPING FOR PUBLIC SERVER other;', []],
  ['CREATE SCHEMA own AUTHORIZATION shop;', ['shop']],
  ["SET SESSION AUTHORIZATION 'shop';", ['shop']],
  ['SET SESSION AUTHORIZATION DEFAULT;', []],
  ['ALTER TABLE t RENAME TO u;', []],
  ["COMMENT ON TABLE t IS 'to bob';", []],
])('%s names %j', (sql, names) => {
  expect(roles(sql)).toEqual(names);
});
