/*
 * TAPI's functions of ACD agents. All are asynchronous: they are carried out when LINE_REPLY is taken.
 *
 * https://learn.microsoft.com/windows/win32/api/tapi/
 */
#include "exchange.h"

#include <string.h>

enum { GROUP_LIST_BYTES = 24, GROUP_BYTES = 24 };

/* Where no agent handler has taken on the address, TAPI answers itself. */
static LONG check_agent(HLINE line, DWORD address, struct device **device) {
  LONG result = check_line(line, device);
  if (result == 0) result = check_address_id(*device, address);
  bool has_agent = result == 0 && (*device)->addresses[address].groups != NULL;
  return result != 0 || has_agent ? result : (LONG)LINEERR_OPERATIONUNAVAIL;
}

static LONG ask(enum function fn, HLINE line, DWORD address, void *into, bool is_list) {
  LONG result = enter(fn);
  struct device *device = NULL;
  if (result == 0) result = check_agent(line, address, &device);
  if (result == 0) result = check_agent_struct(into, is_list);
  if (result == 0) {
    struct request *request = new_request(device);
    request->agent_out = (struct agent_out){.into = into, .address = address, .is_list = is_list};
    memcpy(&request->agent_out.total, into, sizeof request->agent_out.total);
    result = answer_request(request);
  }
  return leave(fn, result, "line=0x%X address=%u", line, address);
}

EXPORT LONG WINAPI lineGetAgentStatusW(HLINE hLine, DWORD dwAddressID,
                                       LPLINEAGENTSTATUS lpAgentStatus) {
  return ask(FN_lineGetAgentStatusW, hLine, dwAddressID, lpAgentStatus, false);
}

EXPORT LONG WINAPI lineGetAgentGroupListW(HLINE hLine, DWORD dwAddressID,
                                          LPLINEAGENTGROUPLIST lpAgentGroupList) {
  return ask(FN_lineGetAgentGroupListW, hLine, dwAddressID, lpAgentGroupList, true);
}

static struct group *find_group(const struct address *address, const BYTE *id) {
  for (DWORD i = 0; i < address->group_count; i++) {
    DWORD known[4];
    group_id(&address->groups[i], known);
    if (memcmp(known, id, sizeof known) == 0) return &address->groups[i];
  }
  return NULL;
}

/* The list stands in for what was set before; NULL or no entry logs the agent out. */
static LONG set_groups(struct address *address, const LINEAGENTGROUPLIST *list) {
  DWORD entries = list == NULL ? 0 : list->dwNumEntries;
  const BYTE *first = list == NULL ? NULL : (const BYTE *)list + list->dwListOffset;
  if (list != NULL && (list->dwTotalSize < GROUP_LIST_BYTES || list->dwUsedSize > list->dwTotalSize ||
                       list->dwListSize != entries * GROUP_BYTES ||
                       (entries != 0 && (list->dwListOffset < GROUP_LIST_BYTES ||
                                         list->dwListOffset + list->dwListSize > list->dwUsedSize)))) {
    violation("a LINEAGENTGROUPLIST of %u entries in %u bytes", (unsigned)entries,
              (unsigned)list->dwTotalSize);
    return (LONG)LINEERR_INVALPARAM;
  }
  for (DWORD i = 0; i < entries; i++) {
    if (find_group(address, first + i * GROUP_BYTES) == NULL) return (LONG)LINEERR_INVALAGENTGROUP;
  }
  for (DWORD i = 0; i < address->group_count; i++) address->groups[i].is_member = false;
  for (DWORD i = 0; i < entries; i++) find_group(address, first + i * GROUP_BYTES)->is_member = true;
  return 0;
}

EXPORT LONG WINAPI lineSetAgentGroup(HLINE hLine, DWORD dwAddressID,
                                     LPLINEAGENTGROUPLIST lpAgentGroupList) {
  LONG result = enter(FN_lineSetAgentGroup);
  struct device *device = NULL;
  if (result == 0) result = check_agent(hLine, dwAddressID, &device);
  if (result == 0) result = set_groups(&device->addresses[dwAddressID], lpAgentGroupList);
  if (result == 0) result = answer_request(new_request(device));
  return leave(FN_lineSetAgentGroup, result, "line=0x%X address=%u entries=%u", hLine, dwAddressID,
               lpAgentGroupList == NULL ? 0 : lpAgentGroupList->dwNumEntries);
}
