import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { operate, reset } from '../state/api.ts';
import { attempt, dialog, overview, requests, show, view } from '../state/model.ts';
import type { GroupSummary } from '../state/wire.ts';
import { bytes, count } from '../text/number.ts';
import { Connect } from './connect.tsx';

const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export function Dialogs() {
  const { value } = dialog;
  if (value === undefined) return null;
  switch (value.kind) {
    case 'help':
      return <Help />;
    case 'connect':
      return (
        <Frame title="Send logs here">
          <Connect />
        </Frame>
      );
    case 'reset':
      return <Reset />;
    case 'create-group':
      return (
        <Create what="log group" make={(name) => operate('CreateLogGroup', '', { logGroupName: name })} />
      );
    case 'create-stream': {
      const { place } = value;
      const logGroupName = nameOf(place);
      return (
        <Create
          what={`log stream in ${place}`}
          make={(name) => operate('CreateLogStream', place, { logGroupName, logStreamName: name })}
        />
      );
    }
    case 'delete-stream':
      return <DeleteStream place={value.place} />;
    default: {
      const group = overview.value?.groups.find(({ place }) => place === value.place);
      if (group === undefined) return null;
      return value.kind === 'delete' ? (
        <Delete group={group} />
      ) : (
        <GroupSettings key={value.place} group={group} />
      );
    }
  }
}

/** The name in a place, which may have Region and account before it. */
const nameOf = (place: string): string => place.split(':').at(-1) ?? place;

const close = (): void => {
  dialog.value = undefined;
};

function Frame({ children, title }: { readonly title: string; readonly children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby="dialog-title"
      onClose={close}
      onClick={(event) => {
        // A click beside the dialog is one on the dialog itself, not on what is in it.
        if (event.target === element.current) close();
      }}
    >
      <div class="dialog-body">
        <h2 id="dialog-title">{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

function Question(props: {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly confirm: string;
  readonly onConfirm: () => Promise<boolean>;
}) {
  return (
    <Frame title={props.title}>
      {props.children}
      <div class="buttons">
        <button type="button" autofocus onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          class="danger"
          onClick={() => void props.onConfirm().then((done) => done && close())}
        >
          {props.confirm}
        </button>
      </div>
    </Frame>
  );
}

function Reset() {
  const stats = overview.value?.stats;
  return (
    <Question
      title="Reset the endpoint?"
      confirm="Delete everything"
      onConfirm={async () => {
        const done = await attempt(reset, 'Everything is gone');
        if (!done) return false;
        requests.value = [];
        show({ places: [], event: undefined });
        return true;
      }}
    >
      <p>
        This deletes all log groups with their {count(stats?.events ?? 0)} events ({bytes(stats?.bytes ?? 0)}
        ), the counts and the requests, and brings back the faults that the endpoint was started with. It
        cannot be undone.
      </p>
    </Question>
  );
}

function Delete({ group }: { readonly group: GroupSummary }) {
  const { place } = group;
  return (
    <Question
      title={`Delete ${place}?`}
      confirm="Delete the group"
      onConfirm={async () => {
        const done = await attempt(
          () => operate('DeleteLogGroup', place, { logGroupName: group.name }),
          `${place} is gone`,
        );
        const left = view.value.places.filter((other) => other !== place && !other.startsWith(`${place}:`));
        if (done) show({ places: left, event: undefined });
        return done;
      }}
    >
      <p>
        Its {count(group.streams)} streams and {count(group.events)} events go with it. It cannot be undone.
      </p>
    </Question>
  );
}

function DeleteStream({ place }: { readonly place: string }) {
  const [logStreamName = '', logGroupName = ''] = place.split(':').reverse();
  const group = place.slice(0, -logStreamName.length - 1);
  return (
    <Question
      title={`Delete ${logStreamName}?`}
      confirm="Delete the stream"
      onConfirm={async () => {
        const done = await attempt(
          () => operate('DeleteLogStream', group, { logGroupName, logStreamName }),
          `${logStreamName} is gone`,
        );
        const left = view.value.places.filter((other) => other !== place);
        if (done) show({ places: left, event: undefined });
        return done;
      }}
    >
      <p>All its events in {group} go with it. It cannot be undone.</p>
    </Question>
  );
}

function Create({ make, what }: { readonly what: string; readonly make: (name: string) => Promise<object> }) {
  const name = useSignal('');
  return (
    <Frame title={`Create a ${what}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(() => make(name.value), `${name.value} is there`).then((done) => done && close());
        }}
      >
        <label class="field">
          Name
          <input
            type="text"
            autofocus
            required
            value={name.value}
            onInput={(event) => (name.value = event.currentTarget.value)}
          />
        </label>
        <div class="buttons">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Create
          </button>
        </div>
      </form>
    </Frame>
  );
}

function GroupSettings({ group }: { readonly group: GroupSummary }) {
  const { name: logGroupName, place } = group;
  const key = useSignal('');
  const value = useSignal('');
  const act = (operation: string, members: object, done: string): Promise<boolean> =>
    attempt(() => operate(operation, place, members), done);
  const { arn } = group;
  return (
    <Frame title={place}>
      <dl class="facts">
        <dt>Events</dt>
        <dd>
          {count(group.events)}, {bytes(group.bytes)}
        </dd>
        <dt>Class</dt>
        <dd>{group.logGroupClass}</dd>
        <dt>ARN</dt>
        <dd class="wrap">{arn}</dd>
      </dl>
      <label class="field">
        Retention
        <select
          value={String(group.retentionInDays ?? '')}
          onChange={(event) => {
            const days = Number(event.currentTarget.value);
            if (days === 0) void act('DeleteRetentionPolicy', { logGroupName }, 'Kept for ever');
            else
              void act(
                'PutRetentionPolicy',
                { logGroupName, retentionInDays: days },
                `Kept for ${days} days`,
              );
          }}
        >
          <option value="">for ever</option>
          {RETENTIONS.map((days) => (
            <option key={days} value={String(days)}>
              {days} days
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={group.deletionProtectionEnabled}
          onChange={() => {
            const deletionProtectionEnabled = !group.deletionProtectionEnabled;
            const members = { logGroupIdentifier: logGroupName, deletionProtectionEnabled };
            void act(
              'PutLogGroupDeletionProtection',
              members,
              deletionProtectionEnabled ? 'Protected' : 'Not protected',
            );
          }}
        />
        Protected from deletion
      </label>
      <h3>Tags</h3>
      <ul class="tags">
        {Object.entries(group.tags).map(([tag, text]) => (
          <li key={tag}>
            <code>
              {tag} = {text}
            </code>
            <button
              type="button"
              class="link"
              aria-label={`Remove the tag ${tag}`}
              onClick={() =>
                void act('UntagResource', { resourceArn: arn, tagKeys: [tag] }, `${tag} removed`)
              }
            >
              remove
            </button>
          </li>
        ))}
      </ul>
      <form
        class="inline"
        onSubmit={(event) => {
          event.preventDefault();
          const tags = { [key.value]: value.value };
          void act('TagResource', { resourceArn: arn, tags }, `${key.value} set`).then((done) => {
            if (done) key.value = value.value = '';
          });
        }}
      >
        <input
          type="text"
          aria-label="Key of a tag"
          placeholder="key"
          required
          value={key.value}
          onInput={(event) => (key.value = event.currentTarget.value)}
        />
        <input
          type="text"
          aria-label="Value of the tag"
          placeholder="value"
          value={value.value}
          onInput={(event) => (value.value = event.currentTarget.value)}
        />
        <button type="submit">Set</button>
      </form>
      <div class="buttons">
        <button type="button" class="danger" onClick={() => (dialog.value = { kind: 'delete', place })}>
          Delete the group …
        </button>
        <span class="grow" />
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Frame>
  );
}

const KEYS = [
  ['/', 'to the filter pattern'],
  ['j, k', 'next and previous event'],
  ['Enter', 'open the event'],
  ['Esc', 'close what is open'],
  ['space', 'pause the tail, go on'],
  ['g, Shift g', 'to the oldest, to the newest event'],
  ['1, 2, 3', 'Logs, Requests, Faults'],
  ['?', 'this help'],
] as const;

function Help() {
  return (
    <Frame title="Keys">
      <dl class="keys">
        {KEYS.map(([key, what]) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
      <p class="hint">
        A filter pattern is that of CloudWatch Logs: <code>ERROR -health</code>, <code>"not found"</code>,{' '}
        <code>?warn ?error</code>, <code>{'{ $.status >= 500 }'}</code>, <code>%timeout \d+%</code>,{' '}
        <code>[ip, user, ...]</code>. Hold Ctrl or ⌘ to choose several groups and streams.
      </p>
      <div class="buttons">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Frame>
  );
}
