// timeout: 240 s
import { testEndings } from './endings.ts';

testEndings({ worker: true });
