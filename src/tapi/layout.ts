/**
 * Declares packed structs by explicit offsets and derives decoder, encoder and type from the one
 * declaration. A gap, an overlap or a wrong size throws when the struct is declared, at start-up.
 *
 * Reading never throws and never leaves the buffer, whatever sizes and offsets the bytes claim.
 */
import { decodeNumber, decodeText, encodeText } from "./text.ts";

/** A member with a fixed place: `size` bytes at `offset`. */
export interface Field<T> {
  readonly offset: number;
  readonly size: number;
  /** The value of a member that lies beyond the struct's end. */
  readonly absent: T;
  read(view: DataView, tail: Tail): T;
  write(view: DataView, value: T, tail: TailWriter): void;
}

/** Where the variable part of a struct may lie: from `start` to before `end`, in bytes. */
interface Tail {
  readonly start: number;
  readonly end: number;
}

/** Places variable data after the fixed part; returns size and offset, or zeros if it does not fit. */
type TailWriter = (data: Uint8Array) => readonly [size: number, offset: number];

/** DWORD, or a TAPI handle: those are 4 bytes on x64 too. */
export function u32(offset: number): Field<number> {
  return {
    offset,
    size: 4,
    absent: 0,
    read: (view) => view.getUint32(offset, true),
    write: (view, value) => view.setUint32(offset, value, true),
  };
}

/** A HANDLE: 8 bytes. */
export function u64(offset: number): Field<bigint> {
  return {
    offset,
    size: 8,
    absent: 0n,
    read: (view) => view.getBigUint64(offset, true),
    write: (view, value) => view.setBigUint64(offset, value, true),
  };
}

/** DWORD_PTR that carries a DWORD: 8 bytes, of which the high 4 may hold anything. */
export function dwordPtr(offset: number): Field<number> {
  return {
    offset,
    size: 8,
    absent: 0,
    read: (view) => view.getUint32(offset, true),
    write(view, value) {
      view.setUint32(offset, value, true);
      view.setUint32(offset + 4, 0, true);
    },
  };
}

/** A struct within the struct, or a GUID, left as bytes. */
export function bytes(offset: number, size: number): Field<Uint8Array> {
  return {
    offset,
    size,
    absent: new Uint8Array(0),
    read: (view) => new Uint8Array(view.buffer, view.byteOffset + offset, size).slice(),
    write: (view, value) =>
      new Uint8Array(view.buffer, view.byteOffset + offset, size).set(value.subarray(0, size)),
  };
}

/** A pair of dwXSize and dwXOffset that points to UTF-16LE text in the variable part. */
export function text(offset: number): Field<string> {
  return {
    offset,
    size: 8,
    absent: "",
    read: (view, tail) => decodeText(span(view, offset, tail)),
    write: (view, value, place) =>
      writePair(view, offset, place(value === "" ? NOTHING : encodeText(value))),
  };
}

/** As {@linkcode text}, for a telephone number or an extension. */
export function number(offset: number): Field<string> {
  return { ...text(offset), read: (view, tail) => decodeNumber(span(view, offset, tail)) };
}

/** A pair of dwXSize and dwXOffset that points to bytes of the provider's own format. */
export function blob(offset: number): Field<Uint8Array> {
  return {
    offset,
    size: 8,
    absent: NOTHING,
    read: (view, tail) => span(view, offset, tail).slice(),
    write: (view, value, place) => writePair(view, offset, place(value)),
  };
}

const NOTHING = new Uint8Array(0);

/** The bytes a size and offset pair names, or none where any of them lies outside the variable part. */
function span(view: DataView, pairOffset: number, tail: Tail): Uint8Array {
  const size = view.getUint32(pairOffset, true);
  if (size === 0) return NOTHING;
  const offset = view.getUint32(pairOffset + 4, true);
  if (offset < tail.start || offset + size > tail.end) return NOTHING;
  return new Uint8Array(view.buffer, view.byteOffset + offset, size);
}

function writePair(view: DataView, offset: number, pair: readonly [number, number]): void {
  view.setUint32(offset, pair[0], true);
  view.setUint32(offset + 4, pair[1], true);
}

type Fields = Readonly<Record<string, Field<unknown>>>;

/** The values that a struct's members decode to. */
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** The decoded form of a declared struct. */
export type Decoded<S> = S extends Struct<infer F> ? Values<F> : never;

/** A declared struct. */
export interface Struct<F extends Fields> {
  readonly name: string;
  /** Bytes of the fixed part at TAPI 2.2. */
  readonly size: number;
  readonly fields: F;
  /** Bytes of the fixed part at a negotiated API version: the variable part starts there. */
  fixedSize(apiVersion: number): number;
  /**
   * Decodes whatever the bytes hold. A member beyond the fixed part, and a text or blob that is not
   * wholly inside the variable part and dwUsedSize, is absent: 0, "" or no bytes.
   *
   * @param members What to decode; everything when left out.
   */
  decode<K extends keyof F = keyof F>(
    from: Uint8Array,
    apiVersion?: number,
    members?: readonly K[],
  ): Pick<Values<F>, K>;
  /**
   * Encodes at the front of `into`, which is at least {@linkcode size} bytes, and places texts and
   * blobs after the fixed part as TAPI does: one that does not fit gets size 0 and offset 0.
   *
   * @returns The bytes that all of it would take, and those it took: dwNeededSize and dwUsedSize.
   */
  encode(into: Uint8Array, values: Partial<Values<F>>): { needed: number; used: number };
}

/** The highest version the program negotiates: 2.2. */
export const API_VERSION = 0x00020002;

/**
 * Declares a struct.
 *
 * @param sizeSince Fixed sizes by the API version they hold from, newest first, where they differ.
 * @throws TypeError when members overlap, leave a gap, or do not add up to `size`.
 */
export function struct<F extends Fields>(
  name: string,
  size: number,
  fields: F,
  sizeSince: readonly (readonly [apiVersion: number, size: number])[] = [[0, size]],
): Struct<F> {
  const members = Object.entries(fields);
  let end = 0;
  for (const [member, field] of members) {
    if (field.offset !== end) {
      throw new TypeError(`Cannot declare ${name}: ${member} is at ${field.offset}, not ${end}`);
    }
    end += field.size;
  }
  if (end !== size) throw new TypeError(`Cannot declare ${name}: it ends at ${end}, not ${size}`);

  const oldestSize = sizeSince.at(-1)?.[1] ?? size;
  const fixedSize = (apiVersion: number) =>
    sizeSince.find(([since]) => apiVersion >= since)?.[1] ?? oldestSize;
  const usedSize = fields["dwUsedSize"];
  const names = Object.keys(fields);

  return {
    name,
    size,
    fields,
    fixedSize,
    decode(from, apiVersion = API_VERSION, wanted) {
      const view = new DataView(from.buffer, from.byteOffset, from.byteLength);
      const fixed = Math.min(fixedSize(apiVersion), from.byteLength);
      const used = usedSize === undefined || usedSize.offset + 4 > fixed
        ? from.byteLength
        : view.getUint32(usedSize.offset, true);
      const tail = { start: fixed, end: Math.min(used, from.byteLength) };
      const values: Record<string, unknown> = {};
      for (const member of (wanted ?? names) as readonly string[]) {
        const field = fields[member] as Field<unknown>;
        values[member] = field.offset + field.size <= fixed ? field.read(view, tail) : field.absent;
      }
      return values as Values<F>;
    },
    encode(into, values) {
      const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
      let used = size;
      let needed = size;
      const place: TailWriter = (data) => {
        needed += data.length;
        if (data.length === 0 || used + data.length > into.byteLength) return [0, 0];
        into.set(data, used);
        used += data.length;
        return [data.length, used - data.length];
      };
      for (const [member, field] of members) {
        const value = values[member];
        if (value !== undefined) field.write(view, value, place);
      }
      return { needed, used };
    },
  };
}
