const PATHS = {
  search:
    'M7 2a5 5 0 1 0 3.2 8.9l3 3 .9-.9-3-3A5 5 0 0 0 7 2Zm0 1.3a3.7 3.7 0 1 1 0 7.4 3.7 3.7 0 0 1 0-7.4Z',
  close: 'm3.5 4.4.9-.9L8 7.1l3.6-3.6.9.9L8.9 8l3.6 3.6-.9.9L8 8.9l-3.6 3.6-.9-.9L7.1 8 3.5 4.4Z',
  down: 'M7.4 3h1.2v7.3l2.8-2.8.8.9L8 12.6 3.8 8.4l.8-.9 2.8 2.8V3Z',
  pause: 'M4.5 3h2.2v10H4.5V3Zm4.8 0h2.2v10H9.3V3Z',
  play: 'M5 3v10l8-5-8-5Z',
  plus: 'M7.4 3h1.2v4.4H13v1.2H8.6V13H7.4V8.6H3V7.4h4.4V3Z',
  more: 'M8 3a1.2 1.2 0 1 1 0 2.4A1.2 1.2 0 0 1 8 3Zm0 3.8a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4Zm0 3.8a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4Z',
  right: 'm6 3.5 4.5 4.5L6 12.5l-.9-.9L8.7 8 5.1 4.4 6 3.5Z',
  menu: 'M2.5 4h11v1.3h-11V4Zm0 3.4h11v1.2h-11V7.4Zm0 3.3h11V12h-11v-1.3Z',
  copy: 'M5 2h8v9h-1.2V3.2H5V2ZM3 4.5h7.5V14H3V4.5Zm1.2 1.2v7.1h5.1V5.7H4.2Z',
  download: 'M7.4 2h1.2v6.3l2.2-2.2.8.9L8 10.6 4.4 7l.8-.9 2.2 2.2V2ZM3 12h10v1.3H3V12Z',
  column: 'M2.5 3h11v10h-11V3Zm1.2 1.2v7.6h3V4.2h-3Zm4.3 0v7.6h4.3V4.2H8Z',
  include: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Zm-.6 3.2v2.2H5.2v1.2h2.2v2.2h1.2V8.6h2.2V7.4H8.6V5.2H7.4Z',
  exclude: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2ZM5.2 7.4v1.2h5.6V7.4H5.2Z',
  view: 'M2.5 4h7.2a1.7 1.7 0 0 1 3.2 0h.6v1.2h-.6a1.7 1.7 0 0 1-3.2 0H2.5V4Zm0 6.8h.6a1.7 1.7 0 0 1 3.2 0h7.2V12H6.3a1.7 1.7 0 0 1-3.2 0h-.6v-1.2Z',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: the button around it says in words what it does. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} fill="currentColor" />
    </svg>
  );
}
