#pragma once

#include <stdint.h>

namespace esphome {

namespace gpio {

enum Flags : uint8_t { FLAG_INPUT = 0x01, FLAG_OUTPUT = 0x02, FLAG_PULLUP = 0x08 };

/** As the real one: two flags make a helper, which becomes flags again. */
class FlagsHelper {
 public:
  constexpr FlagsHelper(Flags value) : value_(value) {}
  constexpr operator Flags() const { return this->value_; }

 private:
  Flags value_;
};
constexpr FlagsHelper operator|(Flags a, Flags b) {
  return static_cast<Flags>(static_cast<uint8_t>(a) | static_cast<uint8_t>(b));
}

}  // namespace gpio

class GPIOPin {
 public:
  virtual ~GPIOPin() = default;
  virtual void setup() = 0;
  virtual void pin_mode(gpio::Flags flags) = 0;
  virtual bool digital_read() = 0;
  virtual void digital_write(bool value) = 0;
};

}  // namespace esphome
