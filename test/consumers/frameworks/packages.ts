/** The frameworks of the pages, and what their programs need. */
export const FRAMEWORKS: readonly string[] = [
  ...['fastify@5', 'express@5', 'pino@10', 'pino-http@11', 'winston@3', 'express-winston@4'],
  ...[
    '@nestjs/common@12',
    '@nestjs/core@12',
    '@nestjs/platform-express@12',
    'nestjs-pino@5',
    'nest-winston@2',
  ],
  ...['reflect-metadata@0.2', 'rxjs@7', 'typescript@5', '@types/node@20'],
];
