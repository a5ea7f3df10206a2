/** What the Markdown language asks of HTML's, and of completion, without either: raw HTML is text like any other. */

/** No parser; raw HTML keeps the nodes that the Markdown parser gives it. */
export function html(): { support: []; language: { parser: undefined } } {
  return { support: [], language: { parser: undefined } };
}

/** Nothing is completed. */
export function htmlCompletionSource(): null {
  return null;
}

/** Never made, since nothing is completed. */
export class CompletionContext {}
