// Days as the record writes them, 2026-11-22, by the clock of China.

const CLOCK = new Intl.DateTimeFormat("en-CA", {
  timeZone: "Asia/Shanghai",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});

/** Return today as yyyy-mm-dd. */
export function today() {
  const part = {};
  CLOCK.formatToParts(new Date()).forEach(({ type, value }) => {
    part[type] = value;
  });
  return `${part.year}-${part.month}-${part.day}`;
}
