#pragma once

#include <stdint.h>

#include "bus.h"
#include "pictures.h"
#include "pins.h"
#include "store.h"

namespace counter {

/** What became of a message, as the host is told. */
enum class Answer : uint8_t {
  done = 0,
  /** Done, but the display did not acknowledge what it was sent. */
  displaySilent = 1,
  badCrc = 2,
  malformed = 3,
  /** No set-up, or no pictures since it: both are wanted again. */
  notSetUp = 4,
  /** The change is not one to the pictures that are here: they are wanted whole. */
  outOfSequence = 5,
};

/** Shows the fresh picture while the host vouches for it, then the old one, then both in turn. */
class Desk {
 public:
  Desk(Pins &pins, Twi &twi) : pins_(pins), bus_(twi) {}

  /** Shows the old picture from EEPROM, if there is one. */
  void start();

  /** Messages of the host, without their CRC. `answer` is of the sequence number that comes first. */
  Answer setUp(const uint8_t *bytes, uint16_t length);
  Answer pictures(const uint8_t *bytes, uint16_t length);
  Answer change(const uint8_t *bytes, uint16_t length);

  /** Does what is due. To be called again and again. */
  void work();

  /** The buttons as they are since `buttonsChanged` was asked last; false if they did not change. */
  bool buttonsChanged(const uint8_t *&bytes, uint8_t &count);

  /** A Firmata client wants a pin: a display that only EEPROM knows of is given up for it. */
  void yield(uint8_t pin);

  /** Whether the display has this address of the I2C bus. */
  bool owns(uint8_t address);

 private:
  enum class Stage : uint8_t { confirmed, old, inTurn };

  void adopt(const SetUp &setUp);
  void confirm(uint8_t view);
  View viewNow() const;
  void play(bool all);
  Answer played() const { return silent_ ? Answer::displaySilent : Answer::done; }
  void ageBy(uint32_t now);
  void keep(uint32_t now);
  void pollButtons(uint32_t now);

  Pins &pins_;
  Bus bus_;
  Store store_;
  SetUp setUp_ = {};
  Pictures pictures_;
  bool isSetUp_ = false;
  /** A host has set this up since the start; else it comes from EEPROM. */
  bool isLive_ = false;
  /** The number of the pictures here; changes to it are taken if `inSequence_`. */
  uint8_t sequence_ = 0;
  bool inSequence_ = false;
  /** What the host wants to be seen, and what is seen without it. */
  View wanted_ = View::old;
  View unattended_ = View::old;
  Stage stage_ = Stage::old;
  View shown_ = View::old;
  bool silent_ = false;
  uint32_t confirmedMs_ = 0;
  uint32_t playedMs_ = 0;
  uint32_t turnedMs_ = 0;
  uint32_t keptMs_ = 0;
  /** EEPROM has pictures of this set-up. */
  bool isKept_ = false;
  /** Pictures have been confirmed since they were kept. */
  bool isNew_ = false;
  uint8_t buttons_[mostButtonBytes] = {};
  uint8_t buttonsBefore_[mostButtonBytes] = {};
  bool buttonsChanged_ = false;
  uint32_t polledMs_ = 0;
};

}  // namespace counter
