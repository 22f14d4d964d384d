import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { makeRecords } from '../loads/lines.mjs';

/** OpenTelemetry's logs, as OTLP over HTTP, which CloudWatch Logs takes at an endpoint of its own. */
export function start({ bytes, endpoint, settings }) {
  const exporter = new OTLPLogExporter({ url: `${endpoint}/v1/logs` });
  const processor = new BatchLogRecordProcessor({ exporter, ...settings });
  const provider = new LoggerProvider({ processors: [processor] });
  const logger = provider.getLogger('bench');
  const records = makeRecords(bytes, 'pino');
  return {
    log: (number, text) =>
      logger.emit({
        severityNumber: SeverityNumber.INFO,
        severityText: 'info',
        body: text,
        attributes: records[number % records.length],
      }),
    deliver: () => provider.forceFlush(),
  };
}
