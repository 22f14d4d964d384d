import { overview } from '../state/model.ts';
import { readPlace } from '../text/place.ts';

/** A group, and its stream if there is one, with Region and account only where they are not those of the endpoint. */
export function PlaceName({ place }: { readonly place: string }) {
  const { name, elsewhere } = readPlace(place, () => overview.value);
  return (
    <>
      {name}
      {elsewhere !== '' && <small class="elsewhere"> {elsewhere}</small>}
    </>
  );
}
