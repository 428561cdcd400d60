#pragma once

#include "chip_writes.h"
#include "frame.h"

// A TM1638 with 8 digits: bytes with the lowest bit first, while its strobe is low. Its LEDs stay
// dark, its keys are not asked.
namespace visitor_counter {
namespace tm1638 {

constexpr uint8_t digits = 8;

// Commands, TM1638 data sheet (V1.3).
constexpr uint8_t writeAutoIncrement = 0x40;
constexpr uint8_t displayControl = 0x80;
constexpr uint8_t displayOn = 0x08;
constexpr uint8_t address = 0xc0;
constexpr uint8_t mostIntensity = 7;

/** The registers hold anything after power-on: dark first. */
constexpr uint8_t darkFirst = displayControl;

/** Two registers a digit: segments 1 to 8, and 9 to 10, to which modules connect a LED. */
inline Writes<3> refresh(const Frame &frame) {
  Writes<3> writes = {};
  writes.add(writeAutoIncrement);
  Write &grids = writes.add(address);
  for (uint8_t place = 0; place < digits; ++place) {
    append(grids, lowBitFirst(frame.segments[place]));
    append(grids, 0);
  }
  const uint8_t intensity = frame.intensity < mostIntensity ? frame.intensity : mostIntensity;
  writes.add(static_cast<uint8_t>(displayControl | (frame.on ? displayOn : 0) | intensity));
  return writes;
}

}  // namespace tm1638
}  // namespace visitor_counter
