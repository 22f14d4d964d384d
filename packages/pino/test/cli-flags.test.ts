import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HELP, readCommand } from '../src/cli-flags.ts';

describe('the command line', () => {
  it('has short flags for what is needed most', () => {
    const { options, echo, wait, help } = readCommand(
      '--group 123 --stream {hostname} --region eu-central-1 --endpoint http://127.0.0.1:1 --retention 7 --echo'.split(
        ' ',
      ),
    );
    assert.deepEqual(options, {
      logGroupName: '123',
      logStreamName: '{hostname}',
      retentionInDays: 7,
      aws: { region: 'eu-central-1', endpoint: 'http://127.0.0.1:1' },
    });
    assert.deepEqual({ echo, wait, help }, { echo: true, wait: false, help: false });
  });

  it('has a flag for every option of the transport', () => {
    const { options } = readCommand([
      ...['--log-group-name', 'g', '--max-buffer-bytes', '100000', '--oversize', 'drop', '--gzip'],
      ...[
        '--no-create-log-group',
        '--log-group-tags',
        '{"team":"a"}',
        '--aws',
        '{"region":"us-east-1"}',
        '--profile=p',
      ],
    ]);
    assert.deepEqual(options, {
      logGroupName: 'g',
      maxBufferBytes: 100_000,
      oversize: 'drop',
      gzip: true,
      createLogGroup: false,
      logGroupTags: { team: 'a' },
      aws: { region: 'us-east-1', profile: 'p' },
    });
  });

  it('takes what a switch may be besides on and off', () => {
    const gzip = (...flags: string[]) => readCommand(['--group', 'gzip', ...flags]).options.gzip;
    assert.equal(gzip(), undefined);
    for (const flags of [['--gzip', 'auto'], ['--gzip=auto'], ['--gzip', '--gzip', 'auto']])
      assert.equal(gzip(...flags), 'auto');
    for (const flags of [['--gzip'], ['--gzip=true'], ['--gzip', '--echo'], ['--no-gzip', '--gzip']])
      assert.equal(gzip(...flags), true);
    assert.equal(gzip('--gzip', '--no-gzip'), false);
    assert.equal(readCommand(['--stream', 'gzip', '--group', 'auto']).options.gzip, undefined);
    const rules = [{ prefix: '', value: true }];
    const { options } = readCommand([
      '--group',
      'g',
      '--deletion-protection',
      JSON.stringify(rules),
      '--emf',
    ]);
    assert.deepEqual(options, { logGroupName: 'g', deletionProtection: rules, emf: true });
    assert.equal(gzip('--gzip', 'yes'), 'yes', 'the publisher says what is wrong with it');
  });

  it('refuses what it does not know', () => {
    for (const flag of ['--grup', '--grp'])
      assert.throws(() => readCommand([flag, 'g']), {
        message: `Unknown option '${flag}'. Did you mean '--group'?`,
      });
    assert.throws(() => readCommand(['--xyzzy']), { message: "Unknown option '--xyzzy'. See --help." });
    assert.throws(() => readCommand(['--group']), /argument missing/);
    assert.throws(() => readCommand(['file.log']), /Unexpected argument 'file.log'/);
  });

  it('tells its flags in the help', () => {
    for (const flag of ['--group <name>', '--wait', '--flush-interval-ms', '--no-<flag>'])
      assert.ok(HELP.includes(flag));
  });
});
