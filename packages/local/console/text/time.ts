import type { TimeStyle } from '../state/view.ts';

const two = (value: number): string => String(value).padStart(2, '0');
const three = (value: number): string => String(value).padStart(3, '0');

/** The time of a row. The day is left out, the whole stands in the event's details. */
export function rowTime(timestamp: number, style: TimeStyle, now: number): string {
  if (style === 'off') return '';
  if (style === 'relative') return ago(now - timestamp);
  const date = new Date(timestamp);
  if (style === 'utc') return date.toISOString().slice(11, 23);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${three(date.getMilliseconds())}`;
}

/** `2026-11-29 12:00:01.123`, with the offset from UTC. */
export function fullTime(timestamp: number): string {
  const date = new Date(timestamp);
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${rowTime(timestamp, 'local', 0)} ${zone}`;
}

/** `12 s`, `3 min`, `5 h`, `2 d`; what is ahead has a plus. */
export function ago(ms: number): string {
  const sign = ms < -999 ? '+' : '';
  const seconds = Math.abs(ms) / 1000;
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${sign}${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${sign}${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${sign}${Math.floor(seconds / 3600)} h`;
  return `${sign}${Math.floor(seconds / 86_400)} d`;
}

/** A span of time between two instants, as short as it can be said. */
export function lasted(ms: number): string {
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return ago(ms);
}

/** For `<input type="datetime-local">`, which speaks of the local time without saying so. */
export function toLocalInput(timestamp: number): string {
  const date = new Date(timestamp - new Date(timestamp).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19);
}
