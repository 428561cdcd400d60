#pragma once

#include "esphome/core/defines.h"
#ifdef USE_VISITOR_COUNTER_HT16K33
#include "esphome/components/i2c/i2c.h"

#include "display.h"
#include "ht16k33_writes.h"

namespace visitor_counter {

/** A backpack of 4 digits; its colon stays dark. */
class Ht16k33Display : public Display, public esphome::i2c::I2CDevice {
 public:
  void setup() override {
    this->send_(ht16k33::start());
    this->update();
  }

 protected:
  uint8_t digits() const override { return ht16k33::digits; }
  bool draw(const Frame &frame) override { return this->send_(ht16k33::refresh(frame)); }

  template <size_t most>
  bool send_(const Writes<most> &writes) {
    for (size_t i = 0; i < writes.count; ++i) {
      const Write &write = writes.each[i];
      if (this->write(write.bytes, write.length) != esphome::i2c::ERROR_OK) return false;
    }
    return true;
  }
};

}  // namespace visitor_counter
#endif
