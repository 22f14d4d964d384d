import { writeSync } from 'node:fs';

writeSync(2, 'preloaded\n');
