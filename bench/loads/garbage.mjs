import { constants, PerformanceObserver } from 'node:perf_hooks';

/** Watches the garbage collection of this thread; the function that it returns says what it was in so many seconds. */
export function watchGarbage() {
  const pauses = [];
  const note = (entries) => {
    for (const { duration, detail } of entries) pauses.push({ ms: duration, kind: detail.kind });
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: 'gc' });
  return (seconds) => {
    note(observer.takeRecords());
    observer.disconnect();
    const major = pauses.filter(({ kind }) => kind === constants.NODE_PERFORMANCE_GC_MAJOR);
    return {
      gcLongestMs: Math.max(0, ...pauses.map(({ ms }) => ms)),
      gcMsPerMinute: (pauses.reduce((sum, { ms }) => sum + ms, 0) / seconds) * 60,
      gcMajorPerMinute: (major.length / seconds) * 60,
    };
  };
}
