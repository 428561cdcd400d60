#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "status_sign.h"

namespace visitor_counter {

/** Flash takes some 10,000 writes, and an ESP8266 erases all that it remembers for each. */
constexpr uint64_t saveIntervalMs = 60 * minuteMs;

/**
 * A value as it lies in the EEPROM, which is all ones when new, and of which only a part is written
 * when the power fails.
 */
template <typename T>
struct Remembered {
  uint32_t checksum;
  T value;
};

/** CRC-32 (IEEE 802.3), bit by bit: it is for a few bytes an hour. */
inline uint32_t checksumOf(const void *data, size_t length) {
  const uint8_t *bytes = static_cast<const uint8_t *>(data);
  uint32_t crc = 0xffffffff;
  for (size_t i = 0; i < length; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

template <typename T>
Remembered<T> toRemember(const T &value) {
  Remembered<T> remembered;
  memset(static_cast<void *>(&remembered), 0, sizeof(remembered));
  remembered.value = value;
  remembered.checksum = checksumOf(&remembered.value, sizeof(T));
  return remembered;
}

template <typename T>
bool isWhole(const Remembered<T> &remembered) {
  return remembered.checksum == checksumOf(&remembered.value, sizeof(T));
}

}  // namespace visitor_counter
