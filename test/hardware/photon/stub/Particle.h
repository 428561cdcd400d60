#pragma once

// What of Device OS the application uses, for a compiler of the host: names and types are those of
// github.com/particle-iot/device-os (wiring/inc; 2.3.1 and 3.3.1, or 6.2.0 with
// SYSTEM_VERSION_v620), the pins those of hal/src/photon and hal/src/tron, pinmap_defines.h.

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

constexpr int PLATFORM_PHOTON_PRODUCTION = 6;
constexpr int PLATFORM_P2 = 32;

using pin_t = uint16_t;
using system_tick_t = uint32_t;
#if PLATFORM_ID == 6
constexpr pin_t SS = 12, SCK = 13, MOSI = 15;
#elif PLATFORM_ID == 32
constexpr pin_t SS = 18, SCK = 17, MOSI = 15;
#else
#error "no such platform"
#endif

enum { LOW, HIGH };
void digitalWrite(pin_t pin, uint8_t value);
system_tick_t millis();

enum System_Mode_TypeDef { AUTOMATIC, SEMI_AUTOMATIC, MANUAL };
constexpr int ENABLED = 1;
struct SystemModeStub {
  explicit SystemModeStub(System_Mode_TypeDef mode);
};
#define SYSTEM_MODE(mode) SystemModeStub systemMode(mode)
#ifndef SYSTEM_VERSION_v620
struct SystemThreadStub {
  explicit SystemThreadStub(int state);
};
#define SYSTEM_THREAD(state) SystemThreadStub systemThread(state)
#endif

enum SystemResetFlag { RESET_NO_WAIT = 0x01 };
struct SystemClass {
  void reset(SystemResetFlag flags);
};
extern SystemClass System;

/** Borrows its characters: the real one copies them into the heap, before our code is called. */
class String {
 public:
  String(const char *text, size_t length) : text_(text), length_(length) {}
  const char *c_str() const { return text_; }
  unsigned int length() const { return static_cast<unsigned int>(length_); }

 private:
  const char *text_;
  size_t length_;
};

enum FrequencyScale { HZ = 1, KHZ = 1000, MHZ = 1000000 };
enum { LSBFIRST, MSBFIRST };
enum { SPI_MODE0, SPI_MODE1, SPI_MODE2, SPI_MODE3 };
namespace particle {
struct SPISettings {
  SPISettings(uint32_t clock, uint8_t bitOrder, uint8_t dataMode);
};
}  // namespace particle
using namespace particle;
struct SPIClass {
  void begin(uint16_t selectPin);
  int32_t beginTransaction(const SPISettings &settings);
  void endTransaction();
  uint8_t transfer(uint8_t data);
};
extern SPIClass SPI;

constexpr size_t eepromBytes = 2047;
extern uint8_t eeprom[eepromBytes];
void eepromWritten();
struct EEPROMClass {
  template <typename T>
  T &get(int address, T &value) {
    memcpy(static_cast<void *>(&value), eeprom + address, sizeof(T));
    return value;
  }
  template <typename T>
  const T &put(int address, const T &value) {
    memcpy(eeprom + address, &value, sizeof(T));
    eepromWritten();
    return value;
  }
};
extern EEPROMClass EEPROM;

struct TimeClass {
  bool isValid();
  time_t now();
};
extern TimeClass Time;

class ApplicationWatchdog {
 public:
  ApplicationWatchdog(unsigned timeoutMs, void (*onTimeout)(), unsigned stackBytes = 512);

 private:
  void (*onTimeout_)();
};

using EventHandler = void (*)(const char *name, const char *data);
#ifndef SYSTEM_VERSION_v620
enum Spark_Subscription_Scope_TypeDef { MY_DEVICES, ALL_DEVICES };
#endif
struct CloudClass {
  bool function(const char *name, int (*function)(String));
  bool variable(const char *name, const int &variable);
  bool variable(const char *name, const char *variable);
#ifdef SYSTEM_VERSION_v620
  bool subscribe(const char *name, EventHandler handler);
#else
  bool subscribe(const char *name, EventHandler handler, Spark_Subscription_Scope_TypeDef scope);
#endif
  void connect();
  bool connected();
};
extern CloudClass Particle;

struct WiFiClass {
  bool listening();
};
extern WiFiClass WiFi;

void setup();
void loop();
