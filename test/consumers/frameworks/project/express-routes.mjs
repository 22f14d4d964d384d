import express from 'express';

export function routes(logger) {
  const router = express.Router();
  router.get('/order', (req, res) => {
    (req.log ?? logger).info('paid');
    res.send('ok');
  });
  router.get('/slow', (_req, res) => {
    logger.info('began');
    setTimeout(() => {
      logger.info('finished');
      res.send('ok');
    }, 1000);
  });
  router.get('/stream', (_, res) => {
    res.writeHead(200).write('event');
    logger.info('streaming');
  });
  router.get('/crash', () => {
    logger.info('crashing');
    setImmediate(() => {
      throw new Error('the application failed');
    });
  });
  return router;
}
