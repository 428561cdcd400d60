#pragma once

#include "esphome/core/defines.h"
#ifdef USE_VISITOR_COUNTER_TM1637
#include "esphome/core/gpio.h"
#include "esphome/core/hal.h"

#include "display.h"
#include "tm1637_writes.h"

namespace visitor_counter {

/** A module of 4 or 6 digits. */
class Tm1637Display : public Display {
 public:
  void set_clk_pin(esphome::GPIOPin *pin) { this->clk_pin_ = pin; }
  void set_dio_pin(esphome::GPIOPin *pin) { this->dio_pin_ = pin; }
  /** The chip's own position of each place, leftmost first. */
  void set_digit_order(const std::vector<uint8_t> &order) { this->order_ = order; }

  void set_decimal_points(bool points) { this->points_ = points; }

  void setup() override {
    for (esphome::GPIOPin *pin : {this->clk_pin_, this->dio_pin_}) {
      pin->setup();
      pin->pin_mode(esphome::gpio::FLAG_OUTPUT);
      this->set_(pin, true);
    }
    this->send_(&tm1637::darkFirst, 1);
    this->update();
  }

 protected:
  uint8_t digits() const override { return static_cast<uint8_t>(this->order_.size()); }
  bool points() const override { return this->points_; }

  bool draw(const Frame &frame) override {
    bool answered = true;
    const auto writes = tm1637::refresh(frame, this->digits(), this->order_.data());
    for (size_t i = 0; i < writes.count; ++i) {
      if (!this->send_(writes.each[i].bytes, writes.each[i].length)) answered = false;
    }
    return answered;
  }

  /** Between a start and a stop; whether the chip answered each byte. */
  bool send_(const uint8_t *bytes, size_t length) {
    bool answered = true;
    this->set_(this->dio_pin_, false);
    this->set_(this->clk_pin_, false);
    for (size_t i = 0; i < length; ++i) {
      if (!this->send_byte_(bytes[i])) answered = false;
    }
    this->set_(this->dio_pin_, false);
    this->set_(this->clk_pin_, true);
    this->set_(this->dio_pin_, true);
    return answered;
  }

  /**
   * Lowest bit first, taken when the clock rises. From its eighth fall to its ninth the chip
   * answers by pulling the line low: before it a high level is let go; a low one is not, that would
   * be a stop.
   */
  bool send_byte_(uint8_t byte) {
    for (uint8_t bit = 0; bit < 8; ++bit) {
      const bool level = byte >> bit & 1;
      this->set_(this->dio_pin_, level);
      this->set_(this->clk_pin_, true);
      if (bit == 7 && level) this->let_go_(this->dio_pin_);
      this->set_(this->clk_pin_, false);
    }
    this->let_go_(this->dio_pin_);
    this->set_(this->clk_pin_, true);
    const bool answered = !this->dio_pin_->digital_read();
    this->set_(this->clk_pin_, false);
    this->dio_pin_->digital_write(false);
    this->dio_pin_->pin_mode(esphome::gpio::FLAG_OUTPUT);
    return answered;
  }

  void let_go_(esphome::GPIOPin *pin) {
    pin->pin_mode(esphome::gpio::FLAG_INPUT | esphome::gpio::FLAG_PULLUP);
  }

  /**
   * Driven high too: with 10 kOhm and 10 nF, as the usual modules have them at each line, it would
   * take 0.1 ms to rise by itself. The chip takes 500 kHz at most (data sheet V2.4).
   */
  void set_(esphome::GPIOPin *pin, bool level) {
    pin->digital_write(level);
    esphome::delayMicroseconds(5);
  }

  esphome::GPIOPin *clk_pin_{nullptr};
  esphome::GPIOPin *dio_pin_{nullptr};
  std::vector<uint8_t> order_;
  bool points_{true};
};

}  // namespace visitor_counter
#endif
