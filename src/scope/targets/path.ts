// Places on the machine that the tools run on, in one form: absolute, dot segments resolved. Nothing is looked up on a disk.

/**
 * `/a/b`, `~/x` (the home directory, whoever's), `c:/x` for Windows, `//host/share/x` for shares. undefined: relative, hence inside of
 * where the work is done, unless it climbs out: then `../x` comes back as `../x`.
 */
export function canonicalFilePath(text: string): string | undefined {
  let path = text.replaceAll('\\', '/');
  let root = '/';
  if (/^[a-z]:(?:\/|$)/i.test(path)) {
    root = `${path.slice(0, 2).toLowerCase()}/`;
    path = path.slice(2).toLowerCase();
  } else if (/^~[\w.-]*(?:\/|$)/.test(path)) {
    root = '~/';
    path = path.replace(/^~[^/]*/, '');
  } else if (/^(?:\$HOME|\$\{HOME\}|\$env:USERPROFILE|%USERPROFILE%)(?:\/|$)/i.test(path)) {
    root = '~/';
    path = path.replace(/^[^/]*/, '');
  } else if (!path.startsWith('/')) return climbed(path);
  return `${root}${resolve(path).join('/')}`;
}

/** Everybody's home directory as `~`: what is sensitive in one is in the others. */
export function homeForm(path: string): string {
  return path.replace(/^(?:\/root|\/home\/[^/]+|\/Users\/[^/]+|[a-z]:\/users\/[^/]+)(?=\/|$)/, '~');
}

function resolve(path: string): readonly string[] {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments;
}

/** What is left behind the last step out of where it began; undefined: it never leaves. */
function climbed(path: string): string | undefined {
  const segments: string[] = [];
  let isOut = false;
  for (const segment of path.split('/')) {
    if (segment === '..') {
      if (segments.pop() === undefined) isOut = true;
    } else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return isOut ? `../${segments.join('/')}` : undefined;
}

/** Is `path` at or below `prefix`? Both canonical. */
export function isBelow(path: string, prefix: string): boolean {
  if (prefix === '/') return path.startsWith('/');
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}
