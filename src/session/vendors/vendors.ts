/** The vendors that the program knows. */
import { AVAYA_IP_OFFICE } from "./avaya_ip_office.ts";
import type { Vendor } from "./vendor.ts";

export const VENDORS: readonly Vendor[] = [AVAYA_IP_OFFICE];
