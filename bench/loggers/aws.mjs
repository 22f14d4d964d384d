/** What every client needs to reach the endpoint of the benchmark. */
export function awsFor({ endpoint }) {
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };
}

export const logGroupName = 'bench';
export const logStreamName = 'bench';

/** The settings of a case; its spool lies in the directory that the harness made. */
export function settingsWith({ spool, ...settings }, directory) {
  return spool ? { ...settings, spool: { directory, ...spool } } : settings;
}
