/** C structs as 64-bit Windows aligns them: a DWORD to 4 bytes, a pointer to 8. */

/** In C: DWORD, BOOL or an enum; or a pointer. */
type Member = "DWORD" | "POINTER";
type Members = Readonly<Record<string, Member>>;

/** The values of members; a pointer is an address, 0n is NULL. */
export type Values<M extends Members> = {
  readonly [K in keyof M]: M[K] extends "DWORD" ? number : bigint;
};

/** A declared struct. */
export interface CStruct<M extends Members> {
  readonly name: string;
  /** In bytes, with padding. */
  readonly size: number;
  /** Offset and size in bytes, by member. */
  readonly places: ReadonlyMap<string, readonly [offset: number, bytes: number]>;
  /** @param bytes At least {@linkcode size} of them. */
  read(bytes: Uint8Array): Values<M>;
  /** Members that are left out are 0. */
  write(values: Partial<Values<M>>): Uint8Array<ArrayBuffer>;
}

/** Declares a struct by its members, in their order. */
export function struct<const M extends Members>(name: string, members: M): CStruct<M> {
  const places = new Map<string, readonly [number, number]>();
  let end = 0;
  let alignment = 1;
  for (const [member, type] of Object.entries<Member>(members)) {
    const bytes = type === "DWORD" ? 4 : 8;
    const offset = Math.ceil(end / bytes) * bytes;
    places.set(member, [offset, bytes]);
    end = offset + bytes;
    alignment = Math.max(alignment, bytes);
  }
  const size = Math.ceil(end / alignment) * alignment;
  return {
    name,
    size,
    places,
    read(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const values: Record<string, number | bigint> = {};
      for (const [member, [offset, size]] of places) {
        values[member] = size === 4
          ? view.getUint32(offset, true)
          : view.getBigUint64(offset, true);
      }
      return values as Values<M>;
    },
    write(values) {
      const bytes = new Uint8Array(size);
      const view = new DataView(bytes.buffer);
      for (const [member, [offset]] of places) {
        const value: number | bigint | undefined = values[member];
        if (typeof value === "number") view.setUint32(offset, value, true);
        else if (value !== undefined) view.setBigUint64(offset, value, true);
      }
      return bytes;
    },
  };
}
