#!/usr/bin/env node
import { doctorProgram } from './command.js';

process.exitCode = await doctorProgram(process.argv.slice(2), process, 'cloudwatch-logs-publisher');
