/**
 * The part of puppeteer-core that the tests use. Its own types bring those of Node, which would then be
 * other ones for everything here.
 */
export interface LaunchOptions {
  readonly browser: "firefox";
  readonly executablePath: string;
  readonly headless: boolean;
  readonly timeout: number;
  readonly protocolTimeout: number;
}

export function launch(options: LaunchOptions): Promise<Browser>;

export interface Browser {
  newPage(): Promise<Page>;
  /** Until the browser is closed. @param folder Where it is unpacked. */
  installExtension(folder: string): Promise<string>;
  close(): Promise<void>;
}

export interface Page {
  setDefaultTimeout(timeoutMs: number): void;
  on(name: "pageerror", listener: (error: unknown) => void): void;
  goto(url: string): Promise<unknown>;
  evaluate<T>(run: () => T): Promise<Awaited<T>>;
  /** Waits until a function, or an expression, has a true value. */
  waitForFunction(condition: string | (() => unknown)): Promise<unknown>;
  waitForSelector(selector: string): Promise<unknown>;
  locator(selector: string): Locator;
  close(): Promise<void>;
}

export interface Locator {
  click(): Promise<void>;
  fill(value: string): Promise<void>;
}
