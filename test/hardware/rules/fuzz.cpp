// Throws texts at everything that takes one from outside, each on a heap of exactly its size, so
// that the address sanitizer sees a read beyond it: fuzz <rounds> <seed>.
#include <stdio.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "remembered.h"
#include "visitor_counter.h"

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
    "0",
    "1234",
    "9007199254740991",
    "9007199254740992",
    "-1",
    "1e3",
    "007",
    "{\"value\":12}",
    "{\"value\":12,\"asOf\":\"2026-11-28T19:45:14.123Z\",\"stale\":false,\"everyMs\":5000}",
    " {\"a\":[{\"b\":\"]\\\"\"}], \"value\" : \"77\" }\n",
    " 42\r\n",
    "off",
    "15",
    "none",
    "22:00-07:00=off",
    "22:00-07:00=off,19:00-22:00=1 CET-1CEST,M3.5.0,M10.5.0/3",
    "00:00-00:00=0 <+0330>-3:30",
    "01:00-02:00=3 IST-2IDT,M3.4.4/26,M10.5.0",
};
const char alphabet[] = "0123456789-+.,:/=<> MEeofnCST{}[]\"\\\n\0\x80\xff";

std::vector<char> anyText(Random &random) {
  const char *seed = seeds[random.below(sizeof(seeds) / sizeof(seeds[0]))];
  std::vector<char> text(seed, seed + strlen(seed));
  for (size_t changes = random.below(4); changes > 0; --changes) {
    const char character = alphabet[random.below(sizeof(alphabet) - 1)];
    const size_t at = random.below(text.size() + 1);
    const size_t kind = random.below(3);
    if (kind == 0) {
      text.insert(text.begin() + static_cast<ptrdiff_t>(at), character);
    } else if (at < text.size()) {
      if (kind == 1) text[at] = character;
      else text.erase(text.begin() + static_cast<ptrdiff_t>(at));
    }
  }
  text.shrink_to_fit();
  return text;
}

/** The rule in other words: it is what a number up to 2^53 - 1 prints as. */
bool isCount(const std::vector<char> &text) {
  if (text.empty() || text.size() > 19) return false;
  for (const char character : text) {
    if (character < '0' || character > '9') return false;
  }
  const std::string digits(text.begin(), text.end());
  const unsigned long long value = std::stoull(digits);
  return value <= 9007199254740991ULL && std::to_string(value) == digits;
}

void require(bool holds, const char *what, const std::vector<char> &text) {
  if (holds) return;
  fprintf(stderr, "%s: \"%.*s\"\n", what, static_cast<int>(text.size()), text.data());
  exit(1);
}

void round(Random &random, visitor_counter::VisitorCounter &counter, uint64_t nowMs) {
  const std::vector<char> text = anyText(random);

  const visitor_counter::Count before = counter.count();
  const bool taken = counter.show(text.data(), text.size(), {nowMs, false, 0}) >= 0;
  require(taken == isCount(text), "taken or refused wrongly", text);
  const bool same = strcmp(before.figures, counter.count().figures) == 0;
  require(taken || same, "changed by what it refused", text);
  for (uint8_t digits = 1; digits <= visitor_counter::maxDigits; ++digits) {
    const visitor_counter::NumberText shown = visitor_counter::numberText(counter.count(), digits);
    const size_t points = strchr(shown.characters(), '.') == nullptr ? 0 : 1;
    const size_t length = strlen(shown.characters()) - points;
    require(length == digits, "does not fill the digits", text);
  }

  visitor_counter::Reading reading = {};
  const bool read = visitor_counter::parseReading(text.data(), text.size(), reading);
  visitor_counter::Count again = {};
  const size_t figures = strlen(reading.count.figures);
  const bool isValue = visitor_counter::parseCount(reading.count.figures, figures, again);
  require(read == isValue, "a reading without a count", text);
  require(!taken || read, "a count is no reading", text);

  visitor_counter::Dimming dimming = counter.dimming();
  visitor_counter::parseBrightness(text.data(), text.size(), dimming);
  visitor_counter::parseDimming(text.data(), text.size(), dimming);
  counter.dim(dimming);
  const uint32_t utcSeconds = static_cast<uint32_t>(random.below(0xffffffff));
  const visitor_counter::Level level = visitor_counter::levelAt(dimming, utcSeconds);
  const bool isStep = level >= visitor_counter::off && level <= visitor_counter::brightest;
  require(isStep, "no step of brightness", text);
  const visitor_counter::Frame frame = counter.look({nowMs, true, utcSeconds});
  require(frame.intensity <= visitor_counter::brightest, "no intensity", text);

  visitor_counter::Remembered<visitor_counter::Count> remembered =
      visitor_counter::toRemember(counter.count());
  require(visitor_counter::isWhole(remembered), "does not know its own memory", text);
  const size_t torn = random.below(sizeof(visitor_counter::Count));
  char &figure = remembered.value.figures[torn];
  figure = static_cast<char>(figure ^ (1 << random.below(8)));
  require(!visitor_counter::isWhole(remembered), "takes a torn memory", text);
}

}  // namespace

int main(int count, char **arguments) {
  if (count != 3) return 2;
  Random random(strtoull(arguments[2], nullptr, 10));
  visitor_counter::VisitorCounter counter;
  const unsigned long long rounds = strtoull(arguments[1], nullptr, 10);
  for (unsigned long long i = 0; i < rounds; ++i) round(random, counter, i * 1000);
}
