/** The version of this package, as package.json has it. A constant, so that it survives a bundler. */
export const VERSION = '0.1.0';
