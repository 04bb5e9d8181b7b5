/** The owners of numbers, as the directories of a site know them. */

/** A person or a company. */
export interface DirectoryEntry {
  /** "" where only the company is known. */
  readonly name: string;
  /** "" if there is none. */
  readonly company: string;
  /** A page about it: http or https. */
  readonly url?: string;
  /** Its key in the source, such as a customer number. */
  readonly id?: string;
  /** The name of the source, as the settings have it. */
  readonly source: string;
}

/** The entry of a number: the first that was found. */
export interface DirectoryMatch extends DirectoryEntry {
  /** The other entries that have the number, if there are several. */
  readonly others?: readonly DirectoryEntry[];
}
