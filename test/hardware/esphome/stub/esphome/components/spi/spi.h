#pragma once

#include <stdint.h>

namespace esphome {
namespace spi {

enum SPIBitOrder { BIT_ORDER_LSB_FIRST, BIT_ORDER_MSB_FIRST };
enum SPIClockPolarity { CLOCK_POLARITY_LOW, CLOCK_POLARITY_HIGH };
enum SPIClockPhase { CLOCK_PHASE_LEADING, CLOCK_PHASE_TRAILING };
enum SPIDataRate { DATA_RATE_1MHZ = 1000000, DATA_RATE_10MHZ = 10000000 };

// The wire, which writes down what is between a select and its end.
void select();
void transfer(uint8_t byte);
void deselect();

template <SPIBitOrder order, SPIClockPolarity polarity, SPIClockPhase phase, SPIDataRate rate>
class SPIDevice {
 public:
  static_assert(order == BIT_ORDER_MSB_FIRST && polarity == CLOCK_POLARITY_LOW &&
                    phase == CLOCK_PHASE_LEADING && rate <= DATA_RATE_10MHZ,
                "a MAX7219 would not understand this");
  void spi_setup() {}
  void enable() { select(); }
  void write_byte(uint8_t byte) { transfer(byte); }
  void disable() { deselect(); }
};

}  // namespace spi
}  // namespace esphome
