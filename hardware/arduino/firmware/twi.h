#pragma once

#include <stdint.h>

namespace counter {

/** The two-wire interface as the only master of an I2C bus, at 100 kHz. Nothing here waits for ever. */
class Twi {
 public:
  /** Takes the pins A4 and A5, with their pull-ups. */
  void start();

  /** @return whether the chip acknowledged its address and each byte */
  bool write(uint8_t address, const uint8_t *bytes, uint8_t count);

  /** The same in steps: begin, bytes, end. */
  bool begin(uint8_t address, bool reading);
  bool sendByte(uint8_t byte);
  void end();

  /**
   * Reads after a write of the register, if there is one.
   *
   * @param reg -1 for none
   * @param keepBus to say the register and read in one transaction, without a stop between
   * @return whether all bytes were read
   */
  bool read(uint8_t address, int16_t reg, bool keepBus, uint8_t *bytes, uint8_t count);

 private:
  bool action(uint8_t control, uint8_t expected, uint8_t alternative);
  void recover();
};

}  // namespace counter
