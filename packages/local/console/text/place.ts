/** A place in the words of people: `name` of the group, with `:stream` if it has one. */
export interface ReadPlace {
  readonly name: string;
  /** Region and account as far as they are not those of the endpoint; empty at home. */
  readonly elsewhere: string;
}

/**
 * The name first, since that is what somebody looks for, and it must not be cut off.
 *
 * @param place `group`, `group:stream`, `region:account:group` or `region:account:group:stream`
 * @param homeOf the endpoint, once that is known; asked only where a place names another
 */
export function readPlace(
  place: string,
  homeOf: () => { readonly region: string; readonly accountId: string } | undefined,
): ReadPlace {
  const parts = place.split(':');
  if (parts.length < 3) return { name: place, elsewhere: '' };
  const [region, accountId, ...rest] = parts;
  const home = homeOf();
  const others = [region !== home?.region && region, accountId !== home?.accountId && accountId];
  return { name: rest.join(':'), elsewhere: others.filter(Boolean).join(' ') };
}
