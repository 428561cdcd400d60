#pragma once

#include <stdint.h>

namespace counter {

enum class View : uint8_t { fresh = 0, old = 1 };

/** One transfer of the pictures. */
struct Slot {
  uint8_t index;
  uint8_t length;
  /** Its bytes differ between both pictures. */
  bool hasOld;
  /** Only for a display in an unknown state, to make it dark first; left out when a picture is repeated. */
  bool once;
  uint8_t *fresh;
  uint8_t *old;

  const uint8_t *bytes(View view) const { return view == View::old ? old : fresh; }
};

/**
 * Both pictures as transfers, in the order in which they are played: per slot a head (0x80 has an old
 * one, 0x40 once, 6 bits of length), its bytes, and those of the old picture if they differ.
 */
class Pictures {
 public:
  static constexpr uint16_t capacity = 216;

  /** Whether these bytes are pictures that fit. */
  static bool areValid(const uint8_t *bytes, uint16_t length);

  /** Takes valid pictures in place of those before. */
  void take(const uint8_t *bytes, uint16_t length);
  void forget() { length_ = 0; }
  bool exist() const { return length_ > 0; }
  const uint8_t *bytes() const { return bytes_; }
  uint16_t length() const { return length_; }

  /** The slot that starts at `offset`, which goes on to the next one; false after the last. */
  bool next(uint16_t &offset, Slot &slot);
  /** The slot of this number. */
  bool find(uint8_t index, Slot &slot);

 private:
  uint8_t bytes_[capacity];
  uint16_t length_ = 0;
  uint8_t nextIndex_ = 0;
};

}  // namespace counter
