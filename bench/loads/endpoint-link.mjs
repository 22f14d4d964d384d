// What a load asks of the endpoint. They are processes of their own; the harness hands their messages on.

let lastId = 0;
const waiting = new Map();

process.on('message', ({ id, answer }) => {
  waiting.get(id)?.(answer);
  waiting.delete(id);
});

// The harness is gone: nobody waits for this any more.
process.on('disconnect', () => process.exit());

function ask(question) {
  return new Promise((resolve) => {
    const id = ++lastId;
    waiting.set(id, resolve);
    process.send({ id, question });
  });
}

/** Counters of the endpoint since the last reset; `at` is when the last event was counted. */
export function counted() {
  return ask({ kind: 'counted' });
}

export function reset(options = {}) {
  return ask({ kind: 'reset', ...options });
}

/** From now on the endpoint answers everything, or nothing (`hang`). */
export function behave(behaviour) {
  return ask({ kind: 'behave', behaviour });
}

/** What the endpoint that checks found out about the numbered lines; `undefined` from the one that only reads. */
export function examined() {
  return ask({ kind: 'examine' });
}

/** Waits until so many events are stored, none came for `stallMs`, or `limitMs` are over. */
export function stored(events, { stallMs = 10_000, limitMs = 60_000 } = {}) {
  return ask({ kind: 'wait', events, stallMs, limitMs });
}

/** Milliseconds on the clock that all processes of the machine share. */
export function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Tells the harness that there is nothing to measure, and why. */
export function skip(reason) {
  process.send({ skip: reason });
}

/** Tells the harness what was measured; it ends this process then. */
export function report(metrics) {
  process.send({ metrics });
}
