import { expect, test } from 'vitest';
import payments from '../payments.js';

payments({ test, expect }, 1);
