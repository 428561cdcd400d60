#pragma once

#include <stdint.h>

#include "desk.h"
#include "pins.h"
#include "uart.h"

namespace counter {

/** Firmata 2.5 with the desk's own messages beside it: ../README.md. */
class Firmata {
 public:
  Firmata(Uart &uart, Pins &pins, Twi &twi, Desk &desk)
      : uart_(uart), pins_(pins), twi_(twi), desk_(desk) {}

  /** Says version and name unasked, as a board does that has just started. */
  void announce();

  /** Carries out what has come, and reports what is to be reported. To be called again and again. */
  void work();

 private:
  static constexpr uint16_t mostMessageBytes = Pictures::capacity + 3;
  static constexpr uint8_t ports = 3;
  static constexpr uint8_t mostQueries = 8;
  static constexpr uint8_t mostReadBytes = 32;

  /** A register of a chip that is read again and again. */
  struct Query {
    uint8_t address;
    int16_t reg;
    uint8_t count;
    bool keepBus;
  };

  void parse(uint8_t byte);
  void startAfresh();
  void command(uint8_t byte);
  void message();
  void sysexByte(uint8_t byte);
  void sysex();
  void deskMessage();
  void reset();

  void setPinMode(uint8_t pin, uint8_t mode);
  void reportPort(uint8_t port, bool always);
  void sayVersion();
  void sayFirmware();
  void sayCapabilities();
  void sayAnalogMapping();
  void sayPinState(uint8_t pin);
  void say(const char *text);
  void sayUnknown(const char *what, uint8_t byte);
  void saySeven(uint8_t byte);

  void i2cRequest();
  void i2cWrite(uint8_t address);
  void i2cRead(const Query &query);
  void addQuery(const Query &query);
  void stopQuery(uint8_t address);

  void answer(uint8_t sequence, Answer what);
  void sayButtons();

  Uart &uart_;
  Pins &pins_;
  Twi &twi_;
  Desk &desk_;

  /** Of the message under way; 0 for none. */
  uint8_t command_ = 0;
  uint8_t channel_ = 0;
  uint8_t missing_ = 0;
  bool inSysex_ = false;
  bool hasId_ = false;
  uint8_t id_ = 0;
  /** Of a desk's message decoded, of any other as it came. */
  uint8_t bytes_[mostMessageBytes];
  uint16_t count_ = 0;
  bool tooLong_ = false;
  /** Bits of a desk's message that do not make a byte yet. */
  uint16_t bits_ = 0;
  uint8_t bitCount_ = 0;
  uint32_t heardMs_ = 0;

  bool reports_[ports] = {};
  uint8_t reported_[ports] = {};
  bool isI2cOn_ = false;
  Query queries_[mostQueries];
  uint8_t queryCount_ = 0;
  uint16_t samplingMs_ = 19;
  uint32_t sampledMs_ = 0;
};

}  // namespace counter
