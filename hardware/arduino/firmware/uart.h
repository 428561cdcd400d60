#pragma once

#include <stdint.h>

namespace counter {

/** The serial port at 57600 baud: received bytes wait in a buffer of 256, sent ones go out at once. */
class Uart {
 public:
  void start();

  static constexpr int16_t nothing = -1;
  /** Bytes were lost here: the buffer was full, or the line was noisy. */
  static constexpr int16_t gap = -2;

  /** The oldest byte that has come, or one of these. */
  int16_t receive();

  bool hasBytes();

  /** Waits until the byte can go out. */
  void send(uint8_t byte);
};

}  // namespace counter
