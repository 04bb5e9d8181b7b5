/**
 * Access to files and folders: security descriptors in their text form (SDDL), which Windows
 * converts.
 *
 * @see https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format
 */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync } from "node:fs";
import { encodeText } from "../tapi/text.ts";
import { ERROR, SE, SECURITY_INFORMATION } from "./constants.ts";
import { SECURITY_ATTRIBUTES } from "./structs.ts";
import { addressIn, type Arena, cell, dword, type Windows } from "./windows.ts";

/** The account of Windows itself, as the service control manager writes it. */
export const LOCAL_SYSTEM = "LocalSystem";

const SDDL_REVISION_1 = 1;
const LONGEST_SID_BYTES = 68;
const LONGEST_DOMAIN_CHARACTERS = 256;

/** The right "Modify": read, write and delete. */
const MODIFY = "0x1301bf";

/** Windows and administrators, as SDDL writes them: they have write access anyway. */
const TRUSTED = [
  "SY", // Local System
  "BA", // Administrators
  "LA", // the built-in Administrator
  "DA", // domain administrators
  "EA", // enterprise administrators
  "CO", // the owner of a new file, who needs write access to create it
  "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464", // TrustedInstaller
];
/** SDDL letters of rights to write, delete, or change access. */
const WRITING_LETTERS = ["FA", "FW", "GA", "GW", "WD", "WO", "SD", "DC", "LC", "DT"];
/** FILE_WRITE_DATA, FILE_APPEND_DATA, FILE_DELETE_CHILD, DELETE, WRITE_DAC, WRITE_OWNER, GENERIC_ALL, GENERIC_WRITE */
const WRITING_BITS = 0x2 | 0x4 | 0x40 | 0x10000 | 0x40000 | 0x80000 | 0x10000000 | 0x40000000;

export class Access {
  readonly #windows: Windows;

  constructor(windows: Windows) {
    this.#windows = windows;
  }

  /**
   * Makes a folder that only administrators and one account have access to. Ownership and access of
   * an existing folder and its files are replaced, because anyone could have created them.
   *
   * @param sid The SID of the account, or its SDDL letters.
   * @returns The former owner and access; `undefined` when the folder is new.
   * @throws WindowsError, or Error when the folder is a link.
   */
  makePrivateFolder(path: string, sid: string): AccessList | undefined {
    const windows = this.#windows;
    using arena = windows.arena();
    const sddl = `O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;${MODIFY};;;${sid})`;
    const descriptor = this.#descriptor(sddl, arena);
    const attributes = SECURITY_ATTRIBUTES.write({
      nLength: SECURITY_ATTRIBUTES.size,
      lpSecurityDescriptor: descriptor,
    });
    const made = windows.kernel32.CreateDirectoryW(encodeText(path), attributes);
    const code = windows.errorOf(made);
    if (code === 0) return undefined;
    if (code !== ERROR.ALREADY_EXISTS) throw windows.failure("CreateDirectoryW", code);
    if (!lstatSync(path).isDirectory()) throw new Error(`${path} is not a folder, or a link`);
    const before = this.of(path);
    this.#apply(path, descriptor);
    for (const name of readdirSync(path)) this.#apply(`${path}\\${name}`, descriptor);
    return before;
  }

  /** The owner and access of a file or folder. @throws WindowsError */
  of(path: string): AccessList {
    const windows = this.#windows;
    using arena = windows.arena();
    const descriptor = cell(8);
    const information = SECURITY_INFORMATION.OWNER | SECURITY_INFORMATION.DACL;
    windows.checkCode(
      "GetNamedSecurityInfoW",
      windows.advapi32.GetNamedSecurityInfoW(
        encodeText(path),
        SE.FILE_OBJECT,
        information,
        0n,
        0n,
        0n,
        0n,
        descriptor,
      ),
    );
    const text = cell(8);
    const fn = "ConvertSecurityDescriptorToStringSecurityDescriptorW";
    windows.check(
      fn,
      windows.advapi32[fn](
        arena.own(addressIn(descriptor)),
        SDDL_REVISION_1,
        information,
        text,
        0n,
      ),
    );
    return new AccessList(windows.textAt(arena.own(addressIn(text))));
  }

  /**
   * The SID of an account, or its SDDL letters; `undefined` when there is no such account.
   *
   * @throws WindowsError
   */
  sidOf(account: string): string | undefined {
    if (account === LOCAL_SYSTEM) return "SY";
    const virtual = account.match(/^NT SERVICE\\(.+)$/i)?.[1];
    // Windows knows such an account only once the service exists.
    if (virtual !== undefined) return serviceSid(virtual);
    const windows = this.#windows;
    using arena = windows.arena();
    const sid = new Uint8Array(LONGEST_SID_BYTES);
    const domain = new Uint8Array(LONGEST_DOMAIN_CHARACTERS * 2);
    const fn = "LookupAccountNameW";
    const found = windows.advapi32[fn](
      null,
      encodeText(account.replace(/^\.\\/, "")),
      sid,
      dword(sid.length),
      domain,
      dword(LONGEST_DOMAIN_CHARACTERS),
      cell(4),
    );
    const code = windows.errorOf(found);
    if (code === ERROR.NONE_MAPPED) return undefined;
    windows.checkCode(fn, code);
    const text = cell(8);
    const converted = windows.advapi32.ConvertSidToStringSidW(sid, text);
    windows.check("ConvertSidToStringSidW", converted);
    return windows.textAt(arena.own(addressIn(text)));
  }

  #descriptor(sddl: string, arena: Arena): bigint {
    const descriptor = cell(8);
    const fn = "ConvertStringSecurityDescriptorToSecurityDescriptorW";
    this.#windows.check(
      fn,
      this.#windows.advapi32[fn](encodeText(sddl), SDDL_REVISION_1, descriptor, 0n),
    );
    return arena.own(addressIn(descriptor));
  }

  #apply(path: string, descriptor: bigint): void {
    const { advapi32 } = this.#windows;
    const [owner, dacl] = [cell(8), cell(8)];
    this.#windows.check(
      "GetSecurityDescriptorOwner",
      advapi32.GetSecurityDescriptorOwner(descriptor, owner, cell(4)),
    );
    this.#windows.check(
      "GetSecurityDescriptorDacl",
      advapi32.GetSecurityDescriptorDacl(descriptor, cell(4), dacl, cell(4)),
    );
    this.#windows.checkCode(
      "SetNamedSecurityInfoW",
      advapi32.SetNamedSecurityInfoW(
        encodeText(path),
        SE.FILE_OBJECT,
        (SECURITY_INFORMATION.OWNER | SECURITY_INFORMATION.DACL |
          SECURITY_INFORMATION.PROTECTED_DACL) >>> 0,
        addressIn(owner),
        0n,
        addressIn(dacl),
        0n,
      ),
    );
  }
}

/** The owner of a file or folder, and who has access to it. */
export class AccessList {
  /** @param sddl Such as `O:BAD:P(A;OICI;FA;;;SY)(A;OICI;0x1200a9;;;BU)`. */
  constructor(readonly sddl: string) {}

  /** A SID, or SDDL letters. */
  get owner(): string {
    return this.sddl.match(/O:(S-[\d-]+|[A-Z]{2})/)?.[1] ?? "";
  }

  /** Whether Windows, an administrator or the expected account owns it. */
  isTrusted(expected: string | undefined): boolean {
    return this.owner === expected || TRUSTED.includes(this.owner);
  }

  /**
   * The accounts that can write, delete or change access, besides Windows, administrators and one
   * account.
   *
   * @param expected The SID of that account.
   */
  writers(expected: string | undefined): string[] {
    const entries = this.sddl.matchAll(/\(([A-Z]+);([A-Z]*);([^;]*);[^;]*;[^;]*;([^);]+)/g);
    const writers = new Set<string>();
    for (const [, type, flags = "", rights = "", who = ""] of entries) {
      // Entries for new files only (IO) do not apply to the folder itself.
      if (type !== "A" || flags.includes("IO") || !isWriting(rights)) continue;
      if (who !== expected && !TRUSTED.includes(who)) writers.add(who);
    }
    if (!this.isTrusted(expected)) writers.add(this.owner);
    return [...writers];
  }
}

function isWriting(rights: string): boolean {
  if (/^0x/i.test(rights)) return (Number(rights) & WRITING_BITS) !== 0;
  return (rights.match(/../g) ?? []).some((letters) => WRITING_LETTERS.includes(letters));
}

/**
 * The SID of `NT SERVICE\NAME`, which Windows derives from the name.
 *
 * @see https://learn.microsoft.com/windows-server/administration/windows-commands/sc-showsid
 */
export function serviceSid(name: string): string {
  const hash = createHash("sha1").update(encodeText(name.toUpperCase()).subarray(0, -2)).digest();
  const parts = [0, 4, 8, 12, 16].map((offset) => hash.readUInt32LE(offset));
  return `S-1-5-80-${parts.join("-")}`;
}
