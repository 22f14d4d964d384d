// A transport that changes lines, for a pipeline.
import { Transform } from 'node:stream';

export default () =>
  new Transform({
    transform(chunk, _encoding, callback) {
      callback(null, String(chunk).replaceAll('paid', 'PAID'));
    },
  });
