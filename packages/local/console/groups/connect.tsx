import { useSignal } from '@preact/signals';
import { Icon } from '../parts/icon.tsx';
import { attempt, overview } from '../state/model.ts';

const SHELLS = {
  Shell: (name: string, value: string) => `export ${name}=${value}`,
  PowerShell: (name: string, value: string) => `$env:${name} = '${value}'`,
  '.env': (name: string, value: string) => `${name}=${value}`,
} as const;

type Shell = keyof typeof SHELLS;

/** The environment variables that make a program log here. */
export function Connect() {
  const shell = useSignal<Shell>('Shell');
  const environment = overview.value?.environment ?? {};
  const text = Object.entries(environment)
    .map(([name, value]) => SHELLS[shell.value](name, value))
    .join('\n');
  return (
    <div class="connect">
      <p>
        Start a program with these variables. The AWS SDKs of every language and the AWS CLI understand them.
      </p>
      <div class="tabs small" role="group" aria-label="Kind of shell">
        {(Object.keys(SHELLS) as Shell[]).map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={shell.value === name}
            onClick={() => (shell.value = name)}
          >
            {name}
          </button>
        ))}
        <span class="grow" />
        <button
          type="button"
          onClick={() => void attempt(() => navigator.clipboard.writeText(text), 'Copied')}
        >
          <Icon name="copy" /> Copy
        </button>
      </div>
      <pre class="text" tabIndex={0} role="group" aria-label="Environment variables">
        {text}
      </pre>
      <p class="hint">
        Or let the command do it: <code>npx cloudwatch-logs-local -- node app.js</code>
      </p>
    </div>
  );
}
