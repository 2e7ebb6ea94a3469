/** What the app reads from an access token. The services verify it; here it only decides what to show. */
export interface AccessToken {
  raw: string;
  expiresAt: number;
  permissions: string[];
}

export function readToken(raw: string): AccessToken {
  const claims = JSON.parse(decodeBase64Url(raw.split('.')[1] ?? '')) as {
    exp: number;
    perm?: string[];
  };
  return { raw, expiresAt: claims.exp * 1000, permissions: claims.perm ?? [] };
}

function decodeBase64Url(text: string): string {
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}
