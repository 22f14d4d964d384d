// An application that lets go of its logger after its only line, and collects garbage for as long as it lives.
exports.run = function run(pino, targetWith) {
  const [endpoint, several] = process.argv.slice(2);
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const target = targetWith({ logGroupName: 'app', aws: { endpoint, region: 'us-east-1', credentials } });
  const streams = [];
  (function log() {
    const transport = pino.transport(several ? { targets: [target, target] } : target);
    streams.push(new WeakRef(transport));
    pino(transport).info('the only line');
  })();
  const until = performance.now() + 20_000;
  const turn = () => {
    globalThis.gc();
    if (streams[0].deref() === undefined) console.log('collected');
    else if (performance.now() < until) setTimeout(turn, 20);
  };
  setTimeout(turn, 20);
};
