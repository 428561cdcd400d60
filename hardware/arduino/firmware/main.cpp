#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#include "clock.h"
#include "desk.h"
#include "firmata.h"
#include "pins.h"
#include "twi.h"
#include "uart.h"
#include "watchdog.h"

/** The program has hung. What it starts with sets all that it uses, as after a reset. */
ISR(WDT_vect, ISR_NAKED) {
  __asm__ __volatile__("clr __zero_reg__\n\tjmp 0");
}

namespace {

counter::Uart uart;
counter::Pins pins;
counter::Twi twi;
counter::Desk desk(pins, twi);
counter::Firmata firmata(uart, pins, twi, desk);

/** Until a byte comes or a millisecond is over: a board that is never off need not run hot. */
void rest() {
  cli();
  if (uart.hasBytes()) {
    sei();
    return;
  }
  // What follows `sei` is done before any interrupt, so that none is slept through.
  sei();
  sleep_cpu();
}

}  // namespace

int main() {
  TWCR = 0;
  pins.reset();
  counter::startClock();
  uart.start();
  counter::startWatchdog();
  set_sleep_mode(SLEEP_MODE_IDLE);
  sleep_enable();
  desk.start();
  firmata.announce();
  for (;;) {
    wdt_reset();
    firmata.work();
    desk.work();
    rest();
  }
}
