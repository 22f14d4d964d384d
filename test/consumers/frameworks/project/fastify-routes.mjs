import { setTimeout as wait } from 'node:timers/promises';

export async function routes(app) {
  app.get('/order', (request) => {
    request.log.info('paid');
    return 'ok';
  });
  app.get('/slow', async (request) => {
    request.log.info('began');
    await wait(1000);
    request.log.info('finished');
    return 'ok';
  });
  app.get('/stream', (request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200).write('event');
    request.log.info('streaming');
  });
  app.get('/crash', (request) => {
    request.log.info('crashing');
    setImmediate(() => {
      throw new Error('the application failed');
    });
    return 'ok';
  });
}
