#pragma once

#include <stdint.h>

// The rule of device/face/status.ts. A bridge repeats an unchanged number every 15 minutes, so that
// after twice that it is not the site that is quiet.
namespace visitor_counter {

// An `int` of 16 bits ends at 32,767, so that a product of plain numbers would overflow.
constexpr uint64_t minuteMs = 60000;
constexpr uint64_t freshMs = 30 * minuteMs;
constexpr uint64_t longAgoMs = 60 * minuteMs;
constexpr uint64_t blinkMs = 1000;

/**
 * Whether the rightmost point is lit: not while the number is fresh, always once it is not, and
 * blinking slowly when it is older than an hour.
 */
inline bool statusSign(bool fresh, uint64_t ageMs, uint64_t nowMs) {
  return !fresh && (ageMs < longAgoMs || nowMs / blinkMs % 2 == 0);
}

constexpr uint64_t pauseMs = 500;
constexpr uint64_t pauseEveryMs = 4000;

/**
 * Whether the digits are dark, on a display that has no point to light: now and then while the
 * number is old, and every other second when it is older than an hour.
 */
inline bool isPaused(bool fresh, uint64_t ageMs, uint64_t nowMs) {
  if (fresh) return false;
  return ageMs < longAgoMs ? nowMs % pauseEveryMs < pauseMs : nowMs / blinkMs % 2 != 0;
}

}  // namespace visitor_counter
