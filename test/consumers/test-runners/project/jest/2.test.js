require('../payments.js')({ test, expect }, 2);
