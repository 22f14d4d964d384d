const winston = require('winston');
const { CloudWatchTransport } = require('winston-cloudwatch-logs');

require('./scenario.cjs').run(winston, CloudWatchTransport);
