require('../payments.js')({ test, expect }, 1);
