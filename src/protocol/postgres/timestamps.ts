/** PostgreSQL's binary dates count from 2000-01-01. */
const epochDays = 10_957n; // days from 1970-01-01 to 2000-01-01
const dayMicros = 86_400_000_000n;
const infinity64 = 0x7fffffffffffffffn;
const infinity32 = 0x7fffffff;

/**
 * Microseconds since 2000-01-01 as `2026-01-31 12:00:00.5`, with `+00` where the type has a zone (the binary
 * form is always UTC). Null beyond the years that ISO can write with four digits.
 */
export function timestampText(micros: bigint, zoned: boolean): string | null {
  if (micros === infinity64) return 'infinity';
  if (micros === -infinity64 - 1n) return '-infinity';
  const days = floorDivide(micros, dayMicros);
  const date = calendarDate(days);
  if (date === null) return null;
  const rest = micros - days * dayMicros;
  const seconds = rest / 1_000_000n;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map((part) => pad(part, 2)).join(':');
  const fraction = pad(rest % 1_000_000n, 6).replace(/0+$/, '');
  return `${date} ${clock}${fraction === '' ? '' : `.${fraction}`}${zoned ? '+00' : ''}`;
}

/** Days since 2000-01-01 as `2026-01-31`. */
export function dateText(days: number): string | null {
  if (days === infinity32) return 'infinity';
  if (days === -infinity32 - 1) return '-infinity';
  return calendarDate(BigInt(days));
}

function calendarDate(days: bigint): string | null {
  const milliseconds = Number((days + epochDays) * 86_400_000n);
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  return Number.isNaN(year) || year < 1 || year > 9999 ? null : date.toISOString().slice(0, 10);
}

function floorDivide(value: bigint, by: bigint): bigint {
  return value >= 0n ? value / by : -((-value + by - 1n) / by);
}

function pad(value: bigint, length: number): string {
  return value.toString().padStart(length, '0');
}
