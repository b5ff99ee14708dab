import { say } from '@postgres-backuper/base';
import { describe, expect, test } from 'vitest';
import { createFindings } from './items.ts';
import { report } from './large-values.ts';

const MiB = 1024 ** 2;

describe('a large value', () => {
  const bytea = { name: 'data', type: 'bytea' };
  const reported = (sizeBytes: number, columns = [bytea], isPartial = false) => {
    const findings = createFindings();
    report({ schema: 'public', name: 't', columns }, { largestBytes: sizeBytes }, { isPartial }, findings);
    return findings.items[0];
  };

  test('that is a bytea with a text above 1 GB is the problem with which a dump would end', () => {
    expect(reported(512 * MiB)).toEqual({
      ...{ state: 'problem', what: 'large values', code: 'value-too-large' },
      text: "table 'public.t' holds a value of 512 MiB in 'data' (bytea), whose text is above 1 GB: the server cannot send it to pg_dump",
      hint: expect.stringContaining(say.option('excludeTableData')),
    });
  });

  test('is a warning where its text may be short enough, or nobody asked for it', () => {
    const text = { name: 'note', type: 'text' };
    expect(reported(511 * MiB)).toMatchObject({ state: 'warning' });
    expect(reported(900 * MiB, [bytea], true)).toMatchObject({ state: 'warning' });
    expect(reported(900 * MiB, [bytea, text])).toMatchObject({
      state: 'warning',
      text: expect.stringContaining("in 'data' (bytea) or 'note' (text): pg_dump fails where"),
    });
    expect(reported(900 * MiB, [bytea, text, text, text])?.text).toMatch(/'note' \(text\) or another column: /);
  });
});
