/** The body of the answer to a request that succeeds. */
export function answerTo(operation, input) {
  if (operation === 'PutLogEvents') return '{"nextSequenceToken":"1"}';
  if (operation === 'DescribeLogStreams') {
    const { logGroupName, logStreamNamePrefix = 'bench' } = input();
    return JSON.stringify({
      logStreams: [{ logGroupName, logStreamName: logStreamNamePrefix, uploadSequenceToken: '1' }],
    });
  }
  if (operation === 'DescribeLogGroups') {
    const { logGroupNamePrefix = 'bench' } = input();
    return JSON.stringify({ logGroups: [{ logGroupName: logGroupNamePrefix }] });
  }
  return '{}';
}

const [least, most] = JSON.parse(process.argv[2] ?? '[0,0]');

/** Answers after the time that the way to a Region takes. */
export function later(answer) {
  if (most > 0) setTimeout(answer, least + Math.random() * (most - least));
  else answer();
}
