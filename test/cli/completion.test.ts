import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BACKUPER_PROGRAM } from '@postgres-backuper/testing';
import { describe, expect, it } from 'vitest';

function completionScript(shell: string): string {
  return spawnSync(process.execPath, [BACKUPER_PROGRAM, 'completion', shell], { encoding: 'utf8' }).stdout;
}

/** From a file: Linux takes no argument of 128 KiB. */
function runScript(shell: string, words: readonly string[], text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'completion-'));
  try {
    const file = join(folder, 'script');
    writeFileSync(file, text);
    return spawnSync(shell, [...words, file], { encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('fish', () => {
  const script = completionScript('fish');
  const offered = (line: string): readonly string[] => {
    const ask = `${script}\ncomplete -C '${line}'`;
    const { stdout, stderr } = runScript('fish', ['--no-config'], ask);
    expect(stderr).toBe('');
    return stdout.split('\n').map((row) => row.split('\t')[0] as string);
  };

  it('offers commands, flags with a text, choices and files', () => {
    expect(offered('postgres-backuper und')).toContain('undo-swap');
    expect(offered('postgres-backuper restore --int')).toContain('--into');
    expect(offered('postgres-backuper restore --keep')).not.toContain('--keep-days');
    expect(offered('postgres-backuper verify --level con')).toContain('content');
    expect(offered('postgres-backuper backup --public-key /etc/host')).toContain('/etc/hosts');
  });
});

it('is a script that zsh loads', () => {
  const load = `autoload -Uz compinit; compinit -D; ${completionScript('zsh')}\nprint $_comps[postgres-backuper]`;
  const { stdout, stderr } = runScript('zsh', ['-f'], load);
  expect([stdout, stderr]).toEqual(['_postgres_backuper\n', '']);
});

it('names the shells that it knows', () => {
  const { status, stderr } = spawnSync(process.execPath, [BACKUPER_PROGRAM, 'completion', 'tcsh'], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([2, expect.stringContaining('postgres-backuper completion bash|zsh|fish')]);
});
