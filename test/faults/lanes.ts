import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Workplace } from '../bad-input/harness.ts';

export interface LaneRequest {
  /** Each at least once; `{turn}` in a word is the number of the turn. */
  readonly commands: readonly (readonly string[])[];
  /** Milliseconds since 1970. */
  readonly untilMs: number;
}

/** One command, as it ended. */
export interface Turn {
  readonly args: readonly string[];
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

/** Runs commands in a process of their own, one after the other until time is over. */
export async function runLane({ env }: Workplace, request: LaneRequest): Promise<readonly Turn[]> {
  const args = [join(import.meta.dirname, 'lane.ts'), JSON.stringify(request)];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return JSON.parse(said) as Turn[];
}

/** Of all backups that ended well. */
export function labelsOf(turns: readonly Turn[]): string[] {
  return turns.flatMap(({ args, status, out }) => {
    if (args[0] !== 'backup' || status !== 0) return [];
    const { result } = JSON.parse(out) as { result: { backups: { label: string }[] } };
    return result.backups.map(({ label }) => label);
  });
}

/** What neither succeeded nor met a backup that was deleted meanwhile. */
export function failuresOf(turns: readonly Turn[]): string[] {
  return turns
    .filter(({ status, out }) => status !== 0 && JSON.parse(out || '{}').error?.code !== 'backup-none')
    .map(({ args, status, error }) => `${args.join(' ')} ended with ${status}: ${error}`);
}
