import type { HostName } from '@postgres-backuper/hosts';
import { parseServiceMessage } from '@postgres-backuper/testing';
import type { CliEnd } from './job.ts';
import type { TaskEnd } from './operators.ts';
import { messageOutputs, outputsOf } from './outputs.ts';

/** What a host makes of a command that ended. */
export interface Shown {
  /** Everything in the log that the host obeys, as `kind`, in its order; what is not meant for it must not add to them. */
  readonly obeyed: readonly string[];
  /** What people see, for the page. */
  readonly shows: readonly string[];
  readonly outputs: readonly string[];
}

export interface HostUnderTest {
  readonly title: string;
  /** In `docs/hosts`; undefined: it has none. */
  readonly page?: string;
  /** How it ends a job that is cancelled. */
  readonly stop: NodeJS.Signals;
  readonly read: (end: CliEnd) => Shown;
}

export const HOSTS: Readonly<Record<HostName, HostUnderTest>> = {
  none: {
    title: 'terminal',
    stop: 'SIGINT',
    read: (end) => {
      const errors = matches(end.stderr, /^(?:error|✗).*$/gm);
      const shows = [
        ...(end.stdout === '' ? [] : [`text \`${firstLine(end.stdout)}\``]),
        ...errors.slice(0, 1).map(([text]) => `on standard error \`${text}\``),
      ];
      return { obeyed: ansi(end.log), shows, outputs: outputsOf(end) };
    },
  },
  github: {
    title: 'GitHub',
    page: 'github/README.md',
    stop: 'SIGINT',
    read: (end) => {
      const commands = matches(end.log, /^\s*::([\w-]+)(?: [^\n]*?)?::([^\n]*)|##\[([\w-]+)/gm);
      const annotations = commands.filter(([, kind = '']) => /^(error|warning|notice)$/.test(kind));
      const shows = [
        ...phased(end.log),
        ...warned(annotations.filter(([, kind]) => kind === 'warning').length),
        ...annotations.flatMap(([, kind, text = '']) =>
          kind === 'warning' ? [] : [`${kind} \`${text.split('%0A')[0]}\``],
        ),
        ...(end.files['summary.md'] ? [`summary \`${firstLine(end.files['summary.md'])}\``] : []),
      ];
      const obeyed = [...commands.map(([, kind = '', , older = '']) => kind || `##[${older}`), ...ansi(end.log)];
      return { obeyed, shows, outputs: outputsOf(end) };
    },
  },
  forgejo: {
    title: 'Forgejo, Gitea',
    page: 'forgejo.md',
    stop: 'SIGINT',
    read: (end) => {
      const commands = matches(end.log, /^\s*::([\w-]+)(?: [^\n]*?)?::|##\[([\w-]+)/gm);
      const lines = matches(end.log, /^(WARNING|ERROR|PostgreSQL \w+ skipped:) ?(.*)$/gm);
      const shows = [
        ...phased(end.log),
        ...warned(lines.filter(([, kind]) => kind === 'WARNING').length),
        ...lines.flatMap(([line, kind]) => (kind === 'WARNING' ? [] : [`line \`${line}\``])),
        ...(end.files['summary.md'] ? [`summary \`${firstLine(end.files['summary.md'])}\``] : []),
      ];
      const obeyed = [...commands.map(([, kind = '', older = '']) => kind || `##[${older}`), ...ansi(end.log)];
      return { obeyed, shows, outputs: outputsOf(end) };
    },
  },
  gitlab: {
    title: 'GitLab',
    page: 'gitlab.md',
    stop: 'SIGTERM',
    read: (end) => {
      const sections = matches(end.log, /section_(start|end):/g).map(([, kind]) => `section_${kind}`);
      const coloured = matches(end.log, /\u001b\[(31|33)m([^\u001b\n]*)/g);
      const shows = [
        ...phased(end.log),
        ...warned(coloured.filter(([, colour]) => colour === '33').length),
        ...coloured.flatMap(([, colour, text]) => (colour === '31' ? [`in red \`${text}\``] : [])),
        ...matches(end.log, /^skipped:.*$/gm).map(([text]) => `line \`${text}\``),
      ];
      return { obeyed: [...sections, ...ansi(end.log)], shows, outputs: outputsOf(end) };
    },
  },
  teamcity: {
    title: 'TeamCity',
    page: 'teamcity.md',
    stop: 'SIGKILL',
    read: (end) => {
      const messages = end.log.split('\n').flatMap((line) => parseServiceMessage(line) ?? []);
      const of = (name: string, key: string) =>
        messages.flatMap((one) => (one.name === name ? [`\`${one.values[key]}\``] : []));
      const [tests, failed] = [of('testStarted', 'name').length, of('testFailed', 'name').length];
      const shows = [
        ...phased(end.log),
        ...warned(of('message', 'text').length),
        ...(tests > 0 ? [`${tests} tests, ${failed} failed`] : []),
        ...of('buildProblem', 'description').map((text) => `build problem ${text}`),
        ...of('buildStatus', 'text').map((text) => `status text ${text.replace('{build.status.text}; ', '')}`),
      ];
      return {
        obeyed: [...messages.map(({ name }) => name), ...ansi(end.log)],
        shows,
        outputs: [...outputsOf(end), ...messageOutputs(messages)],
      };
    },
  },
  airflow: {
    title: 'Airflow',
    page: 'airflow.md',
    stop: 'SIGTERM',
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
  },
  machine: {
    title: 'plain machine',
    page: 'machine.md',
    stop: 'SIGTERM',
    read: (end) => {
      const lines = matches(end.log, /^<([3-7])>(.*)$/gm).filter(([, , text = '']) => !PROGRESS.test(text));
      const shows = [
        ...(lines.some(([, priority]) => priority === '6') ? ['lines of the journal'] : []),
        ...warned(lines.filter(([, priority]) => priority === '4').length),
        ...lines.flatMap(([, priority, text]) => (priority === '3' ? [`error \`${text}\``] : [])),
        ...lines.flatMap(([, , text = '']) => (text.startsWith('skipped:') ? [`line \`${text}\``] : [])),
      ];
      return {
        obeyed: [...lines.map(([, priority = '']) => priority), ...ansi(end.log)],
        shows,
        outputs: outputsOf(end),
      };
    },
  },
};

/** Said when so much time has passed, so that a slow run says more. */
const PROGRESS = /\b\d+ of \d+ tables?\b/;

function warned(count: number): readonly string[] {
  return count === 0 ? [] : [count === 1 ? 'a warning' : `${count} warnings`];
}

/** Those that last long enough to say more are groups, sections or blocks. */
function phased(log: string): readonly string[] {
  return /\b(checking|looking|verifying) /.test(log) ? ['phases in the log'] : [];
}

/** Every escape sequence and control character that a terminal obeys. */
function ansi(text: string): readonly string[] {
  return matches(text, /\u001b\[?[\d;]*[A-Za-z]?|[\x00-\x08\x0b-\x1a\x7f-\x9f]/g).map(([sequence]) =>
    JSON.stringify(sequence),
  );
}

function matches(text: string, pattern: RegExp): readonly RegExpExecArray[] {
  return [...text.matchAll(pattern)];
}

function firstLine(text: string): string {
  return text.split('\n').find((line) => line.trim() !== '') ?? '';
}
