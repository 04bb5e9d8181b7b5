/**
 * TAPI's structs, one declaration each, for 64-bit Windows and TAPI 2.2.
 *
 * tapi.h packs every struct to one byte, and HLINEAPP, HLINE and HCALL are 4 bytes on x64 too. A pair
 * of dwXSize and dwXOffset is declared as one member X, a text or a blob. Members that only TAPI 3
 * has are left out: the program negotiates 2.2 at most.
 *
 * @see https://learn.microsoft.com/windows/win32/api/tapi/
 */
import { blob, bytes, dwordPtr, number, struct, text, u32, u64 } from "./layout.ts";

/** A message of lineGetMessage. The parameters are DWORD_PTRs of which only the low 32 bits mean anything. */
export const LINEMESSAGE = struct("LINEMESSAGE", 40, {
  hDevice: u32(0), // DWORD: HCALL, HLINE or 0, as dwMessageID says
  dwMessageID: u32(4), // DWORD
  dwCallbackInstance: dwordPtr(8), // DWORD_PTR
  dwParam1: dwordPtr(16), // DWORD_PTR
  dwParam2: dwordPtr(24), // DWORD_PTR
  dwParam3: dwordPtr(32), // DWORD_PTR
});

/** How lineInitializeExW is to deliver messages. Without the pack pragma it would be 32 bytes; the program passes 28 in 32. */
export const LINEINITIALIZEEXPARAMS = struct("LINEINITIALIZEEXPARAMS", 28, {
  dwTotalSize: u32(0), // DWORD
  dwNeededSize: u32(4), // DWORD
  dwUsedSize: u32(8), // DWORD
  dwOptions: u32(12), // DWORD
  hEvent: u64(16), // HANDLE Handles.hEvent
  dwCompletionKey: u32(24), // DWORD
});

/** Which vendor extensions a device has; the program uses none. */
export const LINEEXTENSIONID = struct("LINEEXTENSIONID", 16, {
  dwExtensionID0: u32(0), // DWORD
  dwExtensionID1: u32(4), // DWORD
  dwExtensionID2: u32(8), // DWORD
  dwExtensionID3: u32(12), // DWORD
});

/** The capabilities of a line device. */
export const LINEDEVCAPS = struct("LINEDEVCAPS", 268, {
  dwTotalSize: u32(0), // DWORD
  dwNeededSize: u32(4), // DWORD
  dwUsedSize: u32(8), // DWORD
  ProviderInfo: text(12), // DWORD dwProviderInfoSize, dwProviderInfoOffset
  SwitchInfo: text(20), // DWORD dwSwitchInfoSize, dwSwitchInfoOffset
  dwPermanentLineID: u32(28), // DWORD
  LineName: text(32), // DWORD dwLineNameSize, dwLineNameOffset
  dwStringFormat: u32(40), // DWORD
  dwAddressModes: u32(44), // DWORD
  dwNumAddresses: u32(48), // DWORD
  dwBearerModes: u32(52), // DWORD
  dwMaxRate: u32(56), // DWORD
  dwMediaModes: u32(60), // DWORD
  dwGenerateToneModes: u32(64), // DWORD
  dwGenerateToneMaxNumFreq: u32(68), // DWORD
  dwGenerateDigitModes: u32(72), // DWORD
  dwMonitorToneMaxNumFreq: u32(76), // DWORD
  dwMonitorToneMaxNumEntries: u32(80), // DWORD
  dwMonitorDigitModes: u32(84), // DWORD
  dwGatherDigitsMinTimeout: u32(88), // DWORD
  dwGatherDigitsMaxTimeout: u32(92), // DWORD
  dwMedCtlDigitMaxListSize: u32(96), // DWORD
  dwMedCtlMediaMaxListSize: u32(100), // DWORD
  dwMedCtlToneMaxListSize: u32(104), // DWORD
  dwMedCtlCallStateMaxListSize: u32(108), // DWORD
  dwDevCapFlags: u32(112), // DWORD
  dwMaxNumActiveCalls: u32(116), // DWORD
  dwAnswerMode: u32(120), // DWORD
  dwRingModes: u32(124), // DWORD
  dwLineStates: u32(128), // DWORD
  dwUUIAcceptSize: u32(132), // DWORD
  dwUUIAnswerSize: u32(136), // DWORD
  dwUUIMakeCallSize: u32(140), // DWORD
  dwUUIDropSize: u32(144), // DWORD
  dwUUISendUserUserInfoSize: u32(148), // DWORD
  dwUUICallInfoSize: u32(152), // DWORD
  MinDialParams: bytes(156, 16), // LINEDIALPARAMS
  MaxDialParams: bytes(172, 16), // LINEDIALPARAMS
  DefaultDialParams: bytes(188, 16), // LINEDIALPARAMS
  dwNumTerminals: u32(204), // DWORD
  TerminalCaps: blob(208), // DWORD dwTerminalCapsSize, dwTerminalCapsOffset
  dwTerminalTextEntrySize: u32(216), // DWORD
  TerminalText: blob(220), // DWORD dwTerminalTextSize, dwTerminalTextOffset
  DevSpecific: blob(228), // DWORD dwDevSpecificSize, dwDevSpecificOffset
  dwLineFeatures: u32(236), // DWORD
  dwSettableDevStatus: u32(240), // DWORD
  DeviceClasses: blob(244), // DWORD dwDeviceClassesSize, dwDeviceClassesOffset
  PermanentLineGuid: bytes(252, 16), // GUID
}, [[0x00020002, 268], [0x00020000, 252], [0x00010004, 240]]);

/** The capabilities of an address on a line; `Address` is the extension. */
export const LINEADDRESSCAPS = struct("LINEADDRESSCAPS", 228, {
  dwTotalSize: u32(0), // DWORD
  dwNeededSize: u32(4), // DWORD
  dwUsedSize: u32(8), // DWORD
  dwLineDeviceID: u32(12), // DWORD
  Address: number(16), // DWORD dwAddressSize, dwAddressOffset
  DevSpecific: blob(24), // DWORD dwDevSpecificSize, dwDevSpecificOffset
  dwAddressSharing: u32(32), // DWORD
  dwAddressStates: u32(36), // DWORD
  dwCallInfoStates: u32(40), // DWORD
  dwCallerIDFlags: u32(44), // DWORD
  dwCalledIDFlags: u32(48), // DWORD
  dwConnectedIDFlags: u32(52), // DWORD
  dwRedirectionIDFlags: u32(56), // DWORD
  dwRedirectingIDFlags: u32(60), // DWORD
  dwCallStates: u32(64), // DWORD
  dwDialToneModes: u32(68), // DWORD
  dwBusyModes: u32(72), // DWORD
  dwSpecialInfo: u32(76), // DWORD
  dwDisconnectModes: u32(80), // DWORD
  dwMaxNumActiveCalls: u32(84), // DWORD
  dwMaxNumOnHoldCalls: u32(88), // DWORD
  dwMaxNumOnHoldPendingCalls: u32(92), // DWORD
  dwMaxNumConference: u32(96), // DWORD
  dwMaxNumTransConf: u32(100), // DWORD
  dwAddrCapFlags: u32(104), // DWORD
  dwCallFeatures: u32(108), // DWORD
  dwRemoveFromConfCaps: u32(112), // DWORD
  dwRemoveFromConfState: u32(116), // DWORD
  dwTransferModes: u32(120), // DWORD
  dwParkModes: u32(124), // DWORD
  dwForwardModes: u32(128), // DWORD
  dwMaxForwardEntries: u32(132), // DWORD
  dwMaxSpecificEntries: u32(136), // DWORD
  dwMinFwdNumRings: u32(140), // DWORD
  dwMaxFwdNumRings: u32(144), // DWORD
  dwMaxCallCompletions: u32(148), // DWORD
  dwCallCompletionConds: u32(152), // DWORD
  dwCallCompletionModes: u32(156), // DWORD
  dwNumCompletionMessages: u32(160), // DWORD
  dwCompletionMsgTextEntrySize: u32(164), // DWORD
  CompletionMsgText: blob(168), // DWORD dwCompletionMsgTextSize, dwCompletionMsgTextOffset
  dwAddressFeatures: u32(176), // DWORD
  dwPredictiveAutoTransferStates: u32(180), // DWORD
  dwNumCallTreatments: u32(184), // DWORD
  CallTreatmentList: blob(188), // DWORD dwCallTreatmentListSize, dwCallTreatmentListOffset
  DeviceClasses: blob(196), // DWORD dwDeviceClassesSize, dwDeviceClassesOffset
  dwMaxCallDataSize: u32(204), // DWORD
  dwCallFeatures2: u32(208), // DWORD
  dwMaxNoAnswerTimeout: u32(212), // DWORD
  dwConnectedModes: u32(216), // DWORD
  dwOfferingModes: u32(220), // DWORD
  dwAvailableMediaModes: u32(224), // DWORD
}, [[0x00020000, 228], [0x00010004, 180]]);

/** The present features of an address, and its forwarding entries. */
export const LINEADDRESSSTATUS = struct("LINEADDRESSSTATUS", 64, {
  dwTotalSize: u32(0), // DWORD
  dwNeededSize: u32(4), // DWORD
  dwUsedSize: u32(8), // DWORD
  dwNumInUse: u32(12), // DWORD
  dwNumActiveCalls: u32(16), // DWORD
  dwNumOnHoldCalls: u32(20), // DWORD
  dwNumOnHoldPendCalls: u32(24), // DWORD
  dwAddressFeatures: u32(28), // DWORD
  dwNumRingsNoAnswer: u32(32), // DWORD
  dwForwardNumEntries: u32(36), // DWORD
  Forward: blob(40), // DWORD dwForwardSize, dwForwardOffset
  TerminalModes: blob(48), // DWORD dwTerminalModesSize, dwTerminalModesOffset
  DevSpecific: blob(56), // DWORD dwDevSpecificSize, dwDevSpecificOffset
});

/** The present state of an open line. */
export const LINEDEVSTATUS = struct("LINEDEVSTATUS", 88, {
  dwTotalSize: u32(0), // DWORD
  dwNeededSize: u32(4), // DWORD
  dwUsedSize: u32(8), // DWORD
  dwNumOpens: u32(12), // DWORD
  dwOpenMediaModes: u32(16), // DWORD
  dwNumActiveCalls: u32(20), // DWORD
  dwNumOnHoldCalls: u32(24), // DWORD
  dwNumOnHoldPendCalls: u32(28), // DWORD
  dwLineFeatures: u32(32), // DWORD
  dwNumCallCompletions: u32(36), // DWORD
  dwRingMode: u32(40), // DWORD
  dwSignalLevel: u32(44), // DWORD
  dwBatteryLevel: u32(48), // DWORD
  dwRoamMode: u32(52), // DWORD
  dwDevStatusFlags: u32(56), // DWORD
  TerminalModes: blob(60), // DWORD dwTerminalModesSize, dwTerminalModesOffset
  DevSpecific: blob(68), // DWORD dwDevSpecificSize, dwDevSpecificOffset
  dwAvailableMediaModes: u32(76), // DWORD
  AppInfo: blob(80), // DWORD dwAppInfoSize, dwAppInfoOffset
}, [[0x00020000, 88], [0x00010004, 76]]);

/** Everything about a call that rarely changes. */
export const LINECALLINFO = struct("LINECALLINFO", 324, {
  dwTotalSize: u32(0), // DWORD
  dwNeededSize: u32(4), // DWORD
  dwUsedSize: u32(8), // DWORD
  hLine: u32(12), // HLINE
  dwLineDeviceID: u32(16), // DWORD
  dwAddressID: u32(20), // DWORD
  dwBearerMode: u32(24), // DWORD
  dwRate: u32(28), // DWORD
  dwMediaMode: u32(32), // DWORD
  dwAppSpecific: u32(36), // DWORD
  dwCallID: u32(40), // DWORD
  dwRelatedCallID: u32(44), // DWORD
  dwCallParamFlags: u32(48), // DWORD
  dwCallStates: u32(52), // DWORD
  dwMonitorDigitModes: u32(56), // DWORD
  dwMonitorMediaModes: u32(60), // DWORD
  DialParams: bytes(64, 16), // LINEDIALPARAMS
  dwOrigin: u32(80), // DWORD
  dwReason: u32(84), // DWORD
  dwCompletionID: u32(88), // DWORD
  dwNumOwners: u32(92), // DWORD
  dwNumMonitors: u32(96), // DWORD
  dwCountryCode: u32(100), // DWORD
  dwTrunk: u32(104), // DWORD
  dwCallerIDFlags: u32(108), // DWORD
  CallerID: number(112), // DWORD dwCallerIDSize, dwCallerIDOffset
  CallerIDName: text(120), // DWORD dwCallerIDNameSize, dwCallerIDNameOffset
  dwCalledIDFlags: u32(128), // DWORD
  CalledID: number(132), // DWORD dwCalledIDSize, dwCalledIDOffset
  CalledIDName: text(140), // DWORD dwCalledIDNameSize, dwCalledIDNameOffset
  dwConnectedIDFlags: u32(148), // DWORD
  ConnectedID: number(152), // DWORD dwConnectedIDSize, dwConnectedIDOffset
  ConnectedIDName: text(160), // DWORD dwConnectedIDNameSize, dwConnectedIDNameOffset
  dwRedirectionIDFlags: u32(168), // DWORD
  RedirectionID: number(172), // DWORD dwRedirectionIDSize, dwRedirectionIDOffset
  RedirectionIDName: text(180), // DWORD dwRedirectionIDNameSize, dwRedirectionIDNameOffset
  dwRedirectingIDFlags: u32(188), // DWORD
  RedirectingID: number(192), // DWORD dwRedirectingIDSize, dwRedirectingIDOffset
  RedirectingIDName: text(200), // DWORD dwRedirectingIDNameSize, dwRedirectingIDNameOffset
  AppName: text(208), // DWORD dwAppNameSize, dwAppNameOffset
  DisplayableAddress: text(216), // DWORD dwDisplayableAddressSize, dwDisplayableAddressOffset
  CalledParty: text(224), // DWORD dwCalledPartySize, dwCalledPartyOffset
  Comment: text(232), // DWORD dwCommentSize, dwCommentOffset
  Display: blob(240), // DWORD dwDisplaySize, dwDisplayOffset
  UserUserInfo: blob(248), // DWORD dwUserUserInfoSize, dwUserUserInfoOffset
  HighLevelComp: blob(256), // DWORD dwHighLevelCompSize, dwHighLevelCompOffset
  LowLevelComp: blob(264), // DWORD dwLowLevelCompSize, dwLowLevelCompOffset
  ChargingInfo: blob(272), // DWORD dwChargingInfoSize, dwChargingInfoOffset
  TerminalModes: blob(280), // DWORD dwTerminalModesSize, dwTerminalModesOffset
  DevSpecific: blob(288), // DWORD dwDevSpecificSize, dwDevSpecificOffset
  dwCallTreatment: u32(296), // DWORD
  CallData: blob(300), // DWORD dwCallDataSize, dwCallDataOffset
  SendingFlowspec: blob(308), // DWORD dwSendingFlowspecSize, dwSendingFlowspecOffset
  ReceivingFlowspec: blob(316), // DWORD dwReceivingFlowspecSize, dwReceivingFlowspecOffset
}, [[0x00020000, 324], [0x00010004, 296]]);

/** A call's state and what can be done with it now. */
export const LINECALLSTATUS = struct("LINECALLSTATUS", 56, {
  dwTotalSize: u32(0), // DWORD
  dwNeededSize: u32(4), // DWORD
  dwUsedSize: u32(8), // DWORD
  dwCallState: u32(12), // DWORD
  dwCallStateMode: u32(16), // DWORD
  dwCallPrivilege: u32(20), // DWORD
  dwCallFeatures: u32(24), // DWORD
  DevSpecific: blob(28), // DWORD dwDevSpecificSize, dwDevSpecificOffset
  dwCallFeatures2: u32(36), // DWORD
  tStateEntryTime: bytes(40, 16), // SYSTEMTIME, UTC
}, [[0x00020000, 56], [0x00010004, 36]]);

/** How a call is to be made. */
export const LINECALLPARAMS = struct("LINECALLPARAMS", 176, {
  dwTotalSize: u32(0), // DWORD
  dwBearerMode: u32(4), // DWORD
  dwMinRate: u32(8), // DWORD
  dwMaxRate: u32(12), // DWORD
  dwMediaMode: u32(16), // DWORD
  dwCallParamFlags: u32(20), // DWORD
  dwAddressMode: u32(24), // DWORD
  dwAddressID: u32(28), // DWORD
  DialParams: bytes(32, 16), // LINEDIALPARAMS
  OrigAddress: text(48), // DWORD dwOrigAddressSize, dwOrigAddressOffset
  DisplayableAddress: text(56), // DWORD dwDisplayableAddressSize, dwDisplayableAddressOffset
  CalledParty: text(64), // DWORD dwCalledPartySize, dwCalledPartyOffset
  Comment: text(72), // DWORD dwCommentSize, dwCommentOffset
  UserUserInfo: blob(80), // DWORD dwUserUserInfoSize, dwUserUserInfoOffset
  HighLevelComp: blob(88), // DWORD dwHighLevelCompSize, dwHighLevelCompOffset
  LowLevelComp: blob(96), // DWORD dwLowLevelCompSize, dwLowLevelCompOffset
  DevSpecific: blob(104), // DWORD dwDevSpecificSize, dwDevSpecificOffset
  dwPredictiveAutoTransferStates: u32(112), // DWORD
  TargetAddress: text(116), // DWORD dwTargetAddressSize, dwTargetAddressOffset
  SendingFlowspec: blob(124), // DWORD dwSendingFlowspecSize, dwSendingFlowspecOffset
  ReceivingFlowspec: blob(132), // DWORD dwReceivingFlowspecSize, dwReceivingFlowspecOffset
  DeviceClass: text(140), // DWORD dwDeviceClassSize, dwDeviceClassOffset
  DeviceConfig: blob(148), // DWORD dwDeviceConfigSize, dwDeviceConfigOffset
  CallData: blob(156), // DWORD dwCallDataSize, dwCallDataOffset
  dwNoAnswerTimeout: u32(164), // DWORD
  CallingPartyID: text(168), // DWORD dwCallingPartyIDSize, dwCallingPartyIDOffset
}, [[0x00020000, 176], [0x00010004, 112]]);

/** Call handles, 4 bytes each. */
export const LINECALLLIST = struct("LINECALLLIST", 24, {
  dwTotalSize: u32(0), // DWORD
  dwNeededSize: u32(4), // DWORD
  dwUsedSize: u32(8), // DWORD
  dwCallsNumEntries: u32(12), // DWORD
  Calls: blob(16), // DWORD dwCallsSize, dwCallsOffset
});

/** One forwarding entry. Its offsets count from the start of the struct that contains it. 32 bytes from 3.1 on. */
export const LINEFORWARD = struct("LINEFORWARD", 24, {
  dwForwardMode: u32(0), // DWORD
  dwCallerAddressSize: u32(4), // DWORD
  dwCallerAddressOffset: u32(8), // DWORD
  dwDestCountryCode: u32(12), // DWORD
  dwDestAddressSize: u32(16), // DWORD
  dwDestAddressOffset: u32(20), // DWORD
});

/** The head of a list for lineForwardW: no needed and used size; LINEFORWARD entries follow at 8. */
export const LINEFORWARDLIST = struct("LINEFORWARDLIST", 8, {
  dwTotalSize: u32(0), // DWORD
  dwNumEntries: u32(4), // DWORD
});

/** The agent on an address, and the ACD groups that it is logged in to. */
export const LINEAGENTSTATUS = struct("LINEAGENTSTATUS", 56, {
  dwTotalSize: u32(0), // DWORD
  dwNeededSize: u32(4), // DWORD
  dwUsedSize: u32(8), // DWORD
  dwNumEntries: u32(12), // DWORD
  GroupList: blob(16), // DWORD dwGroupListSize, dwGroupListOffset
  dwState: u32(24), // DWORD
  dwNextState: u32(28), // DWORD
  dwActivityID: u32(32), // DWORD
  Activity: text(36), // DWORD dwActivitySize, dwActivityOffset
  dwAgentFeatures: u32(44), // DWORD
  dwValidStates: u32(48), // DWORD
  dwValidNextStates: u32(52), // DWORD
});

/** ACD groups that an agent can log in to, or is to be logged in to. */
export const LINEAGENTGROUPLIST = struct("LINEAGENTGROUPLIST", 24, {
  dwTotalSize: u32(0), // DWORD
  dwNeededSize: u32(4), // DWORD
  dwUsedSize: u32(8), // DWORD
  dwNumEntries: u32(12), // DWORD
  List: blob(16), // DWORD dwListSize, dwListOffset
});

/** One ACD group; its offset counts from the start of the struct that contains it. */
export const LINEAGENTGROUPENTRY = struct("LINEAGENTGROUPENTRY", 24, {
  GroupID: bytes(0, 16), // DWORD dwGroupID1, dwGroupID2, dwGroupID3, dwGroupID4
  dwNameSize: u32(16), // DWORD
  dwNameOffset: u32(20), // DWORD
});

/** The installed telephony service providers. */
export const LINEPROVIDERLIST = struct("LINEPROVIDERLIST", 24, {
  dwTotalSize: u32(0), // DWORD
  dwNeededSize: u32(4), // DWORD
  dwUsedSize: u32(8), // DWORD
  dwNumProviders: u32(12), // DWORD
  ProviderList: blob(16), // DWORD dwProviderListSize, dwProviderListOffset
});

/** One provider; its offset counts from the start of the LINEPROVIDERLIST. */
export const LINEPROVIDERENTRY = struct("LINEPROVIDERENTRY", 12, {
  dwPermanentProviderID: u32(0), // DWORD
  dwProviderFilenameSize: u32(4), // DWORD
  dwProviderFilenameOffset: u32(8), // DWORD
});

/** A string or bytes of any length, as dwStringFormat says. */
export const VARSTRING = struct("VARSTRING", 24, {
  dwTotalSize: u32(0), // DWORD
  dwNeededSize: u32(4), // DWORD
  dwUsedSize: u32(8), // DWORD
  dwStringFormat: u32(12), // DWORD
  String: blob(16), // DWORD dwStringSize, dwStringOffset
});
