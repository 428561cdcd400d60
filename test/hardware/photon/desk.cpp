// The whole firmware on the host, with a clock that stands until it is moved. It is told line by
// line what happens to it, and writes line by line what it does:
//   boot | advance <ms> <step ms> | call <function> <text> | event <name> <data> | nothing <name>
//   connected <0|1> | listening <0|1> | epoch <seconds, 0 unset> | shown
// With a file as its argument the EEPROM outlives it.
#include "Particle.h"

#include <stdio.h>
#include <stdlib.h>

/** Of libasan, whose header for it Debian's g++ 12 does not carry. */
extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*onMalloc)(const volatile void *, size_t), void (*onFree)(const volatile void *));

uint8_t eeprom[eepromBytes];
SystemClass System;
SPIClass SPI;
EEPROMClass EEPROM;
TimeClass Time;
CloudClass Particle;

namespace {

const char *eepromFile;
uint64_t nowMs;
uint64_t epochMs;
uint64_t epochSetMs;
bool isConnected;
bool isListening;
bool inFirmware;
bool selectIsOutput;
bool inTransaction;
long allocations;
const int *variableShown;
EventHandler eventHandler;

struct CloudFunction {
  const char *name;
  int (*function)(String);
} functions[8];
int functionCount;

/**
 * Changes of pins since the last line: for pin 0 `a` when it rises and `A` when it falls, and so
 * on.
 */
char wire[65536];
size_t wireLength;
uint8_t levels[26];

void change(pin_t pin, uint8_t level) {
  if (levels[pin] == level) return;
  levels[pin] = level;
  if (wireLength == sizeof(wire)) abort();
  wire[wireLength++] = static_cast<char>((level ? 'a' : 'A') + pin);
}

void print(const char *what, uint64_t ms, const char *end) {
  printf("%s %llu%s", what, static_cast<unsigned long long>(ms), end);
}

void flushWire() {
  if (wireLength == 0) return;
  print("wire", nowMs, " ");
  fwrite(wire, 1, wireLength, stdout);
  puts("");
  wireLength = 0;
}

void load() {
  memset(eeprom, 0xff, sizeof(eeprom));
  FILE *file = eepromFile == nullptr ? nullptr : fopen(eepromFile, "rb");
  if (file == nullptr) return;
  if (fread(eeprom, 1, sizeof(eeprom), file) != sizeof(eeprom)) abort();
  fclose(file);
}

[[noreturn]] void end() {
  flushWire();
  printf("allocations %ld\n", allocations);
  if (eepromFile != nullptr) {
    FILE *file = fopen(eepromFile, "wb");
    if (file == nullptr || fwrite(eeprom, 1, sizeof(eeprom), file) != sizeof(eeprom)) abort();
    fclose(file);
  }
  fflush(stdout);
  _Exit(0);
}

void countAllocation(const volatile void *, size_t) {
  if (inFirmware) ++allocations;
}

template <typename Action>
void inside(Action action) {
  inFirmware = true;
  action();
  inFirmware = false;
}

void handle(char *line) {
  char *argument = strchr(line, ' ');
  if (argument != nullptr) *argument++ = '\0';
  char *second = argument == nullptr ? nullptr : strchr(argument, ' ');
  if (second != nullptr) *second++ = '\0';

  if (strcmp(line, "boot") == 0) {
    setup();
  } else if (strcmp(line, "advance") == 0) {
    const uint64_t endMs = nowMs + strtoull(argument, nullptr, 10);
    const uint64_t stepMs = strtoull(second, nullptr, 10);
    while (nowMs < endMs) {
      nowMs += stepMs;
      inside(loop);
      flushWire();
    }
  } else if (strcmp(line, "call") == 0) {
    for (int i = 0; i < functionCount; ++i) {
      if (strcmp(functions[i].name, argument) != 0) continue;
      int answer = 0;
      inside([&] { answer = functions[i].function(String(second, strlen(second))); });
      printf("answer %d\n", answer);
    }
  } else if (strcmp(line, "event") == 0) {
    inside([&] { eventHandler(argument, second); });
  } else if (strcmp(line, "nothing") == 0) {
    inside([&] { eventHandler(argument, nullptr); });
  } else if (strcmp(line, "listening") == 0) {
    isListening = argument[0] == '1';
  } else if (strcmp(line, "connected") == 0) {
    isConnected = argument[0] == '1';
  } else if (strcmp(line, "epoch") == 0) {
    epochMs = strtoull(argument, nullptr, 10) * 1000;
    epochSetMs = nowMs;
  } else if (strcmp(line, "shown") == 0) {
    printf("shown %d\n", *variableShown);
  } else {
    fprintf(stderr, "no such line: %s\n", line);
    exit(1);
  }
  flushWire();
}

}  // namespace

void digitalWrite(pin_t pin, uint8_t value) {
  if (pin == SS && !selectIsOutput) abort();
  change(pin, value);
}

system_tick_t millis() { return static_cast<system_tick_t>(nowMs + STARTS_AT_MS); }

SystemModeStub::SystemModeStub(System_Mode_TypeDef mode) { printf("mode %d\n", mode); }
#ifndef SYSTEM_VERSION_v620
SystemThreadStub::SystemThreadStub(int state) { printf("thread %d\n", state); }
#endif

void SystemClass::reset(SystemResetFlag) {
  flushWire();
  print("reset", nowMs, "\n");
  end();
}

SPISettings::SPISettings(uint32_t clock, uint8_t bitOrder, uint8_t dataMode) {
  if (clock > 10 * MHZ || bitOrder != MSBFIRST || dataMode != SPI_MODE0) abort();
}

void SPIClass::begin(uint16_t selectPin) {
  selectIsOutput = selectPin == SS;
  change(selectPin, HIGH);
}

int32_t SPIClass::beginTransaction(const SPISettings &) {
  if (inTransaction) abort();
  inTransaction = true;
  return 0;
}

void SPIClass::endTransaction() { inTransaction = false; }

/** Mode 0: the clock rests low, data is taken at its rising edge. */
uint8_t SPIClass::transfer(uint8_t data) {
  if (!inTransaction) abort();
  for (int bit = 7; bit >= 0; --bit) {
    change(MOSI, (data >> bit) & 1);
    change(SCK, HIGH);
    change(SCK, LOW);
  }
  return 0;
}

void eepromWritten() {
  flushWire();
  print("saved", nowMs, "\n");
}

bool TimeClass::isValid() { return epochMs != 0; }
time_t TimeClass::now() { return static_cast<time_t>((epochMs + nowMs - epochSetMs) / 1000); }

ApplicationWatchdog::ApplicationWatchdog(unsigned timeoutMs, void (*onTimeout)(),
                                         unsigned stackBytes)
    : onTimeout_(onTimeout) {
  flushWire();
  printf("watchdog %u %u\n", timeoutMs, stackBytes);
}

bool CloudClass::function(const char *name, int (*function)(String)) {
  functions[functionCount++] = {name, function};
  flushWire();
  printf("function %s\n", name);
  return true;
}

bool CloudClass::variable(const char *name, const int &variable) {
  variableShown = &variable;
  printf("variable %s\n", name);
  return true;
}

bool CloudClass::variable(const char *name, const char *variable) {
  printf("variable %s=%s\n", name, variable);
  return true;
}

#ifdef SYSTEM_VERSION_v620
bool CloudClass::subscribe(const char *name, EventHandler handler) {
  printf("subscribe %s\n", name);
#else
bool CloudClass::subscribe(const char *name, EventHandler handler,
                           Spark_Subscription_Scope_TypeDef scope) {
  printf("subscribe %s%s\n", name, scope == MY_DEVICES ? " mine" : " all");
#endif
  eventHandler = handler;
  return true;
}

void CloudClass::connect() {
  flushWire();
  printf("connect\n");
}

bool CloudClass::connected() { return isConnected; }
WiFiClass WiFi;
bool WiFiClass::listening() { return isListening; }

int main(int count, char **arguments) {
  static char output[1 << 16];
  setvbuf(stdout, output, _IOFBF, sizeof(output));
  __sanitizer_install_malloc_and_free_hooks(countAllocation, nullptr);
  if (count > 1) eepromFile = arguments[1];
  load();
  static char line[4096];
  while (fgets(line, sizeof(line), stdin) != nullptr) {
    line[strcspn(line, "\n")] = '\0';
    handle(line);
  }
  end();
}
