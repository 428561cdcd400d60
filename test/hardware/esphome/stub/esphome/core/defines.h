#pragma once

// What a configuration with all that we have defines.
#define USE_TIME
#define USE_VISITOR_COUNTER_HT16K33
#define USE_VISITOR_COUNTER_MAX7219
#define USE_VISITOR_COUNTER_TM1637
#define USE_VISITOR_COUNTER_TM1638
