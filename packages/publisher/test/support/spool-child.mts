// Run by tests as a process of its own: appends as fast as it is allowed to and says what was written.
//   node --import tsx spool-child.mts write DIRECTORY   prints "appended <n>" and "written <id of first> <id>" lines until it is killed
//   node --import tsx spool-child.mts open DIRECTORY    says "ready", waits for a line, opens, prints what it recovered
//   node --import tsx spool-child.mts exit DIRECTORY    saves 1000 events inside process.on('exit')
import { once } from 'node:events';
import fs from 'node:fs';
import { openSpool } from '../../src/spool/spool.ts';

const [, , command, directory = ''] = process.argv;
const destination = { region: 'eu-central-1', logGroupName: 'group' };
const say = (line: string): void => void fs.writeSync(1, `${line}\n`);

if (command === 'write') {
  let first = 0;
  const spool = openSpool({
    directory,
    destination,
    maxBytes: 256 * 1024 * 1024,
    mode: 'always',
    onWritten: (id) => say(`written ${id - first + 1}`),
  });
  await spool.ready;
  let number = 0;
  const appendSome = (): void => {
    for (let count = 0; count < 200; count++) {
      number += 1;
      const id = spool.append(
        { logGroupName: 'group', logStreamName: `stream ${number % 3}` },
        `event ${number}`,
        number,
        0,
      );
      if (first === 0) first = id;
    }
    setImmediate(appendSome);
  };
  appendSome();
} else if (command === 'open') {
  say('ready');
  await once(process.stdin, 'data');
  const said: string[] = [];
  const onWarn = (message: string) => void said.push(message);
  const spool = openSpool({ directory, destination, maxBytes: 64 * 1024 * 1024, mode: 'always', onWarn });
  const { directories } = await spool.ready;
  const events: string[] = [];
  for await (const batch of spool.read({ afterId: 0, maxBytes: 1_000_000 })) {
    for (const { message } of batch) events.push(message);
  }
  if (process.argv[4] === 'close') await spool.close();
  say(JSON.stringify({ directories, events, said }));
  // Stays, so that what it took is not free again before the other has looked.
  await once(process.stdin, 'data');
  process.exit();
} else if (command === 'exit') {
  let handedBack = 0;
  const spool = openSpool({
    directory,
    destination,
    maxBytes: 64 * 1024 * 1024,
    mode: 'overflow',
    onHandBack: (events) => {
      handedBack += events.length;
    },
  });
  const append = (from: number, to: number): void => {
    for (let number = from; number <= to; number++) {
      spool.append({ logGroupName: 'group', logStreamName: 'stream' }, `event ${number}`, number, 0);
    }
  };
  process.on('exit', () => {
    append(1, 500);
    spool.writeSync(() => append(501, 1000));
    say(`unsaved ${handedBack}`);
  });
}
