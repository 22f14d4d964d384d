import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { withDates } from '../options/aws-settings.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { loadClient } from './client-module.js';
import type { LoadedClient } from './client-route.js';
import { proxyFor } from './proxy.js';
import { RequestHandler } from './request-handler.js';

type Sdk = LoadedClient['sdk'];

/**
 * The client of the AWS SDK. The SDK is loaded when the first call needs it, off the start-up path. The client is made of the
 * options, unless the application gives one, and anew where it stays without valid credentials.
 */
export class SdkClient {
  readonly #options: Pick<ResolvedOptions, 'aws' | 'client' | 'clientModule'>;
  readonly #loadSdk: () => Promise<unknown>;
  #handler: RequestHandler | undefined;
  #loading: Promise<LoadedClient> | undefined;
  #loaded: LoadedClient | undefined;
  #destroy: (() => void) | undefined;

  /** @param loadSdk gives the module of the SDK */
  constructor(options: ResolvedOptions, loadSdk: () => Promise<unknown>) {
    this.#options = options;
    this.#loadSdk = loadSdk;
  }

  /** Undefined until it is loaded. */
  get loaded(): LoadedClient | undefined {
    return this.#loaded;
  }

  /** Whether requests are made by this package's own handler. */
  get hasOwnHandler(): boolean {
    const { client, clientModule, aws } = this.#options;
    return !client && !clientModule && aws.requestHandler === undefined;
  }

  /** @throws what loading or making it throws */
  load(): Promise<LoadedClient> {
    if (!this.#loading) {
      const loading = this.#start();
      this.#loading = loading;
      loading.catch(() => {
        // A module that was not there may be there at the next try.
        if (this.#loading === loading) this.#loading = undefined;
      });
    }
    return this.#loading;
  }

  /**
   * The next call asks for credentials anew. A client asks no more for those that it has, reads the shared files of the AWS
   * tools once, and waits for ever for a provider that never answered.
   *
   * @param loading of the call that met that; another one may have done so since
   * @param before the client; undefined when it was never there
   */
  startAnew(loading: Promise<LoadedClient> | undefined, before: LoadedClient | undefined): void {
    if (loading !== this.#loading) return;
    const { client, clientModule } = this.#options;
    if (!before) this.#loading = undefined;
    if (!before || client || clientModule) return;
    const { sdk } = before;
    const { systemClockOffset } = before.client.config as { readonly systemClockOffset?: number };
    this.#loaded = { sdk, client: this.#make(sdk, { systemClockOffset, ignoreCache: true }) };
    this.#loading = Promise.resolve(this.#loaded);
  }

  /** Closes the connections that nothing uses, where they are this package's. */
  closeIdle(): void {
    this.#handler?.closeIdle();
  }

  /** Closes all connections of a client that was made here. */
  close(): void {
    this.#destroy?.();
  }

  async #start(): Promise<LoadedClient> {
    const module = (await this.#loadSdk()) as Sdk & { readonly default?: Sdk };
    // A bundler that splits its output may leave of the SDK's own names no other than the default.
    const sdk = module.CloudWatchLogsClient ? module : (module.default ?? module);
    this.#loaded = { sdk, client: await this.#clientOf(sdk) };
    return this.#loaded;
  }

  async #clientOf(sdk: Sdk): Promise<CloudWatchLogsClient> {
    const { client, clientModule } = this.#options;
    if (client) return client;
    if (clientModule) return loadClient(clientModule);
    return this.#make(sdk);
  }

  /** @param internal settings of the SDK that are not in its types */
  #make(sdk: Sdk, internal: object = {}): CloudWatchLogsClient {
    this.#handler ??= new RequestHandler({}, (to) => proxyFor(to, process.env));
    const own = new sdk.CloudWatchLogsClient({
      requestHandler: this.#handler,
      ...withDates(this.#options.aws),
      maxAttempts: 1, // the publisher retries; two layers would multiply
      ...internal,
    });
    this.#destroy = () => own.destroy();
    return own;
  }
}
