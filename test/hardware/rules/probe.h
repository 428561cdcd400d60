#pragma once

// The rules in the headers, one question a line:
//   number <digits of the display> <count, - when unknown>   the text, and its segments in hex
//   pointless <digits of the display> <count>                the same where there are no points
//   pause <fresh> <age ms> <now ms>                          whether the digits are dark for that
//   refresh <segments in hex> <intensity> <on>               the bytes for the chip in hex
//   minute <seconds since 1970> <zone>                       minutes since local midnight
//   level <seconds since 1970> <dimming>                     step of brightness, -1 for dark
//   sign <fresh> <age ms> <now ms>                           whether the rightmost point is lit
//   celebration <segments in hex> <elapsed ms>               the segments in their place, in hex
//   milestone of <count>                                     the greatest up to it, 0 below 10
//   reading of <text, a bar for a line break>                count, stale, as of, every ms
// What the headers refuse is answered by `refused`.
#include <stdlib.h>

#include "visitor_counter.h"

namespace probe {

/** An answer as it grows; nothing of stdio, which on an AVR knows no 64 bits. */
class Answer {
 public:
  const char *characters() const { return characters_; }

  Answer &add(const char *text) {
    for (; *text != '\0' && length_ < sizeof(characters_) - 1; ++text)
      characters_[length_++] = *text;
    return *this;
  }

  Answer &addHex(uint8_t byte) {
    static const char figures[] = "0123456789abcdef";
    const char text[] = {figures[byte >> 4], figures[byte & 15], '\0'};
    return add(text);
  }

  Answer &addNumber(int64_t value) {
    char text[24] = {};
    size_t next = sizeof(text) - 1;
    int64_t rest = value < 0 ? -value : value;
    do text[--next] = static_cast<char>('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (value < 0) text[--next] = '-';
    return add(text + next);
  }

 private:
  char characters_[96] = {};
  size_t length_ = 0;
};

inline uint64_t numberOf(const char *text) {
  uint64_t value = 0;
  for (; *text >= '0' && *text <= '9'; ++text) {
    value = value * 10 + static_cast<uint8_t>(*text - '0');
  }
  return value;
}

inline uint8_t hexOf(const char *text) {
  const char byte[] = {text[0], text[1], '\0'};
  return static_cast<uint8_t>(strtoul(byte, nullptr, 16));
}

inline Answer number(uint8_t digits, const char *figures, bool points) {
  visitor_counter::Count count = {};
  const bool known = strcmp(figures, "-") != 0;
  if (known && !visitor_counter::parseCount(figures, strlen(figures), count)) {
    return Answer().add("refused");
  }
  const visitor_counter::NumberText text = visitor_counter::numberText(count, digits, points);
  uint8_t segments[visitor_counter::maxDigits];
  visitor_counter::toSegments(text.characters(), segments, digits);
  Answer answer;
  answer.add(text.characters()).add("|");
  for (uint8_t place = 0; place < digits; ++place) answer.addHex(segments[place]);
  return answer;
}

inline Answer refresh(const char *hex, uint8_t intensity, bool on) {
  visitor_counter::Frame frame = {};
  for (uint8_t place = 0; place < visitor_counter::displayDigits; ++place) {
    frame.segments[place] = hexOf(hex + 2 * place);
  }
  frame.intensity = intensity;
  frame.on = on;
  Answer answer;
  const visitor_counter::Word first = visitor_counter::darkFirst;
  answer.addHex(first.address).addHex(first.data);
  const visitor_counter::Refresh all = visitor_counter::refresh(frame);
  for (const visitor_counter::Word &word : all.words)
    answer.addHex(word.address).addHex(word.data);
  return answer;
}

inline Answer minute(uint32_t utcSeconds, const char *text) {
  visitor_counter::Zone zone = {};
  if (!visitor_counter::parseZone(visitor_counter::TextReader(text, strlen(text)), zone)) {
    return Answer().add("refused");
  }
  return Answer().addNumber(visitor_counter::minuteOfDay(zone, utcSeconds));
}

inline Answer level(uint32_t utcSeconds, const char *text) {
  visitor_counter::Dimming dimming = visitor_counter::usualDimming();
  if (!visitor_counter::parseDimming(text, strlen(text), dimming)) return Answer().add("refused");
  return Answer().addNumber(visitor_counter::levelAt(dimming, utcSeconds));
}

inline Answer celebration(const char *hex, uint32_t elapsedMs) {
  const uint8_t digits = static_cast<uint8_t>(strlen(hex) / 2);
  uint8_t segments[visitor_counter::maxDigits];
  for (uint8_t place = 0; place < digits; ++place) segments[place] = hexOf(hex + 2 * place);
  visitor_counter::celebrate(segments, digits, elapsedMs);
  Answer answer;
  for (uint8_t place = 0; place < digits; ++place) answer.addHex(segments[place]);
  return answer;
}

inline Answer reading(char *text) {
  for (char *next = text; *next != '\0'; ++next) {
    if (*next == '|') *next = '\n';
  }
  visitor_counter::Reading read = {};
  if (!visitor_counter::parseReading(text, strlen(text), read)) return Answer().add("refused");
  Answer answer;
  answer.add(read.count.figures).add(read.stale ? " 1 " : " 0 ");
  return answer.addNumber(read.asOf).add(" ").addNumber(read.everyMs);
}

/** @param line is taken apart */
inline Answer answer(char *line) {
  const char *question = strtok(line, " ");
  const char *first = strtok(nullptr, " ");
  char *rest = strtok(nullptr, "");
  if (question == nullptr || first == nullptr || rest == nullptr) abort();
  const char *second = strchr(rest, ' ');
  const uint8_t digits = static_cast<uint8_t>(numberOf(first));
  if (strcmp(question, "number") == 0) return number(digits, rest, true);
  if (strcmp(question, "pointless") == 0) return number(digits, rest, false);
  if (strcmp(question, "minute") == 0) return minute(static_cast<uint32_t>(numberOf(first)), rest);
  if (strcmp(question, "level") == 0) return level(static_cast<uint32_t>(numberOf(first)), rest);
  if (strcmp(question, "reading") == 0) return reading(rest);
  if (strcmp(question, "celebration") == 0) {
    return celebration(first, static_cast<uint32_t>(numberOf(rest)));
  }
  if (strcmp(question, "milestone") == 0) {
    return Answer().addNumber(
        static_cast<int64_t>(visitor_counter::milestoneUpTo(numberOf(rest))));
  }
  if (second == nullptr) abort();
  if (strcmp(question, "refresh") == 0) {
    return refresh(first, static_cast<uint8_t>(numberOf(rest)), second[1] == '1');
  }
  const bool fresh = first[0] == '1';
  if (strcmp(question, "pause") == 0) {
    const bool dark = visitor_counter::isPaused(fresh, numberOf(rest), numberOf(second + 1));
    return Answer().addNumber(dark ? 1 : 0);
  }
  if (strcmp(question, "sign") != 0) abort();
  const bool lit = visitor_counter::statusSign(fresh, numberOf(rest), numberOf(second + 1));
  return Answer().addNumber(lit ? 1 : 0);
}

}  // namespace probe
