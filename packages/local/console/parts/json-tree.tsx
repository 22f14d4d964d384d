import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { stripAnsi } from '../text/ansi.ts';
import { type Json, type Path, parseNested, selector } from '../text/fields.ts';
import type { Marks } from '../text/highlight.ts';
import { Icon } from './icon.tsx';
import { Message } from './message.tsx';

type Action = 'column' | 'is' | 'is not';

interface TreeProps {
  readonly value: Json;
  readonly marks: Marks;
  readonly onField: (action: Action, path: Path, value: Json) => void;
}

/** JSON, unfolded. Strings that are JSON themselves are unfolded too, and those of several lines, stacks above all. */
export function JsonTree({ marks, onField, value }: TreeProps) {
  return (
    <div class="tree">
      <Members value={value} path={[]} marks={marks} onField={onField} />
    </div>
  );
}

/** Members of a larger object are shown when asked for. */
const SHOWN_MEMBERS = 200;

function Members({ path, value, ...rest }: TreeProps & { readonly path: Path }) {
  const all = useSignal(false);
  if (typeof value !== 'object' || value === null) return null;
  const members: [string | number, Json][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  const shown = all.value ? members : members.slice(0, SHOWN_MEMBERS);
  return (
    <>
      {shown.map(([name, member]) => (
        <Member key={name} name={name} path={[...path, name]} value={member} {...rest} />
      ))}
      {shown.length < members.length && (
        <button type="button" class="link" onClick={() => (all.value = true)}>
          {members.length - shown.length} more
        </button>
      )}
    </>
  );
}

function Member({
  name,
  path,
  value,
  ...rest
}: TreeProps & { readonly name: string | number; readonly path: Path }) {
  const nested = typeof value === 'string' ? parseNested(value) : undefined;
  const inside = nested ?? value;
  if (typeof inside === 'object' && inside !== null) {
    const size = Array.isArray(inside) ? `[${inside.length}]` : `{${Object.keys(inside).length}}`;
    return (
      <details class="member" open={path.length < 4}>
        <summary>
          <span class="name">{name}</span>{' '}
          <span class="size">{nested === undefined ? size : `${size} in a string`}</span>
        </summary>
        {/* A field inside a string has no selector in a filter pattern: it is shown only. */}
        <Members
          value={inside}
          path={path}
          marks={rest.marks}
          onField={nested === undefined ? rest.onField : NO_ACTION}
        />
      </details>
    );
  }
  if (typeof inside === 'string' && inside.includes('\n')) {
    return (
      <div class="member">
        <span class="name">{name}</span>
        <Stack text={inside} marks={rest.marks} />
      </div>
    );
  }
  return (
    <div class="member leaf">
      <span class="name">{name}</span>
      <span class={`value t-${inside === null ? 'null' : typeof inside}`}>
        <Message text={String(inside)} marks={rest.marks} ansi />
      </span>
      {rest.onField !== NO_ACTION && (
        <span class="actions">
          <FieldAction
            label={`Show ${selector(path)} as a column`}
            onClick={() => rest.onField('column', path, inside)}
          >
            <Icon name="column" />
          </FieldAction>
          <FieldAction
            label={`Only events with this ${selector(path)}`}
            onClick={() => rest.onField('is', path, inside)}
          >
            <Icon name="include" />
          </FieldAction>
          <FieldAction
            label={`Without events of this ${selector(path)}`}
            onClick={() => rest.onField('is not', path, inside)}
          >
            <Icon name="exclude" />
          </FieldAction>
        </span>
      )}
    </div>
  );
}

const NO_ACTION = (): void => {};

function FieldAction(props: {
  readonly label: string;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}) {
  return (
    <button type="button" class="quiet" title={props.label} aria-label={props.label} onClick={props.onClick}>
      {props.children}
    </button>
  );
}

/** Frames of the application stand out from those of Node.js and of packages. */
function Stack({ marks, text }: { readonly text: string; readonly marks: Marks }) {
  return (
    <pre class="text stack">
      {stripAnsi(text)
        .split('\n')
        .map((line, index) => (
          <span key={index} class={/^\s+at .*(?:node:|node_modules)/.test(line) ? 'foreign' : ''}>
            <Message text={line} marks={marks} ansi={false} />
            {'\n'}
          </span>
        ))}
    </pre>
  );
}
