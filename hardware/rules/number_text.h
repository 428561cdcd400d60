#pragma once

#include <stdint.h>
#include <string.h>

#include "count.h"

// The rules of device/face/number.ts, for a display of at most 8 digits.
namespace visitor_counter {

constexpr uint8_t maxDigits = 8;

/** What the digits read: a character a digit, of which one at most has a point after it. */
class NumberText {
 public:
  const char *characters() const { return characters_; }

  void append(char character) {
    if (length_ < maxDigits + 1) characters_[length_++] = character;
  }

  void append(const char *characters, size_t length) {
    for (size_t i = 0; i < length; ++i) append(characters[i]);
  }

  void repeat(char character, size_t times) {
    for (size_t i = 0; i < times; ++i) append(character);
  }

 private:
  char characters_[maxDigits + 2] = {};
  size_t length_ = 0;
};

/** What stands for a number that is not known. */
inline NumberText dashes(uint8_t digits) {
  NumberText text;
  text.repeat('-', digits);
  return text;
}

inline int exponentFigures(int exponent) { return exponent < 10 ? 1 : 2; }

inline void appendExponent(NumberText &text, int exponent) {
  text.append('E');
  if (exponent >= 10) text.append(static_cast<char>('0' + exponent / 10));
  text.append(static_cast<char>('0' + exponent % 10));
}

/**
 * A number that is too long, shortened downwards. Exponents go in steps of three unless too few
 * places are left for the figures before the point; without points they follow whole figures.
 */
inline NumberText shortened(const char *figures, int length, int digits, bool points) {
  NumberText text;
  const int engineering = (length - 1) / 3 * 3;
  const int places = digits - 1 - exponentFigures(engineering);
  const int whole = length - engineering;
  if (places >= whole && !points) {
    text.repeat(' ', static_cast<size_t>(places - whole));
    text.append(figures, static_cast<size_t>(whole));
    appendExponent(text, engineering);
    return text;
  }
  if (places >= whole) {
    text.append(figures, static_cast<size_t>(whole));
    if (places > whole) text.append('.');
    text.append(figures + whole, static_cast<size_t>(places - whole));
    appendExponent(text, engineering);
    return text;
  }
  for (int exponent = length - 1; exponent > 0; --exponent) {
    const int kept = length - exponent;
    if (kept + 1 + exponentFigures(exponent) == digits) {
      text.append(figures, static_cast<size_t>(kept));
      appendExponent(text, exponent);
      return text;
    }
  }
  return dashes(static_cast<uint8_t>(digits));
}

/**
 * A count as so many digits show it: exact, right-aligned, padded with blanks; one that is too long
 * as `1.234E6`, which is never above it; dashes where not even that fits, and while no count is
 * known.
 *
 * @param points whether the display has any: where it has none, `1.2E6` would read `12E6`
 */
inline NumberText numberText(const Count &count, uint8_t digits, bool points = true) {
  if (!isKnown(count)) return dashes(digits);
  const size_t length = strlen(count.figures);
  if (length > digits) return shortened(count.figures, static_cast<int>(length), digits, points);
  NumberText text;
  text.repeat(' ', digits - length);
  text.append(count.figures, length);
  return text;
}

}  // namespace visitor_counter
