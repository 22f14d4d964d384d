import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import type { Batch } from '../../packages/publisher/src/batch/batch.ts';
import { CloudWatchLogsSink } from '../../packages/publisher/src/cloudwatch/sdk-sink.ts';
import { resolveOptions } from '../../packages/publisher/src/options/resolve-options.ts';
import { Publisher } from '../../packages/publisher/src/publisher.ts';
import type { Shipper } from '../fixtures/shippers.js';

// Publishers with one fault each, which the checker has to find.

type Put = CloudWatchLogsSink['put'];

/** By what each does wrong. Only with the tenth put: a fault that is rare must be found as well. */
export const MUTANTS: Readonly<Record<string, (put: Put) => Put>> = {
  'nothing, which must be found right': (put) => put,
  'drops one event': (put) => once((target, batch, ...rest) => put(target, withoutLast(batch), ...rest), put),
  'resends one batch': (put) =>
    once(async (target, batch, token, ...rest) => {
      await put(target, batch, token, ...rest);
      return put(target, batch, token, ...rest);
    }, put),
};

function once(wrong: Put, right: Put): Put {
  let puts = 0;
  let isDone = false;
  return async (target, batch, ...rest) => {
    puts++;
    const isNow = !isDone && puts >= 10 && batch.length > 1;
    isDone ||= isNow;
    return (isNow ? wrong : right)(target, batch, ...rest);
  };
}

function withoutLast(batch: Batch): Batch {
  return batch.splitAt(batch.length - 1)[0];
}

export function startMutant(options: PublisherOptions, mutate: (put: Put) => Put): Shipper {
  const sink = new CloudWatchLogsSink(resolveOptions(options));
  sink.put = mutate(sink.put.bind(sink));
  const publisher = new Publisher(options, { sink });
  const warnings: Shipper['warnings'][number][] = [];
  publisher.on('warn', (warning) => warnings.push(warning));
  return {
    log: (message, level = 'info', { fields } = {}) =>
      void publisher.publish({ timestamp: Date.now(), message }, { level, fields }),
    flush: () => publisher.flush(),
    stats: async () => publisher.stats(),
    close: async () => void (await publisher.close()),
    warnings,
    drops: [],
  };
}
