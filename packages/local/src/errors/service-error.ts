/** An error that CloudWatch Logs answers with, as opposed to a mistake in the use of this package. */
export class ServiceError extends Error {
  /** `ServiceError`. */
  override readonly name = 'ServiceError';
  /** The `__type` of the answer, for example `ResourceNotFoundException`. */
  readonly code: string;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** Members of the answer besides `__type` and `message`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The seconds of a `Retry-After` header, if the answer has one. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: string,
    message: string,
    options: Partial<Pick<ServiceError, 'status' | 'fields' | 'retryAfterSeconds'>> = {},
  ) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export const invalidParameter = (message: string): ServiceError =>
  new ServiceError('InvalidParameterException', message);

export const serialization = (message: string): ServiceError =>
  new ServiceError('SerializationException', message);

export const validation = (message: string): ServiceError => new ServiceError('ValidationException', message);

export const noSuchGroup = (): ServiceError =>
  new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.');

export const noSuchStream = (): ServiceError =>
  new ServiceError('ResourceNotFoundException', 'The specified log stream does not exist.');

export const groupExists = (): ServiceError =>
  new ServiceError('ResourceAlreadyExistsException', 'The specified log group already exists');

export const streamExists = (): ServiceError =>
  new ServiceError('ResourceAlreadyExistsException', 'The specified log stream already exists');

export const limitExceeded = (): ServiceError =>
  new ServiceError('LimitExceededException', 'Resource limit exceeded.');

export const invalidNextToken = (): ServiceError => invalidParameter('The specified nextToken is invalid.');
