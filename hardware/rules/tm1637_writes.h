#pragma once

#include "chip_writes.h"
#include "frame.h"

// The writes of device/displays/tm1637.ts, in its order: bytes with the lowest bit first, between a
// start and a stop.
namespace visitor_counter {
namespace tm1637 {

constexpr uint8_t mostDigits = 6;

// Commands, TM1637 data sheet (V2.4).
constexpr uint8_t writeFixedAddress = 0x44;
constexpr uint8_t displayControl = 0x80;
constexpr uint8_t displayOn = 0x08;
constexpr uint8_t address = 0xc0;
constexpr uint8_t mostIntensity = 7;

/** The registers hold anything after power-on: dark first. */
constexpr uint8_t darkFirst = displayControl;

/** @param order the chip's own position of each place, leftmost first */
inline Writes<mostDigits + 2> refresh(const Frame &frame, uint8_t digits, const uint8_t *order) {
  Writes<mostDigits + 2> writes = {};
  writes.add(writeFixedAddress);
  for (uint8_t place = 0; place < digits; ++place) {
    append(writes.add(static_cast<uint8_t>(address | order[place])),
           lowBitFirst(frame.segments[place]));
  }
  const uint8_t intensity = frame.intensity < mostIntensity ? frame.intensity : mostIntensity;
  writes.add(static_cast<uint8_t>(displayControl | (frame.on ? displayOn : 0) | intensity));
  return writes;
}

}  // namespace tm1637
}  // namespace visitor_counter
