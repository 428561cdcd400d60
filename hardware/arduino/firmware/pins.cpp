#include "pins.h"

namespace counter {

void Pins::reset() {
  for (uint8_t pin = firstPin; pin < totalPins; pin++) setMode(pin, Mode::input);
  chosen_ = 0;
}

bool Pins::supports(uint8_t pin, uint8_t mode) {
  if (!isPin(pin)) return false;
  switch (static_cast<Mode>(mode)) {
    case Mode::input:
    case Mode::output:
    case Mode::pullup:
      return true;
    case Mode::i2c:
      return pin == sdaPin || pin == sclPin;
  }
  return false;
}

void Pins::setMode(uint8_t pin, Mode mode) {
  if (isClaimed(pin)) return;
  modes_[pin] = mode;
  chosen_ |= 1UL << pin;
  const Line line(pin);
  if (mode == Mode::output) {
    line.low();
    line.drive();
  } else {
    line.release();
    line.set(mode == Mode::pullup);
  }
}

bool Pins::isWritable(uint8_t pin) const {
  if (!isPin(pin) || isClaimed(pin) || !(chosen_ >> pin & 1)) return false;
  return modes_[pin] == Mode::output || modes_[pin] == Mode::input;
}

void Pins::write(uint8_t pin, bool level) {
  if (isWritable(pin)) Line(pin).set(level);
}

void Pins::writePort(uint8_t port, uint8_t levels) {
  uint8_t masks[3] = {0, 0, 0};
  uint8_t values[3] = {0, 0, 0};
  for (uint8_t bit = 0; bit < 8; bit++) {
    const uint8_t pin = 8 * port + bit;
    if (!isWritable(pin)) continue;
    const uint8_t chipPort = pin < 8 ? 0 : pin < firstAnalogPin ? 1 : 2;
    const uint8_t mask = 1 << (pin < 8 ? pin : pin < firstAnalogPin ? pin - 8 : pin - firstAnalogPin);
    masks[chipPort] |= mask;
    if (levels >> bit & 1) values[chipPort] |= mask;
  }
  if (masks[0]) PORTD = (PORTD & ~masks[0]) | values[0];
  if (masks[1]) PORTB = (PORTB & ~masks[1]) | values[1];
  if (masks[2]) PORTC = (PORTC & ~masks[2]) | values[2];
}

uint8_t Pins::readPort(uint8_t port) const {
  uint8_t levels = 0;
  for (uint8_t bit = 0; bit < 8; bit++) {
    const uint8_t pin = 8 * port + bit;
    if (!isPin(pin) || isClaimed(pin)) continue;
    const bool reads = modes_[pin] == Mode::input || modes_[pin] == Mode::pullup;
    if (reads && Line(pin).read()) levels |= 1 << bit;
  }
  return levels;
}

bool Pins::state(uint8_t pin) const {
  const uint8_t bank = pin < 8 ? PORTD : pin < firstAnalogPin ? PORTB : PORTC;
  return bank >> (pin < 8 ? pin : pin < firstAnalogPin ? pin - 8 : pin - firstAnalogPin) & 1;
}

}  // namespace counter
