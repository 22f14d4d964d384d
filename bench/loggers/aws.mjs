/** What every client needs to reach the endpoint of the benchmark. */
export function awsFor({ endpoint }) {
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };
}

export const logGroupName = 'bench';
export const logStreamName = 'bench';
