/** A reference without its tag and digest. */
export function repositoryOf(reference: string): string {
  const named = reference.split('@', 1)[0];
  const colon = named.lastIndexOf(':');
  return colon > named.lastIndexOf('/') ? named.slice(0, colon) : named;
}
