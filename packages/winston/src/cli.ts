#!/usr/bin/env node
import { doctorProgram } from 'cloudwatch-logs-publisher/doctor';

process.exitCode = await doctorProgram(process.argv.slice(2), process, 'winston-cloudwatch-logs');
