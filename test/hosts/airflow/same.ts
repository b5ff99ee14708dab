import type { HostUnderTest } from '../same/host-under-test.ts';
import { ansi, matches, PROGRESS, warned } from '../same/log-texts.ts';
import { createOperators, type TaskEnd } from './operators.ts';
import { startOperator } from './start-operator.ts';

export const host: HostUnderTest = {
  title: 'Airflow',
  file: "Airflow's operator",
  part: 'Airflow',
  stop: 'SIGTERM',
  prepare: async ({ folder }) => {
    const operators = await createOperators(folder);
    return { start: (request) => startOperator(request, operators), close: operators.stop };
  },
  read: (end) => {
    const task = JSON.parse(end.files['task.json'] ?? '{}') as TaskEnd;
    const lines = matches(end.log, /^\[(\w+)\] (.*)$/gm).filter(([, , text = '']) => !PROGRESS.test(text));
    const shows = [
      ...(lines.some(([, level]) => level === 'info') ? ['lines of the log'] : []),
      ...warned(lines.filter(([, level]) => level === 'warning').length),
      ...lines.flatMap(([, level, text]) => (level === 'error' ? [`error \`${text}\``] : [])),
      ...lines.flatMap(([, , text = '']) => (text.startsWith('skipped:') ? [`line \`${text}\``] : [])),
      `task ${task.state}${task.text === '' ? '' : `: exception \`${task.text}\``}`,
    ];
    const groups = matches(end.log, /::(?:end)?group::/gi).map(([text]) => text);
    const levels = lines.map(([, level = '']) => level);
    const pushed = task.xcom.map((key) => `\`${key}\``).join(', ');
    const outputs = pushed === '' ? [] : [`XCom ${pushed}`];
    return { obeyed: [...levels, ...groups, ...ansi(end.log)], shows, outputs };
  },
};
