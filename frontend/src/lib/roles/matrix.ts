/** A role's permissions as a table: what → whose records. */

export type Scope = 'own' | 'team' | 'all';
export type Matrix = Record<string, Scope | ''>;

const SCOPES: Scope[] = ['own', 'team', 'all'];

/** `clients:read:own` as what and whose; `undefined` when it is no permission. */
function read(permission: string): [string, Scope] | undefined {
  const [resource, action, scope] = permission.split(':');
  const known = SCOPES.find((one) => one === scope);
  return resource && action && known ? [`${resource}:${action}`, known] : undefined;
}

/** Every permission there is, as the admin role has them all; in order, a resource's together. */
export function catalog(permissions: string[]): string[] {
  const names = permissions.map((text) => read(text)?.[0]).filter((name) => name !== undefined);
  return [...new Set(names)].toSorted();
}

export function matrixOf(permissions: string[], names: string[]): Matrix {
  const held = new Map(permissions.map(read).filter((one) => one !== undefined));
  return Object.fromEntries(names.map((name) => [name, held.get(name) ?? '']));
}

export function permissionsOf(matrix: Matrix): string[] {
  return Object.entries(matrix)
    .filter(([, scope]) => scope)
    .map(([name, scope]) => `${name}:${scope}`);
}
