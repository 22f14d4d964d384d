/** The command that a person types to look into a spool directory, or to send what is in it. */
export function commandLine(command: 'list' | 'replay', root: string): string {
  const directory = /^[\w./@%+=:,-]+$/.test(root) ? root : `'${root.replaceAll("'", "'\\''")}'`;
  return `npx -p cloudwatch-logs-publisher cloudwatch-logs-spool ${command} ${directory}`;
}
