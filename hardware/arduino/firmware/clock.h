#pragma once

#include <stdint.h>

namespace counter {

/** Starts the millisecond clock on timer 0. Interrupts must be let in for it to run. */
void startClock();

/** Milliseconds since the start; 0 again after 49 days, so only differences count. */
uint32_t nowMs();

/** Waits without letting anything else be done. */
void waitUs(uint8_t us);

}  // namespace counter
