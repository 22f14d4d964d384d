const PRELOADS = new Set(['-r', '--require', '--import', '--loader', '--experimental-loader']);
/** The files that Yarn makes, whatever the folder. */
const MADE_BY_YARN = /(?:^|[\\/])\.pnp\.(?:c?js|loader\.mjs)$/;

/**
 * The flags of `node` by which packages are found where Yarn's Plug'n'Play keeps them: without these a thread finds none.
 *
 * @param execArgv of the process
 */
export function plugAndPlayFlags(execArgv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const [flag = '', attached] = execArgv[i].split(/=(.*)/s);
    if (!PRELOADS.has(flag)) continue;
    const file = attached ?? execArgv[++i];
    if (file !== undefined && MADE_BY_YARN.test(file)) kept.push(flag, file);
  }
  return kept;
}
