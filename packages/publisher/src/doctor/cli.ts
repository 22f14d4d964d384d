#!/usr/bin/env node
import { doctorCommand } from './command.js';

const [command, ...args] = process.argv.slice(2);
if (command === 'doctor') process.exitCode = await doctorCommand(args, process, 'cloudwatch-logs-publisher');
else {
  process.stderr.write('Usage: cloudwatch-logs-publisher doctor --group <name>; doctor --help tells more.\n');
  process.exitCode = 2;
}
