import { useSignal } from '@preact/signals';
import { render } from 'preact';
import './console.css';
import { FaultsTab } from './faults/faults-tab.tsx';
import { Connect } from './groups/connect.tsx';
import { Dialogs } from './groups/dialogs.tsx';
import { Sidebar } from './groups/sidebar.tsx';
import { onKey } from './keys.ts';
import { Chart } from './logs/chart.tsx';
import { Detail } from './logs/detail.tsx';
import { startEventList } from './logs/event-list.ts';
import { EventRows } from './logs/list.tsx';
import { SearchBar } from './logs/search-bar.tsx';
import { Icon } from './parts/icon.tsx';
import { RequestsTab } from './requests/requests-tab.tsx';
import { connection, dialog, failing, notice, overview, rates, show, view } from './state/model.ts';
import { chosenTheme, type Theme } from './state/theme.ts';
import { rate } from './text/number.ts';

function Console() {
  const sidebar = useSignal(false);
  const { tab } = view.value;
  return (
    <>
      <Top onMenu={() => (sidebar.value = !sidebar.value)} />
      <div class={`page${sidebar.value ? ' with-sidebar' : ''}`}>
        <Sidebar onChosen={() => (sidebar.value = false)} />
        <main>{tab === 'logs' ? <Logs /> : tab === 'requests' ? <RequestsTab /> : <FaultsTab />}</main>
      </div>
      <Dialogs />
      <div class="notice-frame" role="status">
        {notice.value !== undefined && (
          <div class={`notice${notice.value.bad ? ' bad' : ''}`}>{notice.value.text}</div>
        )}
      </div>
    </>
  );
}

const TABS = [
  ['logs', 'Logs'],
  ['requests', 'Requests'],
  ['faults', 'Faults'],
] as const;

function Top({ onMenu }: { readonly onMenu: () => void }) {
  const { tab } = view.value;
  const total = [...rates.value.values()].reduce((sum, each) => sum + each, 0);
  const state = connection.value;
  return (
    <header class="top">
      <button type="button" class="quiet menu-button" aria-label="Log groups" onClick={onMenu}>
        <Icon name="menu" />
      </button>
      <h1>
        CloudWatch Logs <span>local</span>
      </h1>
      <div class="tabs" role="group" aria-label="Parts of the console">
        {TABS.map(([name, label]) => (
          <button type="button" key={name} aria-pressed={tab === name} onClick={() => show({ tab: name })}>
            {label}
            {name === 'faults' && failing.value && <span class="dot warn" role="img" aria-label="on" />}
          </button>
        ))}
      </div>
      <span class="grow" />
      <span class={`connection ${state}`} role="status">
        <span class="dot" />
        {state === 'open' ? rate(total) || 'quiet' : state === 'closed' ? 'no connection' : 'connecting'}
      </span>
      <span class="region">{overview.value?.region}</span>
      <select
        aria-label="Colours"
        class="plain"
        value={chosenTheme.value}
        onChange={(event) => (chosenTheme.value = event.currentTarget.value as Theme)}
      >
        <option value="system">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
      <button
        type="button"
        class="quiet"
        title="Keys (?)"
        aria-label="Keys"
        onClick={() => (dialog.value = { kind: 'help' })}
      >
        ?
      </button>
    </header>
  );
}

function Logs() {
  const state = overview.value;
  if (state !== undefined && state.groups.length === 0) {
    return (
      <div class="empty first">
        <h2>Waiting for logs</h2>
        <Connect />
        <p class="hint">What arrives shows up here at once.</p>
      </div>
    );
  }
  return (
    <div class={`logs${view.value.event === undefined ? '' : ' with-detail'}`}>
      <SearchBar />
      <Chart />
      <div class="split">
        <EventRows />
        <Detail />
      </div>
    </div>
  );
}

document.addEventListener('keydown', onKey);
startEventList();
const root = document.getElementById('console');
if (root !== null) render(<Console />, root);
