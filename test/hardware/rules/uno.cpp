// Answers the questions of questions.h at the serial port of an Uno, whose `int` has 16 bits.
#include <avr/io.h>
#include <avr/pgmspace.h>

#include "probe.h"

// `const char questions[] PROGMEM`, lines of at most 199 characters.
#include "questions.h"

namespace {

void send(char character) {
  loop_until_bit_is_set(UCSR0A, UDRE0);
  UDR0 = static_cast<uint8_t>(character);
}

}  // namespace

int main() {
  static_assert(sizeof(int) == 2, "this is not what is to be tried");
  UCSR0B = _BV(TXEN0);
  static char line[200];
  uint8_t length = 0;
  for (const char *next = questions; pgm_read_byte(next) != '\0'; ++next) {
    const char character = static_cast<char>(pgm_read_byte(next));
    if (character != '\n') {
      line[length++] = character;
      continue;
    }
    line[length] = '\0';
    length = 0;
    const probe::Answer answer = probe::answer(line);
    for (const char *each = answer.characters(); *each != '\0'; ++each) send(*each);
    send('\n');
  }
  for (;;) {
  }
}
