// Modules of Node.js that nothing needs before there is something to send, or to keep on disk. They are loaded when they are
// first asked for: to load them with this package would take longer than all of its own code.

export function nodeHttp() {
  return { http: process.getBuiltinModule('node:http'), https: process.getBuiltinModule('node:https') };
}

export function nodeCrypto() {
  return process.getBuiltinModule('node:crypto');
}

export function nodeZlib() {
  return process.getBuiltinModule('node:zlib');
}
