#pragma once

#include "esphome/core/defines.h"
#ifdef USE_VISITOR_COUNTER_MAX7219
#include "esphome/components/spi/spi.h"

#include "display.h"
#include "max7219_words.h"

namespace visitor_counter {

/** A module of 8 digits. */
class Max7219Display
    : public Display,
      public esphome::spi::SPIDevice<
          esphome::spi::BIT_ORDER_MSB_FIRST, esphome::spi::CLOCK_POLARITY_LOW,
          esphome::spi::CLOCK_PHASE_LEADING, esphome::spi::DATA_RATE_1MHZ> {
 public:
  void setup() override {
    this->spi_setup();
    this->send_(darkFirst);
    this->update();
  }

 protected:
  uint8_t digits() const override { return displayDigits; }

  bool draw(const Frame &frame) override {
    for (const Word &word : refresh(frame).words) this->send_(word);
    return true;
  }

  void send_(const Word &word) {
    this->enable();
    this->write_byte(word.address);
    this->write_byte(word.data);
    this->disable();
  }
};

}  // namespace visitor_counter
#endif
