#pragma once

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/wdt.h>

namespace counter {

/**
 * Starts the program anew when it has hung for 2 s. It is an interrupt and never a reset (WDE stays 0):
 * the boot loader of old Nanos leaves the watchdog on and would be reset for ever.
 */
inline void startWatchdog() {
  cli();
  wdt_reset();
  MCUSR = 0;
  WDTCSR = _BV(WDCE) | _BV(WDE);
  WDTCSR = _BV(WDIF) | _BV(WDIE) | _BV(WDP2) | _BV(WDP1) | _BV(WDP0);
  sei();
}

}  // namespace counter
