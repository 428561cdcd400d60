#pragma once

#include <stdint.h>

namespace counter {

/** CRC-8 of the SMBus: polynomial 0x07, from 0. */
inline uint8_t crc8(uint8_t crc, uint8_t byte) {
  crc ^= byte;
  for (uint8_t bit = 0; bit < 8; bit++) crc = crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1;
  return crc;
}

/** CRC-16 of CCITT: polynomial 0x1021, from 0xffff. */
inline uint16_t crc16(uint16_t crc, uint8_t byte) {
  crc ^= static_cast<uint16_t>(byte) << 8;
  for (uint8_t bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
}

}  // namespace counter
