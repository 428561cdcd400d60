#pragma once

#include <stdint.h>

#include "bus.h"
#include "pictures.h"

namespace counter {

/**
 * The last pictures in EEPROM, for the time after a reset. There are two places, of which the older is
 * written; one that was being written when the supply failed does not pass its CRC.
 */
class Store {
 public:
  /** The newest that is whole; false if there is none. */
  bool load(SetUp &setUp, Pictures &pictures);

  /** Begins to keep these; what comes of them is written by `work`. */
  void save(const SetUp &setUp, const Pictures &pictures);
  bool isSaving() const { return written_ < total_; }

  /** Writes at most one byte, and only if EEPROM is ready for it: a byte takes 3.4 ms. */
  void work();

 private:
  struct Header {
    uint8_t magic;
    uint16_t generation;
    uint16_t length;
  };
  static constexpr uint16_t crcBytes = 2;
  static constexpr uint16_t mostBytes = sizeof(Header) + sizeof(SetUp) + Pictures::capacity + crcBytes;

  bool read(uint8_t place);

  uint8_t image_[mostBytes];
  uint16_t total_ = 0;
  uint16_t written_ = 0;
  uint16_t generation_ = 0;
  /** The place of the newest, 0 or 1. */
  uint8_t newest_ = 1;
};

}  // namespace counter
