/*
 * What the stand-in needs of Windows' headers where those are not at hand: the names, packing and
 * values of tapi.h at TAPI 2.2 on x64. The same source compiles against either.
 */
#ifndef TAPI_TYPES_H
#define TAPI_TYPES_H

#include <stdint.h>

#define WINAPI

typedef uint8_t BYTE;
typedef uint16_t WORD;
typedef uint32_t DWORD;
typedef int32_t LONG;
typedef uint64_t DWORD_PTR;
typedef uint16_t WCHAR;
typedef void *HANDLE;
typedef void *LPVOID;
typedef void *HINSTANCE;
typedef const char *LPCSTR;
typedef const WCHAR *LPCWSTR;
typedef DWORD *LPDWORD;
typedef DWORD HLINEAPP, *LPHLINEAPP;
typedef DWORD HLINE, *LPHLINE;
typedef DWORD HCALL, *LPHCALL;
typedef void (*LINECALLBACK)(DWORD, DWORD, DWORD_PTR, DWORD_PTR, DWORD_PTR, DWORD_PTR);

typedef struct {
  DWORD Data1;
  WORD Data2, Data3;
  BYTE Data4[8];
} GUID;

typedef struct {
  WORD wYear, wMonth, wDayOfWeek, wDay, wHour, wMinute, wSecond, wMilliseconds;
} SYSTEMTIME;

#pragma pack(push, 1)

typedef struct {
  DWORD hDevice;
  DWORD dwMessageID;
  DWORD_PTR dwCallbackInstance;
  DWORD_PTR dwParam1;
  DWORD_PTR dwParam2;
  DWORD_PTR dwParam3;
} LINEMESSAGE, *LPLINEMESSAGE;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNeededSize;
  DWORD dwUsedSize;
  DWORD dwOptions;
  union {
    HANDLE hEvent;
    HANDLE hCompletionPort;
  } Handles;
  DWORD dwCompletionKey;
} LINEINITIALIZEEXPARAMS, *LPLINEINITIALIZEEXPARAMS;

typedef struct {
  DWORD dwExtensionID0;
  DWORD dwExtensionID1;
  DWORD dwExtensionID2;
  DWORD dwExtensionID3;
} LINEEXTENSIONID, *LPLINEEXTENSIONID;

typedef struct {
  DWORD dwDialPause;
  DWORD dwDialSpeed;
  DWORD dwDigitDuration;
  DWORD dwWaitForDialtone;
} LINEDIALPARAMS, *LPLINEDIALPARAMS;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNeededSize;
  DWORD dwUsedSize;
  DWORD dwProviderInfoSize;
  DWORD dwProviderInfoOffset;
  DWORD dwSwitchInfoSize;
  DWORD dwSwitchInfoOffset;
  DWORD dwPermanentLineID;
  DWORD dwLineNameSize;
  DWORD dwLineNameOffset;
  DWORD dwStringFormat;
  DWORD dwAddressModes;
  DWORD dwNumAddresses;
  DWORD dwBearerModes;
  DWORD dwMaxRate;
  DWORD dwMediaModes;
  DWORD dwGenerateToneModes;
  DWORD dwGenerateToneMaxNumFreq;
  DWORD dwGenerateDigitModes;
  DWORD dwMonitorToneMaxNumFreq;
  DWORD dwMonitorToneMaxNumEntries;
  DWORD dwMonitorDigitModes;
  DWORD dwGatherDigitsMinTimeout;
  DWORD dwGatherDigitsMaxTimeout;
  DWORD dwMedCtlDigitMaxListSize;
  DWORD dwMedCtlMediaMaxListSize;
  DWORD dwMedCtlToneMaxListSize;
  DWORD dwMedCtlCallStateMaxListSize;
  DWORD dwDevCapFlags;
  DWORD dwMaxNumActiveCalls;
  DWORD dwAnswerMode;
  DWORD dwRingModes;
  DWORD dwLineStates;
  DWORD dwUUIAcceptSize;
  DWORD dwUUIAnswerSize;
  DWORD dwUUIMakeCallSize;
  DWORD dwUUIDropSize;
  DWORD dwUUISendUserUserInfoSize;
  DWORD dwUUICallInfoSize;
  LINEDIALPARAMS MinDialParams;
  LINEDIALPARAMS MaxDialParams;
  LINEDIALPARAMS DefaultDialParams;
  DWORD dwNumTerminals;
  DWORD dwTerminalCapsSize;
  DWORD dwTerminalCapsOffset;
  DWORD dwTerminalTextEntrySize;
  DWORD dwTerminalTextSize;
  DWORD dwTerminalTextOffset;
  DWORD dwDevSpecificSize;
  DWORD dwDevSpecificOffset;
  DWORD dwLineFeatures;
  DWORD dwSettableDevStatus;
  DWORD dwDeviceClassesSize;
  DWORD dwDeviceClassesOffset;
  GUID PermanentLineGuid;
} LINEDEVCAPS, *LPLINEDEVCAPS;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNeededSize;
  DWORD dwUsedSize;
  DWORD dwLineDeviceID;
  DWORD dwAddressSize;
  DWORD dwAddressOffset;
  DWORD dwDevSpecificSize;
  DWORD dwDevSpecificOffset;
  DWORD dwAddressSharing;
  DWORD dwAddressStates;
  DWORD dwCallInfoStates;
  DWORD dwCallerIDFlags;
  DWORD dwCalledIDFlags;
  DWORD dwConnectedIDFlags;
  DWORD dwRedirectionIDFlags;
  DWORD dwRedirectingIDFlags;
  DWORD dwCallStates;
  DWORD dwDialToneModes;
  DWORD dwBusyModes;
  DWORD dwSpecialInfo;
  DWORD dwDisconnectModes;
  DWORD dwMaxNumActiveCalls;
  DWORD dwMaxNumOnHoldCalls;
  DWORD dwMaxNumOnHoldPendingCalls;
  DWORD dwMaxNumConference;
  DWORD dwMaxNumTransConf;
  DWORD dwAddrCapFlags;
  DWORD dwCallFeatures;
  DWORD dwRemoveFromConfCaps;
  DWORD dwRemoveFromConfState;
  DWORD dwTransferModes;
  DWORD dwParkModes;
  DWORD dwForwardModes;
  DWORD dwMaxForwardEntries;
  DWORD dwMaxSpecificEntries;
  DWORD dwMinFwdNumRings;
  DWORD dwMaxFwdNumRings;
  DWORD dwMaxCallCompletions;
  DWORD dwCallCompletionConds;
  DWORD dwCallCompletionModes;
  DWORD dwNumCompletionMessages;
  DWORD dwCompletionMsgTextEntrySize;
  DWORD dwCompletionMsgTextSize;
  DWORD dwCompletionMsgTextOffset;
  DWORD dwAddressFeatures;
  DWORD dwPredictiveAutoTransferStates;
  DWORD dwNumCallTreatments;
  DWORD dwCallTreatmentListSize;
  DWORD dwCallTreatmentListOffset;
  DWORD dwDeviceClassesSize;
  DWORD dwDeviceClassesOffset;
  DWORD dwMaxCallDataSize;
  DWORD dwCallFeatures2;
  DWORD dwMaxNoAnswerTimeout;
  DWORD dwConnectedModes;
  DWORD dwOfferingModes;
  DWORD dwAvailableMediaModes;
} LINEADDRESSCAPS, *LPLINEADDRESSCAPS;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNeededSize;
  DWORD dwUsedSize;
  DWORD dwNumInUse;
  DWORD dwNumActiveCalls;
  DWORD dwNumOnHoldCalls;
  DWORD dwNumOnHoldPendCalls;
  DWORD dwAddressFeatures;
  DWORD dwNumRingsNoAnswer;
  DWORD dwForwardNumEntries;
  DWORD dwForwardSize;
  DWORD dwForwardOffset;
  DWORD dwTerminalModesSize;
  DWORD dwTerminalModesOffset;
  DWORD dwDevSpecificSize;
  DWORD dwDevSpecificOffset;
} LINEADDRESSSTATUS, *LPLINEADDRESSSTATUS;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNeededSize;
  DWORD dwUsedSize;
  DWORD dwNumOpens;
  DWORD dwOpenMediaModes;
  DWORD dwNumActiveCalls;
  DWORD dwNumOnHoldCalls;
  DWORD dwNumOnHoldPendCalls;
  DWORD dwLineFeatures;
  DWORD dwNumCallCompletions;
  DWORD dwRingMode;
  DWORD dwSignalLevel;
  DWORD dwBatteryLevel;
  DWORD dwRoamMode;
  DWORD dwDevStatusFlags;
  DWORD dwTerminalModesSize;
  DWORD dwTerminalModesOffset;
  DWORD dwDevSpecificSize;
  DWORD dwDevSpecificOffset;
  DWORD dwAvailableMediaModes;
  DWORD dwAppInfoSize;
  DWORD dwAppInfoOffset;
} LINEDEVSTATUS, *LPLINEDEVSTATUS;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNeededSize;
  DWORD dwUsedSize;
  HLINE hLine;
  DWORD dwLineDeviceID;
  DWORD dwAddressID;
  DWORD dwBearerMode;
  DWORD dwRate;
  DWORD dwMediaMode;
  DWORD dwAppSpecific;
  DWORD dwCallID;
  DWORD dwRelatedCallID;
  DWORD dwCallParamFlags;
  DWORD dwCallStates;
  DWORD dwMonitorDigitModes;
  DWORD dwMonitorMediaModes;
  LINEDIALPARAMS DialParams;
  DWORD dwOrigin;
  DWORD dwReason;
  DWORD dwCompletionID;
  DWORD dwNumOwners;
  DWORD dwNumMonitors;
  DWORD dwCountryCode;
  DWORD dwTrunk;
  DWORD dwCallerIDFlags;
  DWORD dwCallerIDSize;
  DWORD dwCallerIDOffset;
  DWORD dwCallerIDNameSize;
  DWORD dwCallerIDNameOffset;
  DWORD dwCalledIDFlags;
  DWORD dwCalledIDSize;
  DWORD dwCalledIDOffset;
  DWORD dwCalledIDNameSize;
  DWORD dwCalledIDNameOffset;
  DWORD dwConnectedIDFlags;
  DWORD dwConnectedIDSize;
  DWORD dwConnectedIDOffset;
  DWORD dwConnectedIDNameSize;
  DWORD dwConnectedIDNameOffset;
  DWORD dwRedirectionIDFlags;
  DWORD dwRedirectionIDSize;
  DWORD dwRedirectionIDOffset;
  DWORD dwRedirectionIDNameSize;
  DWORD dwRedirectionIDNameOffset;
  DWORD dwRedirectingIDFlags;
  DWORD dwRedirectingIDSize;
  DWORD dwRedirectingIDOffset;
  DWORD dwRedirectingIDNameSize;
  DWORD dwRedirectingIDNameOffset;
  DWORD dwAppNameSize;
  DWORD dwAppNameOffset;
  DWORD dwDisplayableAddressSize;
  DWORD dwDisplayableAddressOffset;
  DWORD dwCalledPartySize;
  DWORD dwCalledPartyOffset;
  DWORD dwCommentSize;
  DWORD dwCommentOffset;
  DWORD dwDisplaySize;
  DWORD dwDisplayOffset;
  DWORD dwUserUserInfoSize;
  DWORD dwUserUserInfoOffset;
  DWORD dwHighLevelCompSize;
  DWORD dwHighLevelCompOffset;
  DWORD dwLowLevelCompSize;
  DWORD dwLowLevelCompOffset;
  DWORD dwChargingInfoSize;
  DWORD dwChargingInfoOffset;
  DWORD dwTerminalModesSize;
  DWORD dwTerminalModesOffset;
  DWORD dwDevSpecificSize;
  DWORD dwDevSpecificOffset;
  DWORD dwCallTreatment;
  DWORD dwCallDataSize;
  DWORD dwCallDataOffset;
  DWORD dwSendingFlowspecSize;
  DWORD dwSendingFlowspecOffset;
  DWORD dwReceivingFlowspecSize;
  DWORD dwReceivingFlowspecOffset;
} LINECALLINFO, *LPLINECALLINFO;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNeededSize;
  DWORD dwUsedSize;
  DWORD dwCallState;
  DWORD dwCallStateMode;
  DWORD dwCallPrivilege;
  DWORD dwCallFeatures;
  DWORD dwDevSpecificSize;
  DWORD dwDevSpecificOffset;
  DWORD dwCallFeatures2;
  SYSTEMTIME tStateEntryTime;
} LINECALLSTATUS, *LPLINECALLSTATUS;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwBearerMode;
  DWORD dwMinRate;
  DWORD dwMaxRate;
  DWORD dwMediaMode;
  DWORD dwCallParamFlags;
  DWORD dwAddressMode;
  DWORD dwAddressID;
  LINEDIALPARAMS DialParams;
  DWORD dwOrigAddressSize;
  DWORD dwOrigAddressOffset;
  DWORD dwDisplayableAddressSize;
  DWORD dwDisplayableAddressOffset;
  DWORD dwCalledPartySize;
  DWORD dwCalledPartyOffset;
  DWORD dwCommentSize;
  DWORD dwCommentOffset;
  DWORD dwUserUserInfoSize;
  DWORD dwUserUserInfoOffset;
  DWORD dwHighLevelCompSize;
  DWORD dwHighLevelCompOffset;
  DWORD dwLowLevelCompSize;
  DWORD dwLowLevelCompOffset;
  DWORD dwDevSpecificSize;
  DWORD dwDevSpecificOffset;
  DWORD dwPredictiveAutoTransferStates;
  DWORD dwTargetAddressSize;
  DWORD dwTargetAddressOffset;
  DWORD dwSendingFlowspecSize;
  DWORD dwSendingFlowspecOffset;
  DWORD dwReceivingFlowspecSize;
  DWORD dwReceivingFlowspecOffset;
  DWORD dwDeviceClassSize;
  DWORD dwDeviceClassOffset;
  DWORD dwDeviceConfigSize;
  DWORD dwDeviceConfigOffset;
  DWORD dwCallDataSize;
  DWORD dwCallDataOffset;
  DWORD dwNoAnswerTimeout;
  DWORD dwCallingPartyIDSize;
  DWORD dwCallingPartyIDOffset;
} LINECALLPARAMS, *LPLINECALLPARAMS;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNeededSize;
  DWORD dwUsedSize;
  DWORD dwCallsNumEntries;
  DWORD dwCallsSize;
  DWORD dwCallsOffset;
} LINECALLLIST, *LPLINECALLLIST;

typedef struct {
  DWORD dwForwardMode;
  DWORD dwCallerAddressSize;
  DWORD dwCallerAddressOffset;
  DWORD dwDestCountryCode;
  DWORD dwDestAddressSize;
  DWORD dwDestAddressOffset;
} LINEFORWARD, *LPLINEFORWARD;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNumEntries;
  LINEFORWARD ForwardList[1];
} LINEFORWARDLIST, *LPLINEFORWARDLIST;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNeededSize;
  DWORD dwUsedSize;
  DWORD dwNumEntries;
  DWORD dwGroupListSize;
  DWORD dwGroupListOffset;
  DWORD dwState;
  DWORD dwNextState;
  DWORD dwActivityID;
  DWORD dwActivitySize;
  DWORD dwActivityOffset;
  DWORD dwAgentFeatures;
  DWORD dwValidStates;
  DWORD dwValidNextStates;
} LINEAGENTSTATUS, *LPLINEAGENTSTATUS;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNeededSize;
  DWORD dwUsedSize;
  DWORD dwNumEntries;
  DWORD dwListSize;
  DWORD dwListOffset;
} LINEAGENTGROUPLIST, *LPLINEAGENTGROUPLIST;

typedef struct {
  struct {
    DWORD dwGroupID1;
    DWORD dwGroupID2;
    DWORD dwGroupID3;
    DWORD dwGroupID4;
  } GroupID;
  DWORD dwNameSize;
  DWORD dwNameOffset;
} LINEAGENTGROUPENTRY, *LPLINEAGENTGROUPENTRY;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNeededSize;
  DWORD dwUsedSize;
  DWORD dwNumProviders;
  DWORD dwProviderListSize;
  DWORD dwProviderListOffset;
} LINEPROVIDERLIST, *LPLINEPROVIDERLIST;

typedef struct {
  DWORD dwPermanentProviderID;
  DWORD dwProviderFilenameSize;
  DWORD dwProviderFilenameOffset;
} LINEPROVIDERENTRY, *LPLINEPROVIDERENTRY;

typedef struct {
  DWORD dwTotalSize;
  DWORD dwNeededSize;
  DWORD dwUsedSize;
  DWORD dwStringFormat;
  DWORD dwStringSize;
  DWORD dwStringOffset;
} VARSTRING, *LPVARSTRING;

#pragma pack(pop)

#define LINE_ADDRESSSTATE 0
#define LINE_CALLINFO 1
#define LINE_CALLSTATE 2
#define LINE_CLOSE 3
#define LINE_GENERATE 7
#define LINE_LINEDEVSTATE 8
#define LINE_REPLY 12
#define LINE_CREATE 19
#define LINE_AGENTSTATUS 22
#define LINE_APPNEWCALL 23

#define LINECALLSTATE_IDLE 0x1
#define LINECALLSTATE_OFFERING 0x2
#define LINECALLSTATE_ACCEPTED 0x4
#define LINECALLSTATE_DIALTONE 0x8
#define LINECALLSTATE_DIALING 0x10
#define LINECALLSTATE_RINGBACK 0x20
#define LINECALLSTATE_BUSY 0x40
#define LINECALLSTATE_CONNECTED 0x100
#define LINECALLSTATE_PROCEEDING 0x200
#define LINECALLSTATE_ONHOLD 0x400
#define LINECALLSTATE_CONFERENCED 0x800
#define LINECALLSTATE_ONHOLDPENDCONF 0x1000
#define LINECALLSTATE_ONHOLDPENDTRANSFER 0x2000
#define LINECALLSTATE_DISCONNECTED 0x4000
#define LINECALLSTATE_UNKNOWN 0x8000

#define LINECALLORIGIN_OUTBOUND 0x1
#define LINECALLORIGIN_INTERNAL 0x2
#define LINECALLORIGIN_CONFERENCE 0x40
#define LINECALLORIGIN_EXTERNAL 0x4

#define LINECALLREASON_DIRECT 0x1
#define LINECALLREASON_PICKUP 0x10
#define LINECALLREASON_UNPARK 0x20

#define LINECALLPRIVILEGE_NONE 0x1
#define LINECALLPRIVILEGE_MONITOR 0x2
#define LINECALLPRIVILEGE_OWNER 0x4

#define LINEDISCONNECTMODE_NORMAL 0x1
#define LINEDISCONNECTMODE_REJECT 0x4
#define LINEDISCONNECTMODE_FORWARDED 0x10

#define LINECALLPARTYID_BLOCKED 0x1
#define LINECALLPARTYID_NAME 0x4
#define LINECALLPARTYID_ADDRESS 0x8
#define LINECALLPARTYID_UNKNOWN 0x20

#define LINECALLINFOSTATE_CALLID 0x40
#define LINECALLINFOSTATE_ORIGIN 0x100
#define LINECALLINFOSTATE_REASON 0x200
#define LINECALLINFOSTATE_CALLERID 0x8000

#define LINEDEVSTATE_RINGING 0x2
#define LINEDEVSTATE_CONNECTED 0x4
#define LINEDEVSTATE_DISCONNECTED 0x8
#define LINEDEVSTATE_MSGWAITON 0x10
#define LINEDEVSTATE_MSGWAITOFF 0x20
#define LINEDEVSTATE_INSERVICE 0x40
#define LINEDEVSTATE_OUTOFSERVICE 0x80
#define LINEDEVSTATE_DEVSPECIFIC 0x20000
#define LINEDEVSTATE_CAPSCHANGE 0x100000

#define LINEADDRESSSTATE_NUMCALLS 0x20
#define LINEADDRESSSTATE_FORWARD 0x40
#define LINEADDRESSSTATE_CAPSCHANGE 0x100

#define LINEMEDIAMODE_INTERACTIVEVOICE 0x4
#define LINEMEDIAMODE_DIGITALDATA 0x100

#define LINECALLFEATURE_ADDTOCONF 0x2
#define LINECALLFEATURE_ANSWER 0x4
#define LINECALLFEATURE_BLINDTRANSFER 0x8
#define LINECALLFEATURE_COMPLETETRANSF 0x20
#define LINECALLFEATURE_DIAL 0x40
#define LINECALLFEATURE_DROP 0x80
#define LINECALLFEATURE_GENERATEDIGITS 0x200
#define LINECALLFEATURE_HOLD 0x800
#define LINECALLFEATURE_PARK 0x8000
#define LINECALLFEATURE_PREPAREADDCONF 0x10000
#define LINECALLFEATURE_REDIRECT 0x20000
#define LINECALLFEATURE_SETUPCONF 0x1000000
#define LINECALLFEATURE_SETUPTRANSFER 0x2000000
#define LINECALLFEATURE_SWAPHOLD 0x4000000
#define LINECALLFEATURE_UNHOLD 0x8000000

#define LINEADDRFEATURE_FORWARD 0x1
#define LINEADDRFEATURE_MAKECALL 0x2
#define LINEADDRFEATURE_PICKUP 0x4
#define LINEADDRFEATURE_UNPARK 0x80

#define LINEFEATURE_FORWARD 0x4
#define LINEFEATURE_MAKECALL 0x8

#define LINEAGENTFEATURE_SETAGENTGROUP 0x1
#define LINEAGENTFEATURE_GETAGENTGROUP 0x20

#define LINEAGENTSTATE_LOGGEDOFF 0x1
#define LINEAGENTSTATE_READY 0x4

#define LINEAGENTSTATUS_GROUP 0x1

#define LINEOFFERINGMODE_ACTIVE 0x1

#define LINECONNECTEDMODE_ACTIVE 0x1

#define LINEBUSYMODE_STATION 0x1

#define LINEDIALTONEMODE_INTERNAL 0x4

#define LINEPARKMODE_DIRECTED 0x1
#define LINEPARKMODE_NONDIRECTED 0x2

#define LINETRANSFERMODE_TRANSFER 0x1
#define LINETRANSFERMODE_CONFERENCE 0x2

#define LINECALLSELECT_LINE 0x1
#define LINECALLSELECT_ADDRESS 0x2

#define LINEADDRESSMODE_ADDRESSID 0x1

#define LINEADDRESSSHARING_PRIVATE 0x1

#define LINEBEARERMODE_VOICE 0x1

#define LINEDIGITMODE_PULSE 0x1
#define LINEDIGITMODE_DTMF 0x2

#define LINEGENERATETERM_DONE 0x1

#define LINEDEVSTATUSFLAGS_CONNECTED 0x1
#define LINEDEVSTATUSFLAGS_INSERVICE 0x4

#define LINEINITIALIZEEXOPTION_USEEVENT 0x2

#define STRINGFORMAT_ASCII 0x1
#define STRINGFORMAT_UNICODE 0x3

#define LINEERR_ALLOCATED 0x80000001
#define LINEERR_BADDEVICEID 0x80000002
#define LINEERR_INCOMPATIBLEAPIVERSION 0x8000000C
#define LINEERR_INVALADDRESS 0x80000010
#define LINEERR_INVALADDRESSID 0x80000011
#define LINEERR_INVALADDRESSSTATE 0x80000013
#define LINEERR_INVALAPPHANDLE 0x80000014
#define LINEERR_INVALAPPNAME 0x80000015
#define LINEERR_INVALCALLHANDLE 0x80000018
#define LINEERR_INVALCALLPARAMS 0x80000019
#define LINEERR_INVALCALLPRIVILEGE 0x8000001A
#define LINEERR_INVALCALLSELECT 0x8000001B
#define LINEERR_INVALCALLSTATE 0x8000001C
#define LINEERR_INVALDIGITMODE 0x80000027
#define LINEERR_INVALLINEHANDLE 0x8000002B
#define LINEERR_INVALLINESTATE 0x8000002C
#define LINEERR_INVALMEDIAMODE 0x8000002F
#define LINEERR_INVALPARAM 0x80000032
#define LINEERR_INVALPARKMODE 0x80000034
#define LINEERR_INVALPOINTER 0x80000035
#define LINEERR_INVALPRIVSELECT 0x80000036
#define LINEERR_INVALTRANSFERMODE 0x8000003F
#define LINEERR_NOMEM 0x80000044
#define LINEERR_NOTOWNER 0x80000046
#define LINEERR_OPERATIONFAILED 0x80000048
#define LINEERR_OPERATIONUNAVAIL 0x80000049
#define LINEERR_RESOURCEUNAVAIL 0x8000004B
#define LINEERR_STRUCTURETOOSMALL 0x8000004D
#define LINEERR_INVALAGENTGROUP 0x80000058

#endif
