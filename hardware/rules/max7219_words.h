#pragma once

#include <stddef.h>
#include <stdint.h>

#include "frame.h"

// The register writes of device/displays/max7219.ts, in its order.
namespace visitor_counter {

/** Digits of the module, from 1 to 8. Register 1 is the rightmost, as on the usual modules. */
constexpr uint8_t displayDigits = 8;
static_assert(displayDigits >= 1 && displayDigits <= maxDigits, "a MAX7219 has 1 to 8 digits");

/** Most significant bit first, latched when chip select rises behind its 16 bits. */
struct Word {
  uint8_t address;
  uint8_t data;
};

// Register addresses, MAX7219 data sheet (19-4452) table 2.
constexpr uint8_t regDigit0 = 0x1;
constexpr uint8_t regDecodeMode = 0x9;
constexpr uint8_t regIntensity = 0xa;
constexpr uint8_t regScanLimit = 0xb;
constexpr uint8_t regShutdown = 0xc;
constexpr uint8_t regDisplayTest = 0xf;

/** The chip as it wakes up would flash what an earlier program left in it: dark first. */
constexpr Word darkFirst = {regShutdown, 0};

/** All that makes a chip show a frame: it cannot be read, so that all of its state is written. */
struct Refresh {
  static constexpr size_t count = 4 + displayDigits + 1;
  Word words[count];
};

inline Refresh refresh(const Frame &frame) {
  Refresh all = {};
  size_t next = 0;
  all.words[next++] = {regDisplayTest, 0};
  all.words[next++] = {regDecodeMode, 0};
  all.words[next++] = {regScanLimit, displayDigits - 1};
  all.words[next++] = {regIntensity, frame.intensity};
  for (uint8_t place = 0; place < displayDigits; ++place) {
    const uint8_t address = static_cast<uint8_t>(regDigit0 + displayDigits - 1 - place);
    all.words[next++] = {address, frame.segments[place]};
  }
  all.words[next++] = {regShutdown, static_cast<uint8_t>(frame.on ? 1 : 0)};
  return all;
}

}  // namespace visitor_counter
