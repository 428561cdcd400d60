#include "clock.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>
#include <util/delay_basic.h>

namespace counter {

namespace {

/** F_CPU / 64 / 250 = 1000 Hz. */
constexpr uint8_t ticksPerMs = 250;
static_assert(F_CPU / 64 / ticksPerMs == 1000, "the clock counts milliseconds");

volatile uint32_t milliseconds;

}  // namespace

ISR(TIMER0_COMPA_vect) { milliseconds = milliseconds + 1; }

void startClock() {
  TCCR0B = 0;
  TCNT0 = 0;
  OCR0A = ticksPerMs - 1;
  TCCR0A = _BV(WGM01);
  TIMSK0 = _BV(OCIE0A);
  TCCR0B = _BV(CS01) | _BV(CS00);
}

uint32_t nowMs() {
  uint32_t now;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { now = milliseconds; }
  return now;
}

void waitUs(uint8_t us) {
  // A round of this loop takes 4 cycles.
  if (us > 0) _delay_loop_2(static_cast<uint16_t>(us) * (F_CPU / 4000000UL));
}

}  // namespace counter
