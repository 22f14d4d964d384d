// What both endpoints tell the harness, and what they are told.

const LOOK_EVERY_MS = 5;

let cpuAtReset = process.cpuUsage();

/** Listens on a free port of the loopback interface and answers what the harness asks. */
export function serve(server, { counted, reset, behave, examine }) {
  const answers = {
    counted: () => withCpu(counted()),
    reset(question) {
      cpuAtReset = process.cpuUsage();
      reset(question);
    },
    behave: ({ behaviour }) => behave(behaviour),
    examine: () => examine?.(),
    wait: (question) => waitFor(question, counted),
  };
  process.on('message', async ({ id, question }) => {
    process.send({ id, answer: await answers[question.kind](question) });
  });
  process.on('disconnect', () => process.exit());
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}

function waitFor({ events, stallMs, limitMs }, counted) {
  const started = performance.now();
  let before = counted().events;
  let changed = started;
  return new Promise((resolve) => {
    const look = () => {
      const now = performance.now();
      const counts = counted();
      if (counts.events !== before) changed = now;
      before = counts.events;
      const isComplete = counts.events >= events;
      if (!isComplete && now - changed < stallMs && now - started < limitMs) return;
      clearInterval(timer);
      resolve({ ...withCpu(counts), isComplete });
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
  });
}

function withCpu(counts) {
  const { user, system } = process.cpuUsage(cpuAtReset);
  return { ...counts, endpointCpuUs: user + system };
}
