/** What the service is called. */

/** Its name, and that of its events. */
export const SERVICE_NAME = "Tapi2Ws";

/** The account that Windows makes for it: it has no password, and no more rights than it needs. */
export const VIRTUAL_ACCOUNT: string = `NT SERVICE\\${SERVICE_NAME}`;
