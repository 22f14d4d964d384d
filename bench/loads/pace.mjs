const TICK_MS = 2;

/** Logs what is due every few milliseconds. What a call takes is the time of such a group by its calls. */
export function logAtPace(log, { rate, seconds, makeText }) {
  const started = performance.now();
  const total = rate * seconds;
  const perCall = [];
  let calls = 0;
  let callMs = 0;
  return new Promise((resolve) => {
    const tick = () => {
      const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * rate));
      if (due > calls) {
        const texts = [];
        for (let number = calls; number < due; number++) texts.push(makeText(number));
        const before = performance.now();
        for (let i = 0; i < texts.length; i++) log(calls + i, texts[i]);
        const ms = performance.now() - before;
        perCall.push(ms / texts.length);
        callMs += ms;
        calls = due;
      }
      if (calls < total) return;
      clearInterval(timer);
      resolve({ calls, callMs, perCall });
    };
    const timer = setInterval(tick, TICK_MS);
  });
}
