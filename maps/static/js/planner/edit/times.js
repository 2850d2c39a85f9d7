// Times as a planner reads them: the hour today, the day and the hour before.

const two = (n) => String(n).padStart(2, "0");

export function timeOf(date) {
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function momentOf(date, now = new Date()) {
  if (date.toDateString() === now.toDateString()) return timeOf(date);
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const year = date.getFullYear() === now.getFullYear() ? "" : `${date.getFullYear()}-`;
  return `${year}${day} ${timeOf(date)}`;
}
