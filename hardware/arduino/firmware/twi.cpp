#include "twi.h"

#include <avr/io.h>
#include <util/delay.h>
#include <util/twi.h>

#include "pins.h"

namespace counter {

namespace {

constexpr uint8_t bitRate = (F_CPU / 100000UL - 16) / 2;
/** A byte takes 90 us, and a chip may stretch the clock; beyond 4 ms the bus is stuck. */
constexpr uint16_t mostRounds = 8000;
constexpr uint8_t recoveryClocks = 9;

}  // namespace

void Twi::start() {
  const Line sda(sdaPin), scl(sclPin);
  sda.release();
  scl.release();
  sda.high();
  scl.high();
  TWSR = 0;
  TWBR = bitRate;
  TWCR = _BV(TWEN);
}

/** Does what `control` says beside TWINT and TWEN; whether the status is one of the two then. */
bool Twi::action(uint8_t control, uint8_t expected, uint8_t alternative) {
  TWCR = _BV(TWINT) | _BV(TWEN) | control;
  for (uint16_t round = 0; !(TWCR & _BV(TWINT)); round++) {
    if (round == mostRounds) {
      recover();
      return false;
    }
  }
  const uint8_t status = TWSR & TW_STATUS_MASK;
  return status == expected || status == alternative;
}

/** A chip that was cut off while it sent holds SDA low until it has been clocked to the end of its byte. */
void Twi::recover() {
  TWCR = 0;
  const Line sda(sdaPin), scl(sclPin);
  for (uint8_t clock = 0; clock < recoveryClocks && !sda.read(); clock++) {
    scl.low();
    scl.drive();
    _delay_us(5);
    scl.release();
    scl.high();
    _delay_us(5);
  }
  start();
}

bool Twi::begin(uint8_t address, bool reading) {
  if (!action(_BV(TWSTA), TW_START, TW_REP_START)) return false;
  TWDR = address << 1 | (reading ? TW_READ : TW_WRITE);
  return reading ? action(0, TW_MR_SLA_ACK, TW_MR_SLA_ACK) : action(0, TW_MT_SLA_ACK, TW_MT_SLA_ACK);
}

bool Twi::sendByte(uint8_t byte) {
  TWDR = byte;
  return action(0, TW_MT_DATA_ACK, TW_MT_DATA_ACK);
}

void Twi::end() {
  TWCR = _BV(TWINT) | _BV(TWEN) | _BV(TWSTO);
  for (uint16_t round = 0; TWCR & _BV(TWSTO); round++) {
    if (round == mostRounds) {
      recover();
      return;
    }
  }
}

bool Twi::write(uint8_t address, const uint8_t *bytes, uint8_t count) {
  bool acknowledged = begin(address, false);
  for (uint8_t i = 0; i < count && acknowledged; i++) acknowledged = sendByte(bytes[i]);
  end();
  return acknowledged;
}

bool Twi::read(uint8_t address, int16_t reg, bool keepBus, uint8_t *bytes, uint8_t count) {
  bool ok = true;
  if (reg >= 0) {
    ok = begin(address, false) && sendByte(static_cast<uint8_t>(reg));
    if (!ok || !keepBus) end();
  }
  if (!ok) return false;
  ok = begin(address, true);
  for (uint8_t i = 0; i < count && ok; i++) {
    const bool isLast = i + 1 == count;
    ok = isLast ? action(0, TW_MR_DATA_NACK, TW_MR_DATA_NACK)
                : action(_BV(TWEA), TW_MR_DATA_ACK, TW_MR_DATA_ACK);
    bytes[i] = TWDR;
  }
  end();
  return ok;
}

}  // namespace counter
