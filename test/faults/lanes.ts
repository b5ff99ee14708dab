import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { S3Server } from '@postgres-backuper/testing';
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

/** What neither succeeded nor met what a run may meet when others delete, by default that its backup is gone. */
export function failuresOf(turns: readonly Turn[], mayMeet: readonly string[] = ['backup-none']): string[] {
  return turns
    .filter(({ status, out }) => status !== 0 && !mayMeet.includes(JSON.parse(out || '{}').error?.code))
    .map(({ args, status, error }) => `${args.join(' ')} ended with ${status}: ${error}`);
}

/** Repositories in which commands run at once: their variables, beside those of a workplace. */
export function lanePlaces(minio: () => S3Server, bucket: string): Record<string, () => Record<string, string>> {
  return {
    'a directory': () => ({}),
    MinIO: () => ({
      BACKUP_REPOSITORY: `s3://${bucket}/all`,
      MINIO_ENDPOINT: minio().endpoint,
      MINIO_ACCESS_KEY: minio().accessKey,
      MINIO_SECRET_KEY: minio().secretKey,
    }),
  };
}
