#include "pictures.h"

#include <string.h>

namespace counter {

namespace {

constexpr uint8_t hasOldBit = 0x80;
constexpr uint8_t onceBit = 0x40;
constexpr uint8_t lengthMask = 0x3f;
/** As many as an operation of a change can number. */
constexpr uint8_t mostSlots = 64;

uint16_t sizeOf(uint8_t head) {
  const uint8_t length = head & lengthMask;
  return 1 + (head & hasOldBit ? 2 * length : length);
}

}  // namespace

bool Pictures::areValid(const uint8_t *bytes, uint16_t length) {
  if (length == 0 || length > capacity) return false;
  uint8_t slots = 0;
  uint16_t offset = 0;
  while (offset < length) {
    // An address and a byte, or one byte: nothing shorter is a transfer.
    if ((bytes[offset] & lengthMask) == 0 || ++slots > mostSlots) return false;
    offset += sizeOf(bytes[offset]);
  }
  return offset == length;
}

void Pictures::take(const uint8_t *bytes, uint16_t length) {
  memcpy(bytes_, bytes, length);
  length_ = length;
}

bool Pictures::next(uint16_t &offset, Slot &slot) {
  if (offset >= length_) return false;
  nextIndex_ = offset == 0 ? 0 : nextIndex_ + 1;
  const uint8_t head = bytes_[offset];
  slot.index = nextIndex_;
  slot.length = head & lengthMask;
  slot.hasOld = head & hasOldBit;
  slot.once = head & onceBit;
  slot.fresh = bytes_ + offset + 1;
  slot.old = slot.hasOld ? slot.fresh + slot.length : slot.fresh;
  offset += sizeOf(head);
  return true;
}

bool Pictures::find(uint8_t index, Slot &slot) {
  for (uint16_t offset = 0; next(offset, slot);) {
    if (slot.index == index) return true;
  }
  return false;
}

}  // namespace counter
