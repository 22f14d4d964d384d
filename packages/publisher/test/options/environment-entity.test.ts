import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentEntity } from '../../src/options/environment-entity.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';

test("the entity is OpenTelemetry's service", () => {
  const OTEL_RESOURCE_ATTRIBUTES =
    'service.name=other, deployment.environment.name=pro%20d ,broken,=x,team=a';
  assert.deepEqual(environmentEntity({ OTEL_SERVICE_NAME: 'shop', OTEL_RESOURCE_ATTRIBUTES }), {
    keyAttributes: { Type: 'Service', Name: 'shop', Environment: 'pro d' },
  });
  assert.deepEqual(
    environmentEntity({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=a%ZZ,deployment.environment=old' }),
    {
      keyAttributes: { Type: 'Service', Name: 'a%ZZ', Environment: 'old' },
    },
  );
});

test('the entity is the function of Lambda, by the name that OpenTelemetry gives it', () => {
  const env = { AWS_LAMBDA_FUNCTION_NAME: 'orders' };
  const attributes = { PlatformType: 'AWS::Lambda' };
  const keyAttributes = { Type: 'Service', Name: 'orders', Environment: 'lambda:default' };
  assert.deepEqual(environmentEntity(env), { keyAttributes, attributes });
  assert.deepEqual(environmentEntity({ ...env, OTEL_SERVICE_NAME: 'shop' }), {
    keyAttributes: { ...keyAttributes, Name: 'shop' },
    attributes,
  });
});

test('an environment that names no service gives no entity', () => {
  for (const env of [{}, { OTEL_SERVICE_NAME: ' ' }, { OTEL_RESOURCE_ATTRIBUTES: 'service.name=' }]) {
    assert.equal(environmentEntity(env), undefined);
  }
  assert.equal(environmentEntity({ OTEL_SERVICE_NAME: 'x'.repeat(600) })?.keyAttributes?.Name?.length, 512);
});

test('it is looked up where the option says so', (t) => {
  t.after(() => {
    delete process.env.OTEL_SERVICE_NAME;
  });
  process.env.OTEL_SERVICE_NAME = 'shop';
  assert.equal(resolveOptions({ logGroupName: 'g' }).entity, undefined);
  const { entity } = resolveOptions({ logGroupName: 'g', entity: 'auto' });
  assert.equal(entity?.keyAttributes?.Name, 'shop');
  assert.throws(
    () => resolveOptions({ logGroupName: 'g', entity: 'automatic' as 'auto' }),
    /"entity" must be "auto" or an object/,
  );
  assert.throws(
    () => resolveOptions({ logGroupName: 'g', gzip: 'on' as 'auto' }),
    /"gzip" must be "auto" or true or false/,
  );
});
