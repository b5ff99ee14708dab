import { BackuperError, type Event } from '@postgres-backuper/base';
import type { Speech } from '@postgres-backuper/hosts';
import type { Outcome } from '../command.ts';

type Speak = Speech['text'];

/** How a command ended, every text of it in the words of the host: also those of its result, which is written as JSON. */
export function spokenEnd(end: Outcome | BackuperError, speak: Speak): Outcome | BackuperError {
  if (end instanceof BackuperError) return spokenError(end, speak);
  const error = end.error === undefined ? {} : { error: spokenError(end.error, speak) };
  return { ...end, text: speak(end.text), result: spokenValue(end.result, speak), ...error };
}

export function spokenError(error: BackuperError, speak: Speak): BackuperError {
  const { code, message, hint, cause, result } = error;
  return new BackuperError(code, speak(message), {
    ...(hint === undefined ? {} : { hint: speak(hint) }),
    cause,
    result: spokenValue(result, speak),
  });
}

export function spokenEvent(event: Event, speak: Speak): Event {
  if (event.type === 'progress') return event;
  const text = speak(event.text);
  return event.type === 'warning' && event.hint !== undefined
    ? { ...event, text, hint: speak(event.hint) }
    : { ...event, text };
}

function spokenValue(value: unknown, speak: Speak): unknown {
  if (typeof value === 'string') return speak(value);
  if (Array.isArray(value)) return value.map((one) => spokenValue(one, speak));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spokenValue(one, speak)]));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
