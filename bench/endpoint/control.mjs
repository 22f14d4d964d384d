// What both endpoints tell the harness, and what they are told.

const LOOK_EVERY_MS = 5;

let cpuAtReset = process.cpuUsage();

/** Listens on a free port of the loopback interface and answers what the harness asks. */
export function serve(server, { counted, reset, behave }) {
  process.on('message', ({ id, question }) => {
    const answer = (value) => process.send({ id, answer: value });
    if (question.kind === 'counted') answer(withCpu(counted()));
    else if (question.kind === 'reset') {
      cpuAtReset = process.cpuUsage();
      answer(void reset(question));
    } else if (question.kind === 'behave') answer(void behave(question.behaviour));
    else if (question.kind === 'wait') waitFor(question, counted, answer);
  });
  process.on('disconnect', () => process.exit());
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}

function waitFor({ events, stallMs, limitMs }, counted, answer) {
  const started = performance.now();
  let before = counted().events;
  let changed = started;
  const look = () => {
    const now = performance.now();
    const counts = counted();
    if (counts.events !== before) changed = now;
    before = counts.events;
    const isComplete = counts.events >= events;
    if (!isComplete && now - changed < stallMs && now - started < limitMs) return;
    clearInterval(timer);
    answer({ ...withCpu(counts), isComplete });
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  look();
}

function withCpu(counts) {
  const { user, system } = process.cpuUsage(cpuAtReset);
  return { ...counts, endpointCpuUs: user + system };
}
