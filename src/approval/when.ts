const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An instant for people, in UTC as GitHub's readers live everywhere: `2 Nov 2026, 09:07 UTC`. */
export function whenText(instant: string | number): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return 'a time that cannot be read';
  const [hours, minutes] = [date.getUTCHours(), date.getUTCMinutes()].map((n) => String(n).padStart(2, '0'));
  return `${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}, ${hours}:${minutes} UTC`;
}
