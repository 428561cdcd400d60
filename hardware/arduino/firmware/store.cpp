#include "store.h"

#include <avr/eeprom.h>
#include <string.h>

#include "crc.h"

namespace counter {

namespace {

constexpr uint16_t placeBytes = 512;
/** Also the version of the layout. */
constexpr uint8_t magic = 0xd2;

uint8_t *addressOf(uint8_t place, uint16_t offset) {
  return reinterpret_cast<uint8_t *>(place * placeBytes + offset);
}

uint16_t crcOf(const uint8_t *bytes, uint16_t length) {
  uint16_t crc = 0xffff;
  for (uint16_t i = 0; i < length; i++) crc = crc16(crc, bytes[i]);
  return crc;
}

}  // namespace

/** Brings a place into the image; whether it is whole. */
bool Store::read(uint8_t place) {
  static_assert(mostBytes <= placeBytes, "two places of 512 bytes");
  eeprom_read_block(image_, addressOf(place, 0), mostBytes);
  Header header;
  memcpy(&header, image_, sizeof header);
  const uint16_t most = mostBytes - crcBytes;
  if (header.magic != magic || header.length <= sizeof(Header) + sizeof(SetUp)) return false;
  if (header.length > most) return false;
  uint16_t crc;
  memcpy(&crc, image_ + header.length, crcBytes);
  if (crcOf(image_, header.length) != crc) return false;
  SetUp setUp;
  memcpy(&setUp, image_ + sizeof(Header), sizeof setUp);
  const uint16_t start = sizeof(Header) + sizeof(SetUp);
  return setUp.isValid() && Pictures::areValid(image_ + start, header.length - start);
}

bool Store::load(SetUp &setUp, Pictures &pictures) {
  total_ = written_ = 0;
  uint16_t generations[2];
  bool isWhole[2];
  for (uint8_t place = 0; place < 2; place++) {
    isWhole[place] = read(place);
    memcpy(&generations[place], image_ + 1, sizeof(uint16_t));
  }
  if (!isWhole[0] && !isWhole[1]) return false;
  const bool secondIsNewer = static_cast<int16_t>(generations[1] - generations[0]) > 0;
  newest_ = isWhole[1] && (!isWhole[0] || secondIsNewer) ? 1 : 0;
  generation_ = generations[newest_];
  read(newest_);
  Header header;
  memcpy(&header, image_, sizeof header);
  memcpy(&setUp, image_ + sizeof(Header), sizeof setUp);
  const uint16_t start = sizeof(Header) + sizeof(SetUp);
  pictures.take(image_ + start, header.length - start);
  return true;
}

void Store::save(const SetUp &setUp, const Pictures &pictures) {
  const uint16_t start = sizeof(Header) + sizeof(SetUp);
  const uint16_t length = start + pictures.length();
  const Header header = {magic, ++generation_, length};
  memcpy(image_, &header, sizeof header);
  memcpy(image_ + sizeof(Header), &setUp, sizeof setUp);
  memcpy(image_ + start, pictures.bytes(), pictures.length());
  const uint16_t crc = crcOf(image_, length);
  memcpy(image_ + length, &crc, crcBytes);
  newest_ = 1 - newest_;
  written_ = 0;
  total_ = length + crcBytes;
}

void Store::work() {
  if (!isSaving() || !eeprom_is_ready()) return;
  uint8_t *address = addressOf(newest_, written_);
  // What is there already is not worn out by being written again.
  if (eeprom_read_byte(address) != image_[written_]) eeprom_write_byte(address, image_[written_]);
  written_++;
}

}  // namespace counter
