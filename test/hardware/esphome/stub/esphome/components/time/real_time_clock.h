#pragma once

#include <stdint.h>
#include <time.h>

namespace esphome {

/** A local time; the real one has more fields. */
struct ESPTime {
  uint8_t minute;
  uint8_t hour;
  uint16_t year;
  time_t timestamp;
  bool is_valid() const { return this->year >= 2019; }
};

namespace time {

class RealTimeClock {
 public:
  ESPTime now();
};

}  // namespace time
}  // namespace esphome
