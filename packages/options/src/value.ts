import { FORMS } from './forms.ts';
import { locationRefusal } from './locations.ts';
import type { Option } from './option.ts';
import type { Parsed } from './parsed.ts';
import { say } from './say.ts';
import { holdsCredentials, shownValue } from './shown.ts';

const DURATIONS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** kB, MB, GB and TB mean powers of 1024, as in PostgreSQL's own settings. */
const SIZES: Readonly<Record<string, number>> = {
  ...{ b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 },
  ...{ kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3, tib: 1024 ** 4 },
};
/** The largest first. */
const SIZE_UNITS = [
  ...(['TiB', 'GiB', 'MiB', 'KiB'] as const).map((unit, index) => [unit, 1024 ** (4 - index)] as const),
  ['B', 1],
] as const;
const DURATION_UNITS = (['d', 'h', 'min', 's', 'ms'] as const).map((unit) => [unit, DURATIONS[unit] ?? 1] as const);
const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];

/** Reads one text as the option's type; not for secrets and keys. */
export function parseValue(option: Option, text: string): Parsed<string | number | boolean> {
  switch (option.type) {
    case 'flag':
      return parseFlag(text);
    case 'count':
      return inRange(option, parseCount(text));
    case 'duration':
      if (option.off && FALSE.includes(text.trim().toLowerCase())) return { value: 0 };
      return inRange(option, parseQuantity(text, DURATIONS, "a time such as '90s', '5min', '26h' or '30d'"));
    case 'size':
      if (option.off && FALSE.includes(text.trim().toLowerCase())) return { value: 0 };
      return inRange(option, parseQuantity(text, SIZES, "a size such as '16MB'"));
    case 'time':
      return parseTime(text);
    case 'text':
      return parseText(option, text);
    case 'secret':
    case 'key':
      return { value: text };
  }
}

function parseText(option: Option, text: string): Parsed<string> {
  if (text.includes('\0')) return { problem: 'holds a zero byte' };
  if (holdsCredentials(text)) return { problem: whereCredentialsBelong(text) };
  if (option.form !== undefined) return FORMS[option.form](text.trim());
  if (option.choices === undefined || option.choices.includes(text)) return { value: text };
  return { problem: `${shownValue(text)} is not one of ${option.choices.join(', ')}` };
}

/** Texts are shown, so a text with credentials is refused; this says which option takes them. */
function whereCredentialsBelong(text: string): string {
  if (/^postgres(ql)?(\+\w+)?:/i.test(text)) return `holds a URL: set ${say.option('databaseUrl')} instead`;
  return (
    locationRefusal(text) ??
    'holds a user or a password: give those by their own options, texts like this one are shown'
  );
}

function parseFlag(text: string): Parsed<boolean> {
  const word = text.trim().toLowerCase();
  if (TRUE.includes(word)) return { value: true };
  if (FALSE.includes(word)) return { value: false };
  return { problem: `${shownValue(text)} is neither true nor false` };
}

function parseCount(text: string): Parsed<number> {
  return /^\d{1,9}$/.test(text.trim())
    ? { value: Number(text) }
    : { problem: `${shownValue(text)} is not a whole number` };
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>, wanted: string): Parsed<number> {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim()) ?? [];
  const factor = units[unit.toLowerCase()];
  if (factor === undefined) return { problem: `${shownValue(text)} is not ${wanted}` };
  return { value: Math.round(Number(amount) * factor) };
}

/** A day alone means its end, so that `--at DAY` finds that day's backup. */
function parseTime(text: string): Parsed<number> {
  const wanted = { problem: `${shownValue(text)} is not a time such as '2024-03-15' or '2024-03-15T12:00Z'` };
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?) ?(Z|[+-]\d\d:?\d\d)?)?$/i.exec(
    text.trim(),
  );
  if (parts === null) return wanted;
  const [, day = '', time, zone = 'Z'] = parts;
  const at = Date.parse(`${day}T${time ?? '23:59:59.999'}${zone.toUpperCase()}`);
  const dayExists = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(at) || new Date(dayExists).toISOString().slice(0, 10) !== day) return wanted;
  return { value: at };
}

function inRange(option: Option, parsed: Parsed<number>): Parsed<number> {
  if ('problem' in parsed || option.range === undefined) return parsed;
  const [least, most] = option.range;
  if (parsed.value >= least && parsed.value <= most) return parsed;
  return { problem: `is not between ${quantityText(option, least)} and ${quantityText(option, most)}` };
}

/** As a user writes it, e.g. `8MiB`. */
function quantityText({ type }: Option, value: number): string {
  const units = type === 'size' ? SIZE_UNITS : type === 'duration' ? DURATION_UNITS : [];
  const unit = units.find(([, factor]) => value >= factor && value % factor === 0);
  return unit === undefined ? String(value) : `${value / unit[1]}${unit[0]}`;
}
