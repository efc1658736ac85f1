// Hashes of features: many numbers into one of 32 bits, of which the upper ones say the bucket of the weights.

export function mix(a: number, b: number): number {
  const mixed = Math.imul(a ^ Math.imul(b, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** 32 bits; the upper ones are the best mixed. */
export function hashed(template: number, content: number): number {
  const mixed = Math.imul(content ^ Math.imul(template, 0x27d4eb2f), 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77);
}
