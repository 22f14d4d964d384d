const { globalSetup } = require('cloudwatch-logs-local/global-setup');

module.exports = globalSetup({ sequenceTokens: 'enforced' });
