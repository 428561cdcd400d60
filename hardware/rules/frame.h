#pragma once

#include <stdint.h>
#include <string.h>

#include "number_text.h"

namespace visitor_counter {

/** What a display of at most 8 digits shows. */
struct Frame {
  /** One byte a digit, leftmost first; bits 7..0 are DP A B C D E F G. */
  uint8_t segments[maxDigits];
  /** Step of brightness from 0 to 15. */
  uint8_t intensity;
  /** Dark as a whole, which is not the same as the dimmest step. */
  bool on;
};

inline bool sameFrame(const Frame &a, const Frame &b) {
  return memcmp(a.segments, b.segments, maxDigits) == 0 && a.intensity == b.intensity &&
         a.on == b.on;
}

}  // namespace visitor_counter
