import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { findProgram } from './parts.ts';
import { startService, untilPortIsFree } from './service.ts';

export interface Prometheus {
  /** The series of an instant query; throws when it is wrong. */
  query(query: string): Promise<readonly Series[]>;
  stop(): Promise<void>;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [at: number, value: string];
}

export interface PrometheusRequest {
  /** A Pushgateway. */
  readonly pushgateway: number;
  /** A folder of rules. */
  readonly rules: string;
}

/** Starts a throw-away Prometheus that scrapes a Pushgateway each second as docs/monitoring.md says. */
export async function startPrometheus(request: PrometheusRequest): Promise<Prometheus> {
  const program = await findProgram('prometheus');
  return untilPortIsFree(() => start(program, request));
}

async function start(program: string, request: PrometheusRequest): Promise<Prometheus> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const service = await startService({
    name: 'prometheus',
    program,
    args: async (dir) => {
      const config = join(dir, 'prometheus.yml');
      await writeFile(config, configText(request));
      const files = [`--config.file=${config}`, `--storage.tsdb.path=${join(dir, 'data')}`];
      return [...files, `--web.listen-address=127.0.0.1:${port}`];
    },
    isReady: async () => (await fetch(`${url}/-/ready`)).ok,
  });
  return {
    async query(query) {
      const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query }) });
      const { status, data, error } = (await answer.json()) as Answer;
      if (status !== 'success') throw new Error(`${query}: ${error}`);
      return data.result;
    },
    stop: service.stop,
  };
}

interface Answer {
  readonly status: string;
  readonly data: { readonly result: readonly Series[] };
  readonly error?: string;
}

function configText({ pushgateway, rules }: PrometheusRequest): string {
  return `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: ['${rules}']
scrape_configs:
  - job_name: pushgateway
    honor_labels: true
    static_configs: [{ targets: ['127.0.0.1:${pushgateway}'] }]
`;
}
