#include "uart.h"

#include <avr/interrupt.h>
#include <avr/io.h>

namespace counter {

namespace {

/**
 * Without U2X, as the Arduino core and the USB chip of the Uno divide: both make 58823 baud of it, and
 * a converter with a true 57600 is within the 2.5 % that the data sheet allows (table 20-2).
 */
constexpr uint16_t divider = 16;

/** The size is what an index of 8 bits wraps at. */
volatile uint8_t buffer[256];
volatile uint8_t head;
volatile uint8_t tail;
/** From the first byte that is lost until all before it are taken, so that the gap is at the end. */
volatile bool lost;

}  // namespace

ISR(USART_RX_vect) {
  const uint8_t status = UCSR0A;
  const uint8_t byte = UDR0;
  const uint8_t next = head + 1;
  if (status & (_BV(FE0) | _BV(DOR0)) || next == tail) lost = true;
  if (lost) return;
  buffer[head] = byte;
  head = next;
}

void Uart::start() {
  UCSR0B = 0;
  head = tail;
  lost = false;
  UCSR0A = 0;
  UBRR0 = divider;
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
}

int16_t Uart::receive() {
  if (tail == head) {
    if (!lost) return nothing;
    lost = false;
    return gap;
  }
  const uint8_t byte = buffer[tail];
  tail = tail + 1;
  return byte;
}

bool Uart::hasBytes() { return tail != head; }

void Uart::send(uint8_t byte) {
  while (!(UCSR0A & _BV(UDRE0))) {
  }
  UDR0 = byte;
}

}  // namespace counter
