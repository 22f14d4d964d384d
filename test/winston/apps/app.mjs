import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';
import scenario from './scenario.cjs';

scenario.run(winston, CloudWatchTransport);
