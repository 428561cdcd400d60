#include "desk.h"

#include <avr/wdt.h>
#include <string.h>

#include "clock.h"

namespace counter {

namespace {

/** A chip that lost its supply shows nothing or nonsense until then. */
constexpr uint32_t repeatMs = 1000;
/** The first pictures of a set-up are kept after this part of an hour. */
constexpr uint32_t firstKeptPart = 60;
constexpr uint8_t oldOnly = 0x80;
constexpr uint8_t slotMask = 0x3f;

}  // namespace

void Desk::start() {
  const uint32_t now = nowMs();
  confirmedMs_ = keptMs_ = turnedMs_ = now;
  SetUp setUp;
  if (!store_.load(setUp, pictures_)) return;
  isKept_ = true;
  adopt(setUp);
  play(true);
}

void Desk::adopt(const SetUp &setUp) {
  setUp_ = setUp;
  isSetUp_ = true;
  pins_.claim(setUp.pins());
  bus_.open(setUp);
  memset(buttons_, 0, sizeof buttons_);
  memset(buttonsBefore_, 0, sizeof buttonsBefore_);
}

Answer Desk::setUp(const uint8_t *bytes, uint16_t length) {
  SetUp wanted;
  if (length != 1 + sizeof wanted) return Answer::malformed;
  memcpy(&wanted, bytes + 1, sizeof wanted);
  if (!wanted.isValid()) return Answer::malformed;
  const bool same = isSetUp_ && memcmp(&wanted, &setUp_, sizeof wanted) == 0;
  inSequence_ = false;
  isLive_ = true;
  if (same) return Answer::done;
  if (isSetUp_) bus_.close();
  // Pictures of other wires, or with other times: nothing of them is known to be right here.
  pictures_.forget();
  isKept_ = false;
  keptMs_ = nowMs();
  adopt(wanted);
  return Answer::done;
}

Answer Desk::pictures(const uint8_t *bytes, uint16_t length) {
  if (!isLive_) return Answer::notSetUp;
  if (length < 2 || bytes[1] > 1 || !Pictures::areValid(bytes + 2, length - 2)) {
    return Answer::malformed;
  }
  pictures_.take(bytes + 2, length - 2);
  sequence_ = bytes[0];
  inSequence_ = true;
  confirm(bytes[1]);
  shown_ = viewNow();
  play(true);
  return played();
}

Answer Desk::change(const uint8_t *bytes, uint16_t length) {
  if (!isLive_ || !inSequence_) return Answer::notSetUp;
  if (length < 2 || bytes[1] > 1) return Answer::malformed;
  const uint8_t sequence = bytes[0];
  const bool repeated = sequence == sequence_;
  // Without operations it only says that the pictures still hold.
  if (!repeated && sequence != (static_cast<uint8_t>(sequence_ + 1) & 0x7f)) {
    return Answer::outOfSequence;
  }
  Slot slot;
  for (uint16_t at = 2; at < length; at += 1 + slot.length) {
    const uint8_t head = bytes[at];
    if (head & ~(oldOnly | slotMask) || !pictures_.find(head & slotMask, slot)) {
      return Answer::malformed;
    }
    if ((head & oldOnly && !slot.hasOld) || at + slot.length >= length) return Answer::malformed;
  }
  sequence_ = sequence;
  confirm(bytes[1]);
  const View view = viewNow();
  if (!repeated) {
    // In this order, which the host has chosen so that no number on the way is too large.
    for (uint16_t at = 2; at < length; at += 1 + slot.length) {
      pictures_.find(bytes[at] & slotMask, slot);
      const bool isOld = bytes[at] & oldOnly;
      memcpy(isOld ? slot.old : slot.fresh, bytes + at + 1, slot.length);
      if (!slot.hasOld || isOld == (view == View::old)) {
        silent_ = !bus_.transfer(slot.bytes(view), slot.length);
      }
    }
  }
  if (view != shown_) {
    shown_ = view;
    play(false);
  }
  return played();
}

/** The host vouches for the pictures, and says which of them is to be seen. */
void Desk::confirm(uint8_t view) {
  confirmedMs_ = nowMs();
  wanted_ = static_cast<View>(view);
  stage_ = Stage::confirmed;
  isNew_ = true;
}

View Desk::viewNow() const { return stage_ == Stage::confirmed ? wanted_ : unattended_; }

/** Sends the picture that is to be seen; `all` as to a display in an unknown state. */
void Desk::play(bool all) {
  Slot slot;
  bool silent = false;
  for (uint16_t offset = 0; pictures_.next(offset, slot);) {
    if (slot.once && !all) continue;
    wdt_reset();
    silent = !bus_.transfer(slot.bytes(shown_), slot.length) || silent;
  }
  silent_ = silent;
  playedMs_ = nowMs();
}

void Desk::work() {
  const uint32_t now = nowMs();
  store_.work();
  if (!isSetUp_) return;
  pollButtons(now);
  if (!pictures_.exist()) return;
  ageBy(now);
  keep(now);
  const View view = viewNow();
  if (view != shown_ || now - playedMs_ >= repeatMs) {
    shown_ = view;
    play(false);
  }
}

/** A stage never goes back by itself, whatever the clock of 32 bits does. */
void Desk::ageBy(uint32_t now) {
  const uint32_t ageMs = now - confirmedMs_;
  if (stage_ == Stage::confirmed && ageMs >= setUp_.ttlMs) {
    stage_ = Stage::old;
    unattended_ = View::old;
    turnedMs_ = now;
  }
  if (stage_ == Stage::old && ageMs >= setUp_.hourMs) stage_ = Stage::inTurn;
  const bool isOld = unattended_ == View::old;
  uint16_t turnMs = setUp_.turnMs;
  if (stage_ == Stage::old) turnMs = isOld ? setUp_.oldMs : setUp_.betweenMs;
  const bool turns = stage_ == Stage::inTurn || (stage_ == Stage::old && setUp_.betweenMs > 0);
  if (!turns || now - turnedMs_ < turnMs) return;
  turnedMs_ = now;
  unattended_ = isOld ? View::fresh : View::old;
}

void Desk::keep(uint32_t now) {
  if (!isLive_ || !isNew_ || store_.isSaving()) return;
  const uint32_t dueMs = isKept_ ? setUp_.hourMs : setUp_.hourMs / firstKeptPart;
  if (now - keptMs_ < dueMs) return;
  keptMs_ = now;
  isKept_ = true;
  isNew_ = false;
  store_.save(setUp_, pictures_);
}

/** What reads the same twice is told: contacts bounce. */
void Desk::pollButtons(uint32_t now) {
  if (!isLive_ || setUp_.buttonBytes == 0 || now - polledMs_ < setUp_.buttonPollMs) return;
  polledMs_ = now;
  uint8_t read[mostButtonBytes];
  bus_.readButtons(read);
  const bool steady = memcmp(read, buttonsBefore_, setUp_.buttonBytes) == 0;
  memcpy(buttonsBefore_, read, setUp_.buttonBytes);
  if (!steady || memcmp(read, buttons_, setUp_.buttonBytes) == 0) return;
  memcpy(buttons_, read, setUp_.buttonBytes);
  buttonsChanged_ = true;
}

bool Desk::buttonsChanged(const uint8_t *&bytes, uint8_t &count) {
  if (!buttonsChanged_) return false;
  buttonsChanged_ = false;
  bytes = buttons_;
  count = setUp_.buttonBytes;
  return true;
}

void Desk::yield(uint8_t pin) {
  if (!isSetUp_ || isLive_ || !pins_.isClaimed(pin)) return;
  bus_.close();
  pins_.claim(0);
  pictures_.forget();
  isSetUp_ = false;
}

bool Desk::owns(uint8_t address) {
  if (!isSetUp_ || setUp_.bus != SetUp::i2c) return false;
  Slot slot;
  for (uint16_t offset = 0; pictures_.next(offset, slot);) {
    if (slot.fresh[0] == address) return true;
  }
  return false;
}

}  // namespace counter
