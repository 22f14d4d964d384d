import { readFileSync } from 'node:fs';

/** Starts to measure what this process uses; the function that it returns says how much it was. */
export function startMeter() {
  const cpu = process.cpuUsage();
  const main = mainThreadCpuMs();
  const loop = performance.eventLoopUtilization();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    const used = performance.eventLoopUtilization(loop);
    const mainNow = mainThreadCpuMs();
    return {
      cpuMs: (user + system) / 1000,
      activeMs: used.active,
      mainCpuMs: main === undefined || mainNow === undefined ? undefined : mainNow - main,
    };
  };
}

/** CPU time of the main thread; only Linux tells it to all versions of Node.js. */
export function mainThreadCpuMs() {
  if (process.threadCpuUsage) {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  }
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return undefined;
  }
}
