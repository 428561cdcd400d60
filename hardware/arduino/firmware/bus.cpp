#include "bus.h"

#include "clock.h"

namespace counter {

namespace {

/** Rounds of some 4 us until a released line must have been pulled up. */
constexpr uint8_t mostRiseRounds = 100;
/** Addresses outside are reserved (I2C specification, table 4). */
constexpr uint8_t firstAddress = 0x08;
constexpr uint8_t lastAddress = 0x77;

}  // namespace

bool SetUp::isValid() const {
  if (flags & ~knownFlags || ttlMs == 0 || hourMs < ttlMs || turnMs == 0) return false;
  if (betweenMs > 0 && oldMs == 0) return false;
  if (buttonBytes > mostButtonBytes || (buttonBytes > 0 && bus != threeWires)) return false;
  switch (bus) {
    case i2c:
      return true;
    case twoWires:
      return isPin(dataPin) && isPin(clockPin) && dataPin != clockPin;
    case threeWires:
      return isPin(dataPin) && isPin(clockPin) && isPin(selectPin) && dataPin != clockPin &&
             dataPin != selectPin && clockPin != selectPin;
    default:
      return false;
  }
}

uint32_t SetUp::pins() const {
  if (bus == i2c) return 1UL << sdaPin | 1UL << sclPin;
  const uint32_t both = 1UL << dataPin | 1UL << clockPin;
  return bus == threeWires ? both | 1UL << selectPin : both;
}

void Bus::open(const SetUp &setUp) {
  setUp_ = setUp;
  if (setUp.bus == SetUp::i2c) {
    twi_.start();
    return;
  }
  data_ = Line(setUp.dataPin);
  clock_ = Line(setUp.clockPin);
  if (setUp.bus == SetUp::twoWires) {
    // The clock first: data that falls while the clock is up would be a start.
    letGo(clock_);
    letGo(data_);
    return;
  }
  select_ = Line(setUp.selectPin);
  // A chip that shifts whenever the clock rises latches when select does, so that stays low until the
  // first transfer is complete. One whose clock idles high must not be selected while that rises.
  const bool idlesHigh = setUp.flags & SetUp::clockIdlesHigh;
  select_.set(idlesHigh);
  select_.drive();
  clock_.set(idlesHigh);
  clock_.drive();
  data_.low();
  data_.drive();
}

void Bus::close() {
  if (setUp_.bus == SetUp::i2c) return;
  data_.release();
  clock_.release();
  if (setUp_.bus == SetUp::threeWires) select_.release();
}

void Bus::half() const { waitUs(setUp_.halfBitUs); }

bool Bus::transfer(const uint8_t *bytes, uint8_t count) {
  switch (setUp_.bus) {
    case SetUp::i2c:
      // The first byte of a transfer is the address.
      return bytes[0] >= firstAddress && bytes[0] <= lastAddress &&
             twi_.write(bytes[0], bytes + 1, count - 1);
    case SetUp::twoWires:
      return twoWires(bytes, count);
    default:
      select_.low();
      half();
      for (uint8_t i = 0; i < count; i++) shiftOut(bytes[i]);
      half();
      select_.high();
      half();
      return true;
  }
}

void Bus::shiftOut(uint8_t byte) {
  for (uint8_t bit = 0; bit < 8; bit++) {
    clock_.low();
    data_.set(setUp_.flags & SetUp::lowBitFirst ? byte >> bit & 1 : byte << bit & 0x80);
    half();
    clock_.high();
    half();
  }
  if (!(setUp_.flags & SetUp::clockIdlesHigh)) clock_.low();
}

uint8_t Bus::shiftIn() {
  uint8_t byte = 0;
  for (uint8_t bit = 0; bit < 8; bit++) {
    clock_.low();
    half();
    if (data_.read()) byte |= setUp_.flags & SetUp::lowBitFirst ? 1 << bit : 0x80 >> bit;
    clock_.high();
    half();
  }
  return byte;
}

void Bus::readButtons(uint8_t *bytes) {
  select_.low();
  half();
  shiftOut(setUp_.buttonCommand);
  letGo(data_);
  half();
  for (uint8_t i = 0; i < setUp_.buttonBytes; i++) bytes[i] = shiftIn();
  if (!(setUp_.flags & SetUp::clockIdlesHigh)) clock_.low();
  data_.low();
  data_.drive();
  select_.high();
  half();
}

/** Leaves a line to its pull-up, and waits until that has done its work: cheap modules have capacitors there. */
void Bus::letGo(const Line &line) {
  line.release();
  line.high();
  for (uint8_t round = 0; round < mostRiseRounds && !line.read(); round++) waitUs(4);
}

void Bus::pull(const Line &line) {
  line.low();
  line.drive();
}

bool Bus::twoWires(const uint8_t *bytes, uint8_t count) {
  bool acknowledged = true;
  pull(data_);
  half();
  for (uint8_t i = 0; i < count; i++) acknowledged = twoWireByte(bytes[i]) && acknowledged;
  pull(data_);
  half();
  letGo(clock_);
  half();
  letGo(data_);
  half();
  return acknowledged;
}

/** The low bit first; then the chip pulls data low while the clock is up. Ends with the clock low. */
bool Bus::twoWireByte(uint8_t byte) {
  for (uint8_t bit = 0; bit < 8; bit++) {
    pull(clock_);
    half();
    if (byte >> bit & 1) letGo(data_);
    else pull(data_);
    half();
    letGo(clock_);
    half();
  }
  pull(clock_);
  data_.release();
  data_.high();
  half();
  letGo(clock_);
  const bool acknowledged = !data_.read();
  half();
  pull(clock_);
  half();
  return acknowledged;
}

}  // namespace counter
