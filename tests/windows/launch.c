/*
 * Starts a Windows program in a console of its own and presses Ctrl-C there for each byte that comes
 * on standard input. Ends with the program's exit code.
 *
 *   launch.exe PROGRAM [ARGUMENT...]
 *
 * Ctrl-Break cannot be pressed: Wine 10 ends every process of the console on it, and asks none.
 */
#include <windows.h>

#include <stdio.h>
#include <wchar.h>

static BOOL WINAPI survive(DWORD event) {
  (void)event;
  return TRUE;
}

static DWORD WINAPI press_ctrl_c(LPVOID input) {
  char byte;
  DWORD bytes;
  while (ReadFile(input, &byte, 1, &bytes, NULL) && bytes == 1) {
    GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
  }
  return 0;
}

/* The command line behind the first word, which names this program. */
static wchar_t *rest_of_command_line(void) {
  wchar_t *at = GetCommandLineW();
  wchar_t end = L' ';
  if (*at == L'"') {
    end = L'"';
    at++;
  }
  while (*at != 0 && *at != end) at++;
  if (*at != 0) at++;
  while (*at == L' ') at++;
  return at;
}

int main(void) {
  SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
  STARTUPINFOW startup = {
      .cb = sizeof startup,
      .dwFlags = STARTF_USESTDHANDLES,
      .hStdInput = CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ, &inherited, OPEN_EXISTING, 0,
                               NULL),
      .hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE),
      .hStdError = GetStdHandle(STD_ERROR_HANDLE),
  };
  /* A new console takes the place of the standard handles. */
  HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
  PROCESS_INFORMATION program;
  DWORD code = 0xFF;
  FreeConsole();
  if (!AllocConsole() || !SetConsoleCtrlHandler(survive, TRUE) ||
      !CreateProcessW(NULL, rest_of_command_line(), NULL, NULL, TRUE, 0, NULL, NULL, &startup,
                      &program)) {
    fprintf(stderr, "launch: error %lu\n", (unsigned long)GetLastError());
    return 0xFE;
  }
  CreateThread(NULL, 0, press_ctrl_c, input, 0, NULL);
  WaitForSingleObject(program.hProcess, INFINITE);
  GetExitCodeProcess(program.hProcess, &code);
  return (int)code;
}
