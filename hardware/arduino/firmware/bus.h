#pragma once

#include <stdint.h>

#include "pins.h"
#include "twi.h"

namespace counter {

/** How the display is reached and which times hold, as it comes over the wire and stands in EEPROM. */
struct SetUp {
  enum Bus : uint8_t { threeWires = 0, twoWires = 1, i2c = 2 };
  enum Flags : uint8_t { lowBitFirst = 1, clockIdlesHigh = 2, knownFlags = 3 };

  uint8_t bus;
  uint8_t flags;
  /** Unused on I2C, whose pins are the chip's own. */
  uint8_t dataPin;
  uint8_t clockPin;
  /** Of three wires: chip select, load, strobe. */
  uint8_t selectPin;
  /** Half the time of a bit; 0 is as fast as the program goes, some 2 us. */
  uint8_t halfBitUs;
  /** The fresh picture is shown for so long after it was last confirmed. */
  uint16_t ttlMs;
  /** After so long both are shown in turn; EEPROM is written at most so often. */
  uint32_t hourMs;
  /** Each of both for so long. */
  uint16_t turnMs;
  /** Before the hour the old one for so long, */
  uint16_t oldMs;
  /** and between the fresh one for so long; 0 where the old one can be told by itself. */
  uint16_t betweenMs;
  /** Sent to a chip with buttons on three wires before they are read. */
  uint8_t buttonCommand;
  /** Bytes to read of it; 0 for no buttons. */
  uint8_t buttonBytes;
  uint8_t buttonPollMs;

  bool isValid() const;
  /** Bit n is 1 for pin n. */
  uint32_t pins() const;
};
static_assert(sizeof(SetUp) == 21, "without gaps");

constexpr uint8_t mostButtonBytes = 8;

/** Takes bytes to the display over the wires of a set-up. It knows no chip. */
class Bus {
 public:
  explicit Bus(Twi &twi) : twi_(twi) {}

  /** Takes the pins in their idle state. */
  void open(const SetUp &setUp);
  /** Leaves the pins alone. */
  void close();

  /** @return false when the chip can acknowledge and did not */
  bool transfer(const uint8_t *bytes, uint8_t count);

  /** Reads the buttons. */
  void readButtons(uint8_t *bytes);

 private:
  void shiftOut(uint8_t byte);
  uint8_t shiftIn();
  bool twoWireByte(uint8_t byte);
  bool twoWires(const uint8_t *bytes, uint8_t count);
  void letGo(const Line &line);
  void pull(const Line &line);
  void half() const;

  Twi &twi_;
  SetUp setUp_ = {};
  Line data_, clock_, select_;
};

}  // namespace counter
