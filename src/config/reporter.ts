// How the resolver says what it found, and asks for secrets. load.ts implements it.
import type { Path } from './yaml-source.ts';

export interface Reporter {
  /** A message is `reason; suggestion`. */
  fault(path: Path, message: string, prefer?: 'key' | 'value'): void;
  warn(path: Path, message: string, prefer?: 'key' | 'value'): void;
  /** The secret behind a reference; undefined once its absence has been reported at `path`. */
  secret(path: Path, reference: string): string | undefined;
  /** The text of a file that the configuration names (relative to its folder); undefined once its absence has been reported at `path`. */
  text(path: Path, file: string): string | undefined;
  /** SHA-256 in hex of such a file, which may be large; undefined as for `text`. */
  sha256(path: Path, file: string): string | undefined;
}
