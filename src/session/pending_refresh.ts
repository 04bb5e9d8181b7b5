/** Collects the things to be read again of a device until there is time. */

/** Everything that can be read again once the device's messages have been handled. */
export interface Refresh {
  /** The commands that calls take. */
  readonly calls?: boolean;
  /** The commands that lines take, their forwarding, and the message lamp. */
  readonly status?: boolean;
  /** Everything that can ever be done. */
  readonly caps?: boolean;
}

export class PendingRefresh {
  #noted: Refresh | undefined;

  /** Notes what is to be read again. @returns Whether nothing was noted before. */
  demand(what: Refresh): boolean {
    const noted = this.#noted;
    this.#noted = {
      calls: (noted?.calls || what.calls) ?? false,
      status: (noted?.status || what.status) ?? false,
      caps: (noted?.caps || what.caps) ?? false,
    };
    return noted === undefined;
  }

  take(): Refresh | undefined {
    const noted = this.#noted;
    this.#noted = undefined;
    return noted;
  }
}
