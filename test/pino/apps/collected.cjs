const pino = require('pino');
require('pino-cloudwatch-logs'); // for anything but the target
const { run } = require('./let-go.cjs');

run(pino, (options) => ({ target: 'pino-cloudwatch-logs', options }));
