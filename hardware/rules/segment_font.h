#pragma once

#include <stdint.h>

// Those glyphs of device/face/font.ts that a number needs. Bits 7..0 are DP A B C D E F G.
namespace visitor_counter {

constexpr uint8_t decimalPoint = 0x80;

inline uint8_t glyph(char character) {
  static const uint8_t figures[10] = {
      0x7e, 0x30, 0x6d, 0x79, 0x33, 0x5b, 0x5f, 0x70, 0x7f, 0x7b,
  };
  if (character >= '0' && character <= '9') return figures[character - '0'];
  if (character == '-') return 0x01;
  if (character == 'E') return 0x4f;
  return 0;
}

/** A text as so many segment bytes; a point shares the place of the character before it. */
inline void toSegments(const char *text, uint8_t *segments, uint8_t digits) {
  uint8_t place = 0;
  for (; *text != '\0'; ++text) {
    if (*text == '.' && place > 0) {
      segments[place - 1] = static_cast<uint8_t>(segments[place - 1] | decimalPoint);
    } else if (place < digits) {
      segments[place++] = glyph(*text);
    }
  }
  while (place < digits) segments[place++] = 0;
}

}  // namespace visitor_counter
