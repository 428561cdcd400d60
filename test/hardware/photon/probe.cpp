// The rules in the headers, one question a line:
//   number <digits of the display> <count, - when unknown>   the text, and its segments in hex
//   refresh <segments in hex> <intensity> <on>               the bytes for the chip in hex
//   minute <seconds since 1970> <zone>                       minutes since local midnight
//   level <seconds since 1970> <dimming>                     step of brightness, -1 for dark
//   sign <remembered> <age ms> <now ms>                      whether the rightmost point is lit
// What the headers refuse is answered by `refused`.
#include <stdio.h>
#include <stdlib.h>

#include "visitor_counter.h"

namespace {

void number(uint8_t digits, const char *figures) {
  desk::Count count = {};
  if (strcmp(figures, "-") != 0 && !desk::parseCount(figures, strlen(figures), count)) {
    puts("refused");
    return;
  }
  const desk::NumberText text = desk::numberText(count, digits);
  uint8_t segments[desk::maxDigits];
  desk::toSegments(text.characters(), segments, digits);
  printf("%s|", text.characters());
  for (uint8_t place = 0; place < digits; ++place) printf("%02x", segments[place]);
  puts("");
}

void refresh(const char *hex, int intensity, bool on) {
  desk::Frame frame = {};
  for (uint8_t place = 0; place < desk::displayDigits; ++place) {
    const char byte[] = {hex[2 * place], hex[2 * place + 1], '\0'};
    frame.segments[place] = static_cast<uint8_t>(strtoul(byte, nullptr, 16));
  }
  frame.intensity = static_cast<uint8_t>(intensity);
  frame.on = on;
  printf("%02x%02x", desk::darkFirst.address, desk::darkFirst.data);
  const desk::Refresh all = desk::refresh(frame);
  for (const desk::Word &word : all.words) printf("%02x%02x", word.address, word.data);
  puts("");
}

void minute(uint32_t utcSeconds, const char *text) {
  desk::Zone zone = {};
  if (!desk::parseZone(desk::TextReader(text, strlen(text)), zone)) {
    puts("refused");
    return;
  }
  printf("%d\n", desk::minuteOfDay(zone, utcSeconds));
}

void level(uint32_t utcSeconds, const char *text) {
  desk::Dimming dimming = desk::usualDimming();
  if (!desk::parseDimming(text, strlen(text), dimming)) {
    puts("refused");
    return;
  }
  printf("%d\n", desk::levelAt(dimming, utcSeconds));
}

}  // namespace

int main() {
  static char line[4096];
  while (fgets(line, sizeof(line), stdin) != nullptr) {
    line[strcspn(line, "\n")] = '\0';
    char *question = strtok(line, " ");
    char *first = strtok(nullptr, " ");
    char *rest = strtok(nullptr, "");
    if (question == nullptr || first == nullptr || rest == nullptr) abort();
    if (strcmp(question, "number") == 0) {
      number(static_cast<uint8_t>(atoi(first)), rest);
    } else if (strcmp(question, "refresh") == 0) {
      char *on = strchr(rest, ' ');
      refresh(first, atoi(rest), on != nullptr && on[1] == '1');
    } else if (strcmp(question, "minute") == 0) {
      minute(static_cast<uint32_t>(strtoul(first, nullptr, 10)), rest);
    } else if (strcmp(question, "level") == 0) {
      level(static_cast<uint32_t>(strtoul(first, nullptr, 10)), rest);
    } else if (strcmp(question, "sign") == 0) {
      char *nowMs = strchr(rest, ' ');
      if (nowMs == nullptr) abort();
      const uint64_t ageMs = strtoull(rest, nullptr, 10);
      printf("%d\n", desk::statusSign(first[0] == '1', ageMs, strtoull(nowMs, nullptr, 10)));
    } else {
      abort();
    }
  }
}
