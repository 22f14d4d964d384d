const whole = new Intl.NumberFormat('en-US');

/** `12,345`. */
export function count(value: number): string {
  return whole.format(value);
}

/** `12.3k`, for places without room. */
export function brief(value: number): string {
  if (value < 10_000) return whole.format(Math.round(value));
  if (value < 1_000_000) return `${(value / 1000).toFixed(value < 100_000 ? 1 : 0)}k`;
  return `${(value / 1_000_000).toFixed(1)}M`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1024 * 1024) return `${(value / 1024).toFixed(1)} KiB`;
  return `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

/** Events a second; `0.4/s` where there are few. */
export function rate(perSecond: number): string {
  if (perSecond < 0.05) return '';
  return `${perSecond < 10 ? perSecond.toFixed(1) : brief(perSecond)}/s`;
}
