#pragma once

#include <stdint.h>

#include "count.h"

// The rules of device/face/milestones.ts: which numbers are celebrated, and how that looks.
namespace visitor_counter {

/** A count as a number; 0 while none is known. */
inline uint64_t valueOf(const Count &count) {
  uint64_t value = 0;
  for (const char *figure = count.figures; *figure != '\0'; ++figure) {
    value = value * 10 + static_cast<uint8_t>(*figure - '0');
  }
  return value;
}

/** The greatest of 1, 2 and 5 times a power of ten, from 10, at or below a number; 0 below 10. */
inline uint64_t milestoneUpTo(uint64_t value) {
  if (value < 10) return 0;
  uint64_t power = 10;
  while (value / power >= 10) power *= 10;
  return power * (value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1);
}

constexpr uint32_t chaseMs = 5000;
constexpr uint32_t chaseStepMs = 100;
constexpr uint32_t celebrationBlinks = 3;
constexpr uint32_t celebrationBlinkMs = 400;
/** From the first lit bar to the last blink. */
constexpr uint32_t celebrationMs = chaseMs + celebrationBlinks * 2 * celebrationBlinkMs;

/**
 * Segments of a celebration in place of those of the number: a light that runs through the digits,
 * then three blinks of the number.
 */
inline void celebrate(uint8_t *segments, uint8_t digits, uint32_t elapsedMs) {
  // The bars around a digit, one after the other: A to F.
  static const uint8_t bars[6] = {0x40, 0x20, 0x10, 0x08, 0x04, 0x02};
  if (elapsedMs >= celebrationMs) return;
  if (elapsedMs >= chaseMs && (elapsedMs - chaseMs) / celebrationBlinkMs % 2 != 0) return;
  memset(segments, 0, digits);
  if (elapsedMs >= chaseMs) return;
  const uint32_t step = elapsedMs / chaseStepMs;
  segments[step % digits] = bars[step / digits % 6];
}

}  // namespace visitor_counter
