#pragma once

#include <stddef.h>
#include <stdint.h>

namespace esphome {
namespace i2c {

enum ErrorCode { ERROR_OK = 0, ERROR_NOT_ACKNOWLEDGED = 2 };

class I2CDevice {
 public:
  void set_i2c_address(uint8_t address) { this->address_ = address; }
  ErrorCode write(const uint8_t *data, size_t length);

 private:
  uint8_t address_{0};
};

}  // namespace i2c
}  // namespace esphome
