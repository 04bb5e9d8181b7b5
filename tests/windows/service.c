/*
 * Takes the place of tapi2ws.exe as a Windows service: runs Deno on the sources with its own arguments,
 * because the runtime of compiled executables is not available here. As for the executable, there are
 * no standard handles. Ends with Deno's exit code.
 *
 * It finds in the folder Z:\mnt\stage: command.txt, the command line up to the program's arguments;
 * environment.txt, a line NAME=VALUE for each variable more.
 */
#include <windows.h>

#include <stdio.h>
#include <wchar.h>

#define LONGEST 4096

/* The first line of a file in UTF-8 from a position on, without its end. */
static BOOL read_line(FILE *file, wchar_t *line) {
  char bytes[LONGEST];
  if (file == NULL || fgets(bytes, sizeof bytes, file) == NULL) return FALSE;
  bytes[strcspn(bytes, "\r\n")] = 0;
  return MultiByteToWideChar(CP_UTF8, 0, bytes, -1, line, LONGEST) != 0;
}

static const wchar_t *arguments(void) {
  const wchar_t *at = GetCommandLineW();
  wchar_t end = *at == L'"' ? *at++ : L' ';
  while (*at != 0 && *at != end) at++;
  return *at == L'"' ? at + 1 : at;
}

int main(void) {
  static wchar_t command[2 * LONGEST], line[LONGEST];
  FILE *file = fopen("Z:\\mnt\\stage\\environment.txt", "r");
  while (read_line(file, line)) {
    wchar_t *value = wcschr(line, L'=');
    if (value == NULL) continue;
    *value++ = 0;
    SetEnvironmentVariableW(line, value);
  }
  if (!read_line(fopen("Z:\\mnt\\stage\\command.txt", "r"), command)) return 0xFE;
  wcscat(command, arguments());

  STARTUPINFOW startup = {.cb = sizeof startup};
  PROCESS_INFORMATION program;
  DWORD code = 0xFF;
  if (!CreateProcessW(NULL, command, NULL, NULL, FALSE, DETACHED_PROCESS, NULL, NULL, &startup,
                      &program)) {
    return 0xFD;
  }
  WaitForSingleObject(program.hProcess, INFINITE);
  GetExitCodeProcess(program.hProcess, &code);
  return (int)code;
}
