#pragma once

#include <stdint.h>

namespace esphome {

uint32_t millis();
void delayMicroseconds(uint32_t us);

}  // namespace esphome
