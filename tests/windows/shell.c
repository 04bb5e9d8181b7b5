/*
 * Runs the command lines that come on standard input, one after the other, and prints "exit N" on a
 * line of its own after each. Windows' services live as long as it does.
 */
#include <windows.h>

#include <stdio.h>
#include <string.h>

#define LONGEST 4096

static DWORD run(wchar_t *command) {
  STARTUPINFOW startup = {.cb = sizeof startup};
  PROCESS_INFORMATION program;
  DWORD code = 0xFF;
  if (!CreateProcessW(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &program)) {
    return GetLastError();
  }
  WaitForSingleObject(program.hProcess, INFINITE);
  GetExitCodeProcess(program.hProcess, &code);
  CloseHandle(program.hProcess);
  CloseHandle(program.hThread);
  return code;
}

int main(void) {
  static char line[LONGEST];
  static wchar_t command[LONGEST];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\r\n")] = 0;
    MultiByteToWideChar(CP_UTF8, 0, line, -1, command, LONGEST);
    DWORD code = run(command);
    printf("exit %lu\n", (unsigned long)code);
    fflush(stdout);
  }
  return 0;
}
