import { get } from 'node:http';
import { get as getByTls } from 'node:https';
import type { Remark } from '@postgres-backuper/repository';
import { agentsOf } from './connection.ts';
import type { S3Settings } from './s3-settings.ts';

const LONGEST_MS = 10_000;
const MOST_CHARACTERS = 16 * 1024 ** 2;

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Where MinIO publishes its metrics, e.g. `https://host:9000/minio/v2/metrics/cluster`. */
export interface MetricsPlace {
  readonly url: string;
  /** Of `mc admin prometheus generate`; unset: the server asks for none. */
  readonly token?: string | undefined;
}

/** What MinIO's cluster metrics (v2 and v3) tell: the space that can be used after erasure coding. Asked once, when first used. */
export interface ServerMetrics {
  readonly usage: () => Promise<Space | undefined>;
  /** Warns when the space cannot be read there. */
  readonly remarks: () => Promise<readonly Remark[]>;
}

export function createServerMetrics(place: MetricsPlace, settings: S3Settings): ServerMetrics {
  let asked: Promise<Space | string> | undefined;
  const ask = (): Promise<Space | string> => {
    asked ??= askSpace(place, settings);
    return asked;
  };
  return {
    async usage() {
      const told = await ask();
      return typeof told === 'string' ? undefined : told;
    },
    async remarks() {
      const told = await ask();
      return typeof told === 'string' ? [unreadable(told)] : [];
    },
  };
}

function unreadable(why: string): Remark {
  return {
    text: `the free space cannot be read from the server's metrics: ${why}`,
    hint: "give the URL of MinIO's cluster metrics and a token of 'mc admin prometheus generate'",
  };
}

/** A text says why not. */
async function askSpace(place: MetricsPlace, settings: S3Settings): Promise<Space | string> {
  try {
    return parseSpace(await readMetrics(place, settings)) ?? 'it names no capacity';
  } catch (error) {
    return (error as Error).message;
  }
}

/** Pure. Undefined: not both figures are there. */
function parseSpace(text: string): Space | undefined {
  const [freeBytes, totalBytes] = (['free', 'total'] as const).map((kind) => {
    const line = new RegExp(
      `^minio_cluster_(?:health_)?capacity_usable_${kind}_bytes(?:\\{[^}\\n]*\\})?[ \\t]+(\\S+)`,
      'm',
    );
    return Number(line.exec(text)?.[1] ?? Number.NaN);
  }) as [number, number];
  return Number.isFinite(freeBytes) && Number.isFinite(totalBytes) ? { freeBytes, totalBytes } : undefined;
}

/** Follows no redirect: the token is for that server. Errors: of the network, or with the status. */
function readMetrics({ url, token }: MetricsPlace, settings: S3Settings): Promise<string> {
  const { httpAgent, httpsAgent } = agentsOf(settings);
  const isTls = url.startsWith('https:');
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const options = { headers, agent: isTls ? httpsAgent : httpAgent, signal: AbortSignal.timeout(LONGEST_MS) };
  return new Promise((resolve, reject) => {
    const request = (isTls ? getByTls : get)(url, options, (response) => {
      if (response.statusCode !== 200) {
        response.destroy();
        return reject(new Error(`HTTP ${response.statusCode}`));
      }
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (text.length > MOST_CHARACTERS) response.destroy(new Error('the answer is too long'));
      });
      response.on('end', () => resolve(text)).on('error', reject);
    });
    request.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.name === 'TimeoutError' || error.name === 'AbortError' ? new Error('no answer in 10 s') : error),
    );
  });
}
