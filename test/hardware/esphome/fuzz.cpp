// Throws at a desk whatever MQTT and HTTP may bring, each text on a heap of exactly its size, and
// flash that holds anything: fuzz <rounds> <seed>.
#include <stdio.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "desk.h"

namespace {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2 + 1) {}

  /** From 0 to below the limit, by xorshift64*. */
  size_t below(size_t limit) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<size_t>((state_ * 0x2545f4914f6cdd1dULL) >> 33) % limit;
  }

 private:
  uint64_t state_;
};

const char *const seeds[] = {
    "",
    "1234\n",
    "9007199254740991",
    "9007199254740992",
    "{\"value\":16777217,\"metric\":\"visitors\",\"period\":\"total\",\"site\":\"www.example.com\","
    "\"asOf\":\"2026-11-28T19:45:14.123Z\",\"stale\":false,\"everyMs\":5000}",
    "{\"value\":\"77\",\"stale\":true,\"nested\":{\"value\":[1,{\"a\":\"}\"}]}}",
    "{\"type\":\"about:blank\",\"title\":\"Not found\",\"status\":404}",
    "<!doctype html><html><head><title>502 Bad Gateway</title></head></html>",
    "nan",
    "unavailable",
};
const char alphabet[] = "0123456789-+.,:/=<> MEeofnCST{}[]\"\\\n\0\x80\xff";

std::vector<char> anyText(Random &random) {
  const char *seed = seeds[random.below(sizeof(seeds) / sizeof(seeds[0]))];
  std::vector<char> text(seed, seed + strlen(seed));
  // An answer that was cut off.
  if (random.below(4) == 0) text.resize(random.below(text.size() + 1));
  for (size_t changes = random.below(4); changes > 0; --changes) {
    const char character = alphabet[random.below(sizeof(alphabet) - 1)];
    const size_t at = random.below(text.size() + 1);
    if (at < text.size() && random.below(2) == 0) text[at] = character;
    else text.insert(text.begin() + static_cast<ptrdiff_t>(at), character);
  }
  text.shrink_to_fit();
  return text;
}

void require(bool holds, const char *what, const std::vector<char> &text) {
  if (holds) return;
  fprintf(stderr, "%s: \"%.*s\"\n", what, static_cast<int>(text.size()), text.data());
  exit(1);
}

bool isNumber(const visitor_counter::Count &count) {
  visitor_counter::Count again = {};
  return visitor_counter::parseCount(count.figures, strlen(count.figures), again);
}

void round(Random &random, visitor_counter::Desk &desk, uint64_t nowMs) {
  visitor_counter::LocalInstant now = {};
  now.uptimeMs = nowMs;
  now.hasCalendar = random.below(2) == 0;
  now.utcSeconds = static_cast<uint32_t>(random.below(0xffffffff));
  now.minuteOfDay = static_cast<int32_t>(random.below(1440));

  const std::vector<char> text = anyText(random);
  const visitor_counter::Count before = desk.count();
  const uint8_t index = static_cast<uint8_t>(random.below(5));
  const bool taken = desk.hear(index, text.data(), text.size(), now);
  const bool same = strcmp(before.figures, desk.count().figures) == 0;
  require(taken || same, "changed by what it refused", text);
  require(!isKnown(desk.count()) || isNumber(desk.count()), "no number", text);

  if (random.below(8) == 0) desk.setOnline(random.below(2) == 0);
  if (random.below(8) == 0) desk.choose(static_cast<uint8_t>(random.below(256)));
  if (random.below(8) == 0) desk.setLevel(static_cast<int16_t>(random.below(64)) - 8);
  if (random.below(64) == 0) {
    visitor_counter::Memory memory = desk.memory();
    uint8_t *bytes = reinterpret_cast<uint8_t *>(&memory);
    for (size_t changes = random.below(sizeof(memory)); changes > 0; --changes) {
      bytes[random.below(sizeof(memory))] = static_cast<uint8_t>(random.below(256));
    }
    desk.recall(memory);
    require(!isKnown(desk.count()) || isNumber(desk.count()), "recalls no number", text);
  }
  if (desk.isSaveDue(nowMs)) desk.saved(nowMs);
  const uint8_t digits = static_cast<uint8_t>(1 + random.below(8));
  const visitor_counter::Frame frame = desk.look(digits, now);
  require(frame.intensity <= visitor_counter::brightest, "no step of brightness", text);
  for (size_t place = digits; place < visitor_counter::maxDigits; ++place) {
    require(frame.segments[place] == 0, "lit beyond its digits", text);
  }
}

}  // namespace

int main(int count, char **arguments) {
  if (count != 3) return 2;
  Random random(strtoull(arguments[2], nullptr, 10));
  visitor_counter::Desk desk;
  visitor_counter::Dimming dimming = visitor_counter::usualDimming();
  const char windows[] = "22:00-07:00=off,19:00-22:00=1";
  visitor_counter::parseDimming(windows, strlen(windows), dimming);
  desk.begin(4, 150000, dimming);
  const unsigned long long rounds = strtoull(arguments[1], nullptr, 10);
  for (unsigned long long i = 0; i < rounds; ++i) round(random, desk, i * 1000);
}
