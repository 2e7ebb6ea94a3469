interface Address {
  street?: string | null;
  street_number?: string | null;
  cap?: string | null;
  city?: string | null;
  province?: string | null;
  lat?: number | null;
  lng?: number | null;
}

/** As it is written on an envelope, on one line. */
export function addressLine(address: Address): string {
  const street = [address.street, address.street_number].filter(Boolean).join(' ');
  const town = [address.cap, address.city, address.province && `(${address.province})`];
  return [street, town.filter(Boolean).join(' ')].filter(Boolean).join(', ');
}

/** A link that opens the map app of a phone, or a map in the browser. */
export function mapHref(address: Address): string {
  const point = address.lat != null && address.lng != null ? `${address.lat},${address.lng}` : null;
  const query = encodeURIComponent(point ?? addressLine(address));
  return `https://www.google.com/maps/search/?api=1&query=${query}`;
}
