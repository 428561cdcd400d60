#pragma once

#include "chip_writes.h"
#include "frame.h"

// The writes of device/displays/ht16k33.ts for one backpack of 4 digits, in its order.
namespace visitor_counter {
namespace ht16k33 {

constexpr uint8_t digits = 4;

// Commands, HT16K33 data sheet (rev. 1.10), "Command Summary".
constexpr uint8_t oscillatorOn = 0x21;
constexpr uint8_t displaySetup = 0x80;
constexpr uint8_t displayOn = 0x01;
constexpr uint8_t rowIntSet = 0xa0;
constexpr uint8_t dimmingSet = 0xe0;
constexpr uint8_t ram = 0x00;

/** Without its oscillator the chip takes no other command. Dark, as its memory holds anything. */
inline Writes<2> start() {
  Writes<2> writes = {};
  writes.add(oscillatorOn);
  writes.add(displaySetup);
  return writes;
}

inline Writes<5> refresh(const Frame &frame) {
  // Rows 0, 1, 3 and 4 of two bytes each; row 2 is the colon, which stays dark.
  static const uint8_t rows[digits] = {0, 2, 6, 8};
  Writes<5> writes = {};
  writes.add(oscillatorOn);
  writes.add(rowIntSet);
  writes.add(static_cast<uint8_t>(dimmingSet | frame.intensity));
  Write &memory = writes.add(ram);
  memory.length = 10;
  for (uint8_t place = 0; place < digits; ++place) {
    memory.bytes[1 + rows[place]] = lowBitFirst(frame.segments[place]);
  }
  writes.add(static_cast<uint8_t>(displaySetup | (frame.on ? displayOn : 0)));
  return writes;
}

}  // namespace ht16k33
}  // namespace visitor_counter
