/** Sentences that the run and the App must word alike, so that neither is shown twice. */
export function neverCalled(target: string): string {
  return `Target "${target}" was never called through its gate; if the suite did reach it, it went around the gate.`;
}
