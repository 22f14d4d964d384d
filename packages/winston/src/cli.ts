#!/usr/bin/env node
import { doctorCommand } from 'cloudwatch-logs-publisher/doctor';

const [command, ...args] = process.argv.slice(2);
if (command === 'doctor') process.exitCode = await doctorCommand(args, process, 'winston-cloudwatch-logs');
else {
  process.stderr.write('Usage: winston-cloudwatch-logs doctor --group <name>; doctor --help tells more.\n');
  process.exitCode = 2;
}
