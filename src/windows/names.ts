/** The names of the service. */

/** Its name, also the source of its events. */
export const SERVICE_NAME = "Tapi2Ws";

/** The account that Windows creates for the service, without a password and with few rights. */
export const VIRTUAL_ACCOUNT: string = `NT SERVICE\\${SERVICE_NAME}`;
