import { setTimeout as sleep } from 'node:timers/promises';
import type { Airflow } from '@postgres-backuper/testing';

const ENDED = ['success', 'failed'];

/** What a user does on Airflow's pages, by its REST API. */
export interface AirflowApi {
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  setVariable(key: string, value: unknown): Promise<void>;
  unpause(dag: string): Promise<void>;
  /** Starts a run; returns its id. */
  trigger(dag: string, conf?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Waits for the end of a run: its state and those of its tasks, e.g. `database.check[0]`. */
  ended(dag: string, run: string, patienceMs?: number): Promise<RunStates>;
}

export interface RunStates {
  readonly state: string;
  readonly tasks: Readonly<Record<string, string>>;
  /** How often each was tried. */
  readonly tries: Readonly<Record<string, number>>;
}

export async function openApi(airflow: Airflow): Promise<AirflowApi> {
  const base = `http://127.0.0.1:${airflow.environment.AIRFLOW__API__PORT}`;
  const { access_token: token } = (await (await fetch(`${base}/auth/token`)).json()) as { access_token: string };
  const call: AirflowApi['call'] = async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${base}/api/v2${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    call,
    setVariable: async (key, value) => {
      await call('DELETE', `/variables/${key}`).catch(() => undefined);
      await call('POST', '/variables', { key, value: typeof value === 'string' ? value : JSON.stringify(value) });
    },
    unpause: async (dag) => {
      await call('PATCH', `/dags/${dag}`, { is_paused: false });
    },
    trigger: async (dag, conf = {}) => {
      const run = await call('POST', `/dags/${dag}/dagRuns`, { logical_date: null, conf });
      return (run as { dag_run_id: string }).dag_run_id;
    },
    ended: (dag, run, patienceMs = 240_000) => ended(airflow, { dag, run, patienceMs }),
  };
}

async function ended(
  airflow: Airflow,
  { dag, run, patienceMs }: { dag: string; run: string; patienceMs: number },
): Promise<RunStates> {
  for (const deadline = Date.now() + patienceMs; ; await sleep(200)) {
    const [row] = airflow.rows('SELECT state FROM dag_run WHERE dag_id = ? AND run_id = ?', dag, run);
    const isEnded = ENDED.includes(String(row?.state));
    if (!isEnded && Date.now() < deadline) continue;
    const rows = airflow.rows('SELECT * FROM task_instance WHERE dag_id = ? AND run_id = ?', dag, run);
    const name = ({ task_id, map_index }: (typeof rows)[number]) =>
      `${task_id}${map_index === -1 ? '' : `[${map_index}]`}`;
    const tasks = Object.fromEntries(rows.map((task) => [name(task), String(task.state)]));
    const tries = Object.fromEntries(rows.map((task) => [name(task), Number(task.try_number)]));
    if (!isEnded) throw new Error(`${dag} ${run} does not end: ${JSON.stringify(tasks)}`);
    return { state: String(row?.state), tasks, tries };
  }
}
