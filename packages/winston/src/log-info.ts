/** The `info` of winston: the fields of one log call, with its level, line and arguments under symbols. */
export type LogInfo = Readonly<Record<PropertyKey, unknown>>;

/** Which line is stored; see `line` in the options. */
export type LogLine = 'auto' | 'format' | 'json';

// Winston shares these through the global registry, so that every copy of its packages means the same.
export const LEVEL = Symbol.for('level');
export const MESSAGE = Symbol.for('message');
export const SPLAT = Symbol.for('splat');
