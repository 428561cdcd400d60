#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace visitor_counter {

/** The largest count that a bridge has: 2^53 - 1, JavaScript's last safe integer. */
constexpr char largestCount[] = "9007199254740991";
constexpr size_t maxFigures = sizeof(largestCount) - 1;

/** A count as its decimal figures without leading zeros; empty while none is known. */
struct Count {
  char figures[maxFigures + 1];
};

inline bool isKnown(const Count &count) { return count.figures[0] != '\0'; }

/**
 * Reads a whole number from 0 to 2^53 - 1 in plain digits. Of anything else (a sign, a space, a
 * point, a leading zero, JSON) nothing is taken: it returns false and leaves the count as it is.
 */
inline bool parseCount(const char *text, size_t length, Count &count) {
  if (length == 0 || length > maxFigures || (text[0] == '0' && length > 1)) return false;
  for (size_t i = 0; i < length; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  if (length == maxFigures && memcmp(text, largestCount, maxFigures) > 0) return false;
  memset(count.figures, 0, sizeof(count.figures));
  memcpy(count.figures, text, length);
  return true;
}

/**
 * As the cloud is told: the count, 2147483647 for that and all above it, -1 while none is known.
 */
inline int32_t answerOf(const Count &count) {
  if (!isKnown(count)) return -1;
  int32_t value = 0;
  for (const char *figure = count.figures; *figure != '\0'; ++figure) {
    const int32_t digit = *figure - '0';
    if (value > (INT32_MAX - digit) / 10) return INT32_MAX;
    value = value * 10 + digit;
  }
  return value;
}

}  // namespace visitor_counter
