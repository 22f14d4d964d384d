/** The path of another version of Node.js than the one that runs the tests, or why it cannot be had. */
export async function newerNode(version: string): Promise<{ node?: string; problem?: string }> {
  const script = new URL('../../scripts/node-versions.mjs', import.meta.url);
  const { installNode } = await import(script.href);
  return installNode(version);
}
