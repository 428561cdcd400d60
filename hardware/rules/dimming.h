#pragma once

#include <stdint.h>

#include "local_zone.h"
#include "text_reader.h"

// Brightness by the time of day: the rules of device/face/brightness.ts, the texts of
// `--brightness` and `--dim`.
namespace visitor_counter {

/** A step of brightness from 0 (dim, yet lit) to 15; one below them is dark altogether. */
using Level = int16_t;
constexpr Level off = -1;
constexpr Level brightest = 15;
constexpr Level usualLevel = 3;

/** Minutes since local midnight; one that ends at or before its start spans midnight. */
struct DimWindow {
  int16_t from;
  int16_t to;
  Level level;
};

constexpr int maxWindows = 4;

struct Dimming {
  /** Outside all windows. */
  Level level;
  int16_t windowCount;
  DimWindow windows[maxWindows];
  Zone zone;
};

inline Dimming usualDimming() {
  Dimming dimming = {};
  dimming.level = usualLevel;
  return dimming;
}

/** Of several windows that hold at one minute of the local day the first counts; else null. */
inline const DimWindow *windowAt(const Dimming &dimming, int32_t minute) {
  for (int i = 0; i < dimming.windowCount; ++i) {
    const DimWindow &window = dimming.windows[i];
    const bool holds = window.from < window.to ? minute >= window.from && minute < window.to
                                               : minute >= window.from || minute < window.to;
    if (holds) return &window;
  }
  return nullptr;
}

inline Level levelAt(const Dimming &dimming, uint32_t utcSeconds) {
  const DimWindow *window = windowAt(dimming, minuteOfDay(dimming.zone, utcSeconds));
  return window == nullptr ? dimming.level : window->level;
}

/** The dimmest that is not dark, of all hours; dark where there is no other. */
inline Level dimmestLit(const Dimming &dimming) {
  Level dimmest = dimming.level;
  for (int i = 0; i < dimming.windowCount; ++i) {
    const Level level = dimming.windows[i].level;
    if (level != off && (dimmest == off || level < dimmest)) dimmest = level;
  }
  return dimmest;
}

inline bool takeLevel(TextReader &text, Level &level) {
  if (text.take("off")) {
    level = off;
    return true;
  }
  int step = 0;
  if (!text.number(1, 2, brightest, step)) return false;
  level = static_cast<Level>(step);
  return true;
}

inline bool takeTime(TextReader &text, int16_t &minute) {
  int hours = 0;
  int minutes = 0;
  if (!text.number(2, 2, 23, hours) || !text.take(':')) return false;
  if (!text.number(2, 2, 59, minutes)) return false;
  minute = static_cast<int16_t>(hours * 60 + minutes);
  return true;
}

inline bool takeWindow(TextReader &text, DimWindow &window) {
  return takeTime(text, window.from) && text.take('-') && takeTime(text, window.to) &&
         text.take('=') && takeLevel(text, window.level);
}

/** `off`, or a step from 0 to 15: the brightness outside all windows. */
inline bool parseBrightness(const char *text, size_t length, Dimming &dimming) {
  TextReader reader(text, length);
  Level level = usualLevel;
  if (!takeLevel(reader, level) || !reader.atEnd()) return false;
  dimming.level = level;
  return true;
}

/**
 * Windows and, behind a space, the zone of their times, as `22:00-07:00=off,19:00-22:00=1
 * CET-1CEST,M3.5.0,M10.5.0/3`; UTC without a zone; `none` ends the dimming. Anything else is
 * refused as a whole.
 */
inline bool parseDimming(const char *text, size_t length, Dimming &dimming) {
  TextReader reader(text, length);
  Dimming read = usualDimming();
  read.level = dimming.level;
  if (reader.take("none")) {
    if (!reader.atEnd()) return false;
    dimming = read;
    return true;
  }
  do {
    if (read.windowCount == maxWindows) return false;
    if (!takeWindow(reader, read.windows[read.windowCount++])) return false;
  } while (reader.take(','));
  if (!reader.atEnd() && (!reader.take(' ') || !parseZone(reader, read.zone))) return false;
  dimming = read;
  return true;
}

/**
 * A change of brightness in steps, as the eye does not see it as a jump: about 3 s for all of them.
 */
class Fade {
 public:
  Level towards(Level wanted, uint64_t nowMs) {
    if (!started_) level_ = wanted;
    if (!started_ || level_ == wanted) steppedMs_ = nowMs;
    started_ = true;
    if (nowMs - steppedMs_ >= stepMs && level_ != wanted) {
      level_ = static_cast<Level>(level_ + (level_ < wanted ? 1 : -1));
      steppedMs_ = nowMs;
    }
    return level_;
  }

 private:
  static constexpr uint64_t stepMs = 200;
  bool started_ = false;
  Level level_ = off;
  uint64_t steppedMs_ = 0;
};

}  // namespace visitor_counter
