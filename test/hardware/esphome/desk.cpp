// The whole component on the host, with a clock that stands until it is moved. It is told line by
// line what happens to it, and writes line by line what it does:
//   boot | advance <ms> <step ms> | hear <counter> <text, a bar for a line break> | status <text>
//   epoch <seconds, 0 unset> | show <counter> | brightness <step> | lit <0|1> | i2c <0|1>
//   say <digits> (text, old, intensity, on, count, shown, brightness, lit)
// Arguments: a file in which the flash outlives it (or -), the display, and the configuration:
// brightness, dim, fresh_for in ms, memory key, counters.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <memory>
#include <string>

#include "hub.h"
#include "ht16k33_display.h"
#include "max7219_display.h"
#include "tm1637_display.h"
#include "tm1638_display.h"

namespace {

const char *flashFile;
uint8_t flash[512];
uint8_t unsynced[512];
bool isWritten;
uint32_t memoryKey;
// Five seconds before a clock of 32 bits starts again at 0.
constexpr uint32_t startsAtMs = 4294962296u;
uint64_t nowMs;
uint64_t epochMs;
uint64_t epochSetMs;
bool i2cAnswers = true;
std::string bytes;
std::string wire;

void print(const char *what, const std::string &rest) {
  printf("%s %llu %s\n", what, static_cast<unsigned long long>(nowMs), rest.c_str());
}

std::string hex(const uint8_t *data, size_t length) {
  std::string text;
  for (size_t i = 0; i < length; ++i) {
    char byte[3];
    snprintf(byte, sizeof(byte), "%02x", data[i]);
    text += byte;
  }
  return text;
}

/** `a` is pin 0 that is driven high, `A` is driven low, `0` let go; `b`, `B`, `1` are pin 1. */
class Pin : public esphome::GPIOPin {
 public:
  explicit Pin(int number) : number_(number) {}
  void setup() override { this->isSetUp_ = true; }
  void pin_mode(esphome::gpio::Flags flags) override {
    if (!this->isSetUp_) abort();
    this->isOutput_ = (flags & esphome::gpio::FLAG_OUTPUT) != 0;
    this->change_();
  }
  /** A chip that acknowledges all. */
  bool digital_read() override { return false; }
  void digital_write(bool value) override {
    this->value_ = value;
    this->change_();
  }

 private:
  void change_() {
    const char state = !this->isOutput_ ? '0' : this->value_ ? 'a' : 'A';
    if (state == this->state_) return;
    this->state_ = state;
    wire += static_cast<char>(state + this->number_);
  }

  int number_;
  bool isSetUp_ = false;
  bool isOutput_ = false;
  bool value_ = true;
  char state_ = '0';
};

Pin dio(0);
Pin clk(1);
Pin stb(2);

void flushWire() {
  if (!wire.empty()) print("wire", wire);
  wire.clear();
}

std::unique_ptr<visitor_counter::Display> displayOf(const std::string &name) {
  using namespace visitor_counter;
  if (name == "max7219") return std::make_unique<Max7219Display>();
  if (name == "ht16k33") {
    auto display = std::make_unique<Ht16k33Display>();
    display->set_i2c_address(0x70);
    return display;
  }
  if (name == "tm1638") {
    auto display = std::make_unique<Tm1638Display>();
    display->set_stb_pin(&stb);
    display->set_clk_pin(&clk);
    display->set_dio_pin(&dio);
    return display;
  }
  auto display = std::make_unique<Tm1637Display>();
  display->set_clk_pin(&clk);
  display->set_dio_pin(&dio);
  if (name == "tm1637-4") {
    display->set_digit_order({0, 1, 2, 3});
    display->set_decimal_points(false);
  } else if (name == "tm1637-6") {
    display->set_digit_order({2, 1, 0, 5, 4, 3});
  } else {
    abort();
  }
  return display;
}

void say(visitor_counter::Hub &hub, uint8_t digits) {
  const std::string text = hub.text(digits);
  printf("says [%s] old=%d intensity=%d on=%d count=%s shown=%s brightness=%d lit=%d\n",
         text.c_str(), hub.old(), hub.intensity(), hub.on(), hub.count().c_str(),
         hub.shown().c_str(), hub.brightness(), hub.lit());
}

}  // namespace

namespace esphome {

uint32_t millis() { return static_cast<uint32_t>(nowMs + startsAtMs); }
void delayMicroseconds(uint32_t) {}

static ESPPreferences preferences;
ESPPreferences *global_preferences = &preferences;

void ESPPreferences::made(uint32_t type, bool in_flash) {
  if (!in_flash) abort();
  memoryKey = type;
}

/** The key, and then what was saved under it. */
bool ESPPreferenceObject::save_(const void *source, size_t length) {
  if (length + 5 > sizeof(unsynced)) abort();
  unsynced[0] = 1;
  memcpy(unsynced + 1, &memoryKey, 4);
  memcpy(unsynced + 5, source, length);
  return true;
}

bool ESPPreferenceObject::load_(void *target, size_t length) {
  if (flash[0] != 1 || memcmp(flash + 1, &memoryKey, 4) != 0) return false;
  memcpy(target, flash + 5, length);
  return true;
}

bool ESPPreferences::sync() {
  memcpy(flash, unsynced, sizeof(flash));
  isWritten = true;
  print("saved", "");
  return true;
}

namespace spi {
void select() { bytes.clear(); }
void transfer(uint8_t byte) { bytes += hex(&byte, 1); }
void deselect() { print("spi", bytes); }
}  // namespace spi

i2c::ErrorCode i2c::I2CDevice::write(const uint8_t *data, size_t length) {
  if (!i2cAnswers) return ERROR_NOT_ACKNOWLEDGED;
  print("i2c", hex(&this->address_, 1) + " " + hex(data, length));
  return ERROR_OK;
}

/** An hour east of UTC. */
ESPTime time::RealTimeClock::now() {
  if (epochMs == 0) return {0, 1, 1970, 0};
  const time_t now = static_cast<time_t>((epochMs + nowMs - epochSetMs) / 1000);
  const time_t minute = (now + 3600) / 60 % 1440;
  return {static_cast<uint8_t>(minute % 60), static_cast<uint8_t>(minute / 60), 2026, now};
}

}  // namespace esphome

int main(int count, char **arguments) {
  if (count < 8) return 2;
  flashFile = arguments[1];
  FILE *stored = fopen(flashFile, "rb");
  if (stored != nullptr) {
    if (fread(flash, 1, sizeof(flash), stored) != sizeof(flash)) abort();
    fclose(stored);
  }

  visitor_counter::Hub hub;
  esphome::time::RealTimeClock clock;
  std::unique_ptr<visitor_counter::Display> display = displayOf(arguments[2]);
  hub.set_usual_brightness(arguments[3]);
  if (strcmp(arguments[4], "none") != 0) hub.set_dim(arguments[4]);
  hub.set_fresh_for(static_cast<uint32_t>(strtoul(arguments[5], nullptr, 10)));
  hub.set_memory_key(static_cast<uint32_t>(strtoul(arguments[6], nullptr, 10)));
  for (int i = 7; i < count; ++i) hub.add_counter(arguments[i]);
  hub.set_time(&clock);
  display->set_hub(&hub);

  static char line[4096];
  while (fgets(line, sizeof(line), stdin) != nullptr) {
    line[strcspn(line, "\n")] = '\0';
    char *argument = strchr(line, ' ');
    if (argument != nullptr) *argument++ = '\0';
    char *second = argument == nullptr ? nullptr : strchr(argument, ' ');
    const std::string what = line;
    if (what == "boot") {
      hub.setup();
      display->setup();
      hub.dump_config();
    } else if (what == "advance") {
      const uint64_t endMs = nowMs + strtoull(argument, nullptr, 10);
      const uint64_t stepMs = strtoull(second, nullptr, 10);
      while (nowMs < endMs) {
        nowMs += stepMs;
        hub.loop();
        display->update();
        flushWire();
      }
    } else if (what == "hear") {
      *second++ = '\0';
      std::string text = second;
      for (char &character : text) {
        if (character == '|') character = '\n';
      }
      printf("heard %d\n", hub.hear(argument, text));
    } else if (what == "status") {
      hub.hear_status(argument);
    } else if (what == "epoch") {
      epochMs = strtoull(argument, nullptr, 10) * 1000;
      epochSetMs = nowMs;
    } else if (what == "show") {
      hub.show(argument);
    } else if (what == "brightness") {
      hub.set_brightness(atoi(argument));
    } else if (what == "lit") {
      hub.set_lit(argument[0] == '1');
    } else if (what == "i2c") {
      i2cAnswers = argument[0] == '1';
    } else if (what == "say") {
      say(hub, static_cast<uint8_t>(atoi(argument)));
      printf("warning %d\n", display->status_has_warning());
    } else {
      fprintf(stderr, "no such line: %s\n", line);
      return 1;
    }
    flushWire();
  }
  if (isWritten && strcmp(flashFile, "-") != 0) {
    FILE *file = fopen(flashFile, "wb");
    if (file == nullptr || fwrite(flash, 1, sizeof(flash), file) != sizeof(flash)) abort();
    fclose(file);
  }
}
