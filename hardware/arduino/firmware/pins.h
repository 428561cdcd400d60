#pragma once

#include <avr/io.h>
#include <stdint.h>

namespace counter {

/** Pins as an Uno counts them: 0-7 are port D, 8-13 port B, 14-19 (A0-A5) port C. */
constexpr uint8_t totalPins = 20;
/** 0 and 1 are the serial port. */
constexpr uint8_t firstPin = 2;
constexpr uint8_t sdaPin = 18;
constexpr uint8_t sclPin = 19;
constexpr uint8_t firstAnalogPin = 14;

inline bool isPin(uint8_t pin) { return pin >= firstPin && pin < totalPins; }

/** One pin, reached as fast as its number being known only at run time allows. */
class Line {
 public:
  Line() = default;
  explicit Line(uint8_t pin)
      : port_(pin < 8 ? &PORTD : pin < firstAnalogPin ? &PORTB : &PORTC),
        mask_(1 << (pin < 8 ? pin : pin < firstAnalogPin ? pin - 8 : pin - firstAnalogPin)) {}

  void high() const { port() |= mask_; }
  void low() const { port() &= ~mask_; }
  void set(bool level) const { level ? high() : low(); }
  /** Drives the wire from now on. */
  void drive() const { direction() |= mask_; }
  /** Leaves the wire to others. */
  void release() const { direction() &= ~mask_; }
  bool read() const { return input() & mask_; }

 private:
  // Data sheet, register summary: PIN, DDR and PORT of a port stand in this order.
  volatile uint8_t &port() const { return *port_; }
  volatile uint8_t &direction() const { return *(port_ - 1); }
  volatile uint8_t &input() const { return *(port_ - 2); }

  volatile uint8_t *port_ = &PORTD;
  uint8_t mask_ = 0;
};

/** Firmata's pin modes that this board has. */
enum class Mode : uint8_t { input = 0x00, output = 0x01, i2c = 0x06, pullup = 0x0b };

/** What Firmata clients do to the pins; those that the display is on are out of their reach. */
class Pins {
 public:
  /** All pins but the display's become inputs. */
  void reset();

  /** Takes these pins for the display; bit n is pin n. */
  void claim(uint32_t pins) { claimed_ = pins; }
  bool isClaimed(uint8_t pin) const { return claimed_ >> pin & 1; }

  static bool supports(uint8_t pin, uint8_t mode);
  Mode mode(uint8_t pin) const { return modes_[pin]; }
  /** An output starts low. */
  void setMode(uint8_t pin, Mode mode);

  /** Sets one pin: an output's level, or the pull-up of an input, as clients of old have it. */
  void write(uint8_t pin, bool level);
  /** The same for the eight pins from 8 * port on; those of one port of the chip at once. */
  void writePort(uint8_t port, uint8_t levels);
  /** What the inputs among the eight pins read; other pins are 0. */
  uint8_t readPort(uint8_t port) const;
  /** An output's level, or whether an input has its pull-up on. */
  bool state(uint8_t pin) const;

 private:
  bool isWritable(uint8_t pin) const;

  Mode modes_[totalPins] = {};
  uint32_t claimed_ = 0;
  /** Pins whose mode a client has set; nothing is written to others. */
  uint32_t chosen_ = 0;
};

}  // namespace counter
