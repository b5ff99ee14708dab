import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { METRICS, PREFIX } from '../packages/hosts/src/metrics/metrics.ts';
import { parseGateway } from '../packages/notifications/src/metrics/gateway.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/monitoring.md');
const alerts = [...read('monitoring/alerts.yml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);

test('each URL of the page is read', () => {
  const urls = [...page.matchAll(/^\| `(https?:[^`]+)`/gm)].map(([, url = '']) => url);
  expect(urls).toHaveLength(4);
  expect(urls.map(parseGateway).filter((one) => 'problem' in one)).toEqual([]);
});

test('the page names each alert, in their order', () => {
  expect(alerts.length).toBeGreaterThan(5);
  expect([...page.matchAll(/^\| `(PostgresBackup\w+)`/gm)].map(([, name]) => name)).toEqual(alerts);
});

test.each(['monitoring/alerts.yml', 'monitoring/alerts.test.yml', 'monitoring/grafana-dashboard.json'])(
  'the metrics in %s are there, with these labels',
  (path) => {
    const used = [...read(path).matchAll(/(postgres_backup_\w+)(?:\{([^}]*)\})?/g)];
    expect(used.length).toBeGreaterThan(10);
    for (const [whole, name = '', labels = ''] of used) {
      const metric = METRICS.find((one) => `${PREFIX}${one.name}` === name);
      expect(metric, whole).toBeDefined();
      const named = [...labels.matchAll(/(\w+)=/g)].map(([, label]) => label);
      expect(['name', ...(metric?.labels ?? [])], whole).toEqual(expect.arrayContaining(named)); // a push adds the name
    }
  },
);
