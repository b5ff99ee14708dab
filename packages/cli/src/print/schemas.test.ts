import { type CommandDocument, documentJson, type ResultKind } from '@postgres-backuper/hosts';
import { documentProblems } from '@postgres-backuper/testing';
import { expect, test } from 'vitest';
import { commandOf, WHOLE } from './whole-results.test-data.ts';

test.for(Object.keys(WHOLE) as ResultKind[])('a whole result of %s is what docs/schemas says', (kind) => {
  const document = {
    ...{ command: commandOf(kind), exit: 0, server: 'h:1', databases: ['a'], result: WHOLE[kind] },
    newest: [{ name: 'a', location: 'b', label: 'c', startedAt: 'd' }],
  };
  expect(documentProblems(documentJson(document as unknown as CommandDocument))).toEqual([]);
});

test('an error without a result, with its details, is what docs/schemas says', () => {
  const error = { code: 'configuration-invalid', message: 'a', hint: 'b' };
  const document = { command: 'list', exit: 2, error, details: { problems: ['c'] } } as const;
  expect(documentProblems(documentJson(document))).toEqual([]);
});

test('a field that the schema does not name is seen', () => {
  const document = { ...documentJson({ command: 'list', exit: 0 }), extra: 1 };
  expect(documentProblems(document)).toHaveLength(1);
});
