/** A byte as data sheets write it. */
export function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`
}
