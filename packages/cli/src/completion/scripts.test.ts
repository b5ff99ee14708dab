import { spawnSync } from 'node:child_process';
import { COMMANDS } from '@postgres-backuper/options';
import { describe, expect, it } from 'vitest';
import { completionScript, SHELLS } from './scripts.ts';

/** What bash offers for the last of the words. */
function offeredByBash(...words: readonly string[]): readonly string[] {
  const list = words.map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(postgres-backuper ${list}); COMP_CWORD=${words.length}; _postgres_backuper; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', `${completionScript('bash')}\n${ask}`], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

describe('bash', () => {
  it('offers the commands, and those that begin alike', () => {
    expect(offeredByBash('')).toEqual([...Object.keys(COMMANDS), 'help', 'completion']);
    expect(offeredByBash('res')).toEqual(['restore']);
    expect(offeredByBash('help', 'che')).toEqual(['check']);
    expect(offeredByBash('completion', '')).toEqual(SHELLS);
  });

  it('offers the flags of the command alone', () => {
    const offered = offeredByBash('restore', '--');
    expect(offered).toEqual(expect.arrayContaining(['--into', '--help']));
    expect(offered).not.toContain('--keep-days');
  });

  it('offers the choices of a flag, files where it takes one, and nothing for free text', () => {
    expect(offeredByBash('verify', '--level', '')).toEqual(expect.arrayContaining(['restore', 'content']));
    expect(offeredByBash('verify', '--level', '=', 'con')).toEqual(['content']);
    expect(offeredByBash('backup', '--public-key', '/etc/host')).toContain('/etc/hosts');
    expect(offeredByBash('backup', '--name', '')).toEqual([]);
  });
});

it('knows no other shell', () => {
  expect(completionScript('toString')).toBeUndefined();
});
