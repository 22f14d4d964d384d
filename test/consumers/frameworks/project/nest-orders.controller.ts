import { setTimeout as wait } from 'node:timers/promises';
import { Controller, Get, Logger, type OnApplicationShutdown, Sse } from '@nestjs/common';
import { Observable } from 'rxjs';

@Controller()
export class OrdersController implements OnApplicationShutdown {
  private readonly logger = new Logger('Orders');

  @Get('order')
  order() {
    this.logger.log('paid');
    return 'ok';
  }

  @Get('slow')
  async slow() {
    this.logger.log('began');
    await wait(1000);
    this.logger.log('finished');
    return 'ok';
  }

  @Sse('stream')
  stream() {
    this.logger.log('streaming');
    return new Observable((subscriber) => subscriber.next({ data: 'event' }));
  }

  @Get('crash')
  crash() {
    this.logger.log('crashing');
    setImmediate(() => {
      throw new Error('the application failed');
    });
    return 'ok';
  }

  onApplicationShutdown() {
    this.logger.log('shut down');
  }
}
