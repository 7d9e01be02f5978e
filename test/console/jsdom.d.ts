// The part of jsdom that the tests use. Its own types would bring those of a browser into all of the tests.

declare module 'jsdom' {
  export interface PageElement {
    readonly tagName: string;
    readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
    readonly textContent: string;
    value: string;
    click(): void;
    querySelectorAll(selector: string): Iterable<PageElement>;
  }

  export interface Page {
    readonly document: { querySelector(selector: string): PageElement | null };
    /** Runs a script as the page's own. */
    eval(script: string): void;
    close(): void;
    [global: string]: unknown;
  }

  /** Keeps to itself what a page writes to its console, unless it is listened to. */
  export class VirtualConsole {
    on(event: 'jsdomError', listener: (error: Error) => void): this;
  }

  export class JSDOM {
    constructor(
      html: string,
      options: {
        readonly url: string;
        readonly runScripts: 'dangerously';
        readonly pretendToBeVisual: boolean;
        readonly virtualConsole: VirtualConsole;
      },
    );
    readonly window: Page;
  }
}
