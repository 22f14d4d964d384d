import { spawn } from 'node:child_process';

/** Opens a page in the browser of this machine, or says how to. BROWSER names the program to open it with. */
export function openBrowser(url: string): void {
  const [file, ...args] = opener();
  if (file === undefined) return;
  const child = spawn(file, [...args, url], { stdio: 'ignore', detached: true });
  child.once('error', () => console.error(`cloudwatch-logs-local: no browser could be started; open ${url}`));
  child.unref();
}

function opener(): readonly string[] {
  if (process.env.BROWSER) return [process.env.BROWSER];
  if (process.platform === 'darwin') return ['open'];
  // `start` is part of the shell; its first quoted argument would be a title.
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  return ['xdg-open'];
}
