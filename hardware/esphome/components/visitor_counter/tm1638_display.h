#pragma once

#include "esphome/core/defines.h"
#ifdef USE_VISITOR_COUNTER_TM1638
#include "esphome/core/gpio.h"
#include "esphome/core/hal.h"

#include "display.h"
#include "tm1638_writes.h"

namespace visitor_counter {

/** A module of 8 digits; its LEDs stay dark, its keys are not asked. */
class Tm1638Display : public Display {
 public:
  void set_stb_pin(esphome::GPIOPin *pin) { this->stb_pin_ = pin; }
  void set_clk_pin(esphome::GPIOPin *pin) { this->clk_pin_ = pin; }
  void set_dio_pin(esphome::GPIOPin *pin) { this->dio_pin_ = pin; }

  void setup() override {
    for (esphome::GPIOPin *pin : {this->stb_pin_, this->clk_pin_, this->dio_pin_}) {
      pin->setup();
      pin->pin_mode(esphome::gpio::FLAG_OUTPUT);
      this->set_(pin, true);
    }
    this->send_(&tm1638::darkFirst, 1);
    this->update();
  }

 protected:
  uint8_t digits() const override { return tm1638::digits; }

  /** The chip answers nothing. */
  bool draw(const Frame &frame) override {
    const Writes<3> writes = tm1638::refresh(frame);
    for (size_t i = 0; i < writes.count; ++i) {
      this->send_(writes.each[i].bytes, writes.each[i].length);
    }
    return true;
  }

  /** While the strobe is low; lowest bit first, taken when the clock rises. */
  void send_(const uint8_t *bytes, size_t length) {
    this->set_(this->stb_pin_, false);
    for (size_t i = 0; i < length; ++i) {
      for (uint8_t bit = 0; bit < 8; ++bit) {
        this->set_(this->clk_pin_, false);
        this->set_(this->dio_pin_, bytes[i] >> bit & 1);
        this->set_(this->clk_pin_, true);
      }
    }
    this->set_(this->stb_pin_, true);
  }

  /** The chip wants 400 ns at the clock and 1 us at the strobe (data sheet V1.3, timing). */
  void set_(esphome::GPIOPin *pin, bool level) {
    pin->digital_write(level);
    esphome::delayMicroseconds(2);
  }

  esphome::GPIOPin *stb_pin_{nullptr};
  esphome::GPIOPin *clk_pin_{nullptr};
  esphome::GPIOPin *dio_pin_{nullptr};
};

}  // namespace visitor_counter
#endif
