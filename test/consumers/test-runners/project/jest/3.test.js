require('../payments.js')({ test, expect }, 3);
