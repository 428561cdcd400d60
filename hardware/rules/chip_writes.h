#pragma once

#include <stddef.h>
#include <stdint.h>

namespace visitor_counter {

/** One write to a chip, from its start to its stop. */
struct Write {
  uint8_t length;
  uint8_t bytes[17];
};

/** Writes that follow each other. */
template <size_t most>
struct Writes {
  size_t count;
  Write each[most];

  /** A write of one byte, a command. */
  Write &add(uint8_t command) {
    Write &write = each[count++];
    write.bytes[write.length++] = command;
    return write;
  }
};

inline void append(Write &write, uint8_t byte) { write.bytes[write.length++] = byte; }

/**
 * Segments for chips that count from the other end: bit 0 is A ... bit 6 is G, bit 7 the point.
 */
inline uint8_t lowBitFirst(uint8_t segments) {
  uint8_t mirrored = segments & 0x80;
  for (uint8_t bit = 0; bit < 7; ++bit) {
    if (segments >> bit & 1) mirrored = static_cast<uint8_t>(mirrored | 0x40 >> bit);
  }
  return mirrored;
}

}  // namespace visitor_counter
