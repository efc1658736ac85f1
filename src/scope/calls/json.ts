// JSON in which a name stands twice in one object is read differently by different readers. Told apart here, on text that was parsed before.

/** `text` is valid JSON. */
export function hasRepeatedName(text: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  let expectsName = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]!;
    if (character === '"') {
      const end = stringEnd(text, index);
      const names = open.at(-1);
      if (expectsName && names !== undefined) {
        const raw = text.slice(index + 1, end);
        const name = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
        if (names.has(name)) return true;
        names.add(name);
        expectsName = false;
      }
      index = end;
    } else if (character === '{') {
      open.push(new Set());
      expectsName = true;
    } else if (character === '[') {
      open.push(undefined);
      expectsName = false;
    } else if (character === '}' || character === ']') {
      open.pop();
      expectsName = false;
    } else if (character === ',') expectsName = open.at(-1) !== undefined;
  }
  return false;
}

function stringEnd(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index;
}
